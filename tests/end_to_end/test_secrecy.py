"""Secrets stay where they are kept: not in logs, not in what others can read, and no media in the clear."""

import base64
from collections.abc import Iterator

from matinee import Client
from matinee.media.boxes import top_level
from matinee.media.cenc import decrypt_segment
from matinee_local.state import StateDir
from tests.support.system import House

SAMPLE_BYTES = 64
"""Long enough to be met by chance nowhere."""


async def test_no_key_password_or_token_is_in_a_log(client: Client, house: House) -> None:
    async with client.play(house.title.title_id) as player:
        player.seek(house.title.duration_ms - 500)
        await player.wait_ended()
    async with house.door() as door:
        reply = await door.play(house.title.title_id)
        await door.get(reply.steering_url)
        await door.get(f"{reply.oca_urls[0].url}no-such-file.m4s")
        await door.get(house.url_of("isp-b") + "/t/garbage.to.ken/titles/x/manifest.mpd")
    keys = [*house.content_keys.values(), *_secret_files(house.state)]
    # The signature of a token is what makes it one.
    tokens = [door.login.access_token, reply.license, reply.steering_url, *(it.url for it in reply.oca_urls)]
    signatures = [_signature(token) for token in tokens]
    needles = [
        house.account.password.encode(),
        b"garbage.to.ken",
        *signatures,
        *(form for key in keys for form in _forms(key)),
    ]
    logs = [path for folder in (house.state.logs, house.state.run) for path in folder.iterdir() if path.is_file()]
    assert {path.name for path in logs} >= {"control-plane.log", "isp-a.log", "isp-b.log", "exchange.log", "origin.log"}
    assert [(path.name, needle) for path in logs for needle in needles if needle in path.read_bytes()] == []


def test_what_must_be_kept_is_readable_by_its_owner_alone(house: House) -> None:
    closed = [house.state.secrets, house.state.root / "keys", house.state.root / "control"]
    assert [path.stat().st_mode & 0o077 for path in closed] == [0, 0, 0]
    assert [path for path in house.state.secrets.rglob("*") if path.is_file() and path.stat().st_mode & 0o077] == []


def test_no_picture_and_no_sound_lies_in_the_clear(house: House) -> None:
    stored = [path.read_bytes() for path in house.state.root.rglob("*") if path.is_file()]
    clear = list(_clear_samples(house))
    assert len(clear) == 12, "five rungs and a sound track, of two segments"
    assert [sample for sample in clear for content in stored if sample in content] == []


def _clear_samples(house: House) -> Iterator[bytes]:
    """Some of what a viewer sees and hears, out of every segment."""
    folder = house.state.media / house.title.title_id
    for init in folder.rglob("init.mp4"):
        for segment in init.parent.glob("*.m4s"):
            clear = decrypt_segment(init.read_bytes(), segment.read_bytes(), house.content_keys)
            mdat = next(box for box in top_level(clear) if box.kind == "mdat")
            middle = (mdat.content + mdat.end) // 2
            yield clear[middle : middle + SAMPLE_BYTES]


def _secret_files(state: StateDir) -> list[bytes]:
    return [(state.secrets / name).read_bytes() for name in ("master.key", "signing.key")]


def _forms(key: bytes) -> list[bytes]:
    """As it may be written down."""
    return [key, key.hex().encode(), base64.b64encode(key)[:20], base64.urlsafe_b64encode(key)[:20]]


def _signature(text: str) -> bytes:
    """Of the token in it."""
    return text.rpartition(".")[2].partition("/")[0].encode()
