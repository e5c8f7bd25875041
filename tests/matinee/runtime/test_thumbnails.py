"""The small picture of a moment, from whoever has it."""

import struct
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from matinee.errors import MediaInvalid, SegmentUnavailable
from matinee.runtime.player import Player
from matinee.runtime.thumbnails import MOST_SHEETS, Thumbnail
from matinee.testing.clock import VirtualClock, run_virtual
from matinee.testing.faults import Refused
from matinee.testing.network import HostRequest, ScriptedNetwork
from matinee.testing.titles import MANIFEST_PATH, SyntheticTitle
from tests.support.evenings import HEADLESS

SHEET = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 500, 200)
PLACES = (("a", "http://a.test/"), ("b", "http://b.test/"))
IMAGES = (
    b'<AdaptationSet contentType="image" mimeType="image/png"><SegmentTemplate media="$Number$.png" '
    b'timescale="1" duration="100"/><Representation id="t" bandwidth="1000"><EssentialProperty '
    b'schemeIdUri="http://dashif.org/guidelines/thumbnail_tile" value="5x2"/></Representation></AdaptationSet></Period>'
)
MASTER = b"""#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=500000,CODECS="avc1.64001f"
video.m3u8
#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=1000,RESOLUTION=100x100,URI="images.m3u8"
"""
VIDEO = b'#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MAP:URI="video/0/init.mp4"\n' + b"".join(
    b"#EXTINF:4,\nvideo/0/%d.m4s\n" % number for number in range(1, 31)
)
PLAYLIST = (
    b"#EXTM3U\n#EXT-X-TARGETDURATION:120\n#EXT-X-IMAGES-ONLY\n"
    b"#EXT-X-TILES:RESOLUTION=100x100,LAYOUT=5x2,DURATION=10\n#EXTINF:100,\n1.png\n#EXTINF:20,\n2.png\n#EXT-X-ENDLIST\n"
)
MadeT = TypeVar("MadeT")


def title(request: HostRequest) -> bytes | None:
    """Two minutes, with a picture of every tenth second, ten on a sheet."""
    documents = {"/master.m3u8": MASTER, "/video.m3u8": VIDEO + b"#EXT-X-ENDLIST\n", "/images.m3u8": PLAYLIST}
    if request.path.endswith(".png"):
        return SHEET
    if request.path in documents:
        return documents[request.path]
    answer = SyntheticTitle(duration_ms=120_000, places=PLACES)(request)
    return answer and answer.replace(b"</Period>", IMAGES) if request.path == MANIFEST_PATH else answer


def watched(story: Callable[[Player, ScriptedNetwork], Awaitable[MadeT]], *, path: str = MANIFEST_PATH) -> MadeT:
    """What comes of the story, told to a player whose manifest is here."""

    async def told(clock: VirtualClock) -> MadeT:
        network = ScriptedNetwork(clock, hosts=dict.fromkeys(("a.test", "b.test"), title))
        async with Player.open(f"http://a.test{path}", settings=HEADLESS, http=network) as player:
            await clock.wait_until(5_000)
            return await story(player, network)

    return run_virtual(told)


@pytest.mark.parametrize("path", [MANIFEST_PATH, "/master.m3u8"])
@pytest.mark.parametrize(
    ("position_ms", "start_ms", "left", "top"),
    [(0, 0, 0, 0), (49_999, 40_000, 400, 0), (50_000, 50_000, 0, 100), (119_000, 110_000, 100, 0)],
)
def test_it_is_a_rectangle_of_a_sheet(path: str, position_ms: int, start_ms: int, left: int, top: int) -> None:
    assert watched(lambda player, _: player.thumbnail_at(position_ms), path=path) == Thumbnail(
        image=SHEET,
        mime_type="image/jpeg" if "m3u8" in path else "image/png",
        left=left,
        top=top,
        width=100,
        height=100,
        start_ms=start_ms,
        duration_ms=10_000,
    )


def test_a_title_without_any_has_none_and_so_has_the_time_after_its_end() -> None:
    assert watched(lambda player, _: player.thumbnail_at(120_000)) is None
    assert watched(lambda player, _: player.thumbnail_at(0), path="/video.m3u8") is None


def test_a_sheet_is_fetched_once_and_from_another_place_if_one_fails() -> None:
    async def story(player: Player, network: ScriptedNetwork) -> list[tuple[str, str]]:
        network.fail(Refused(), host="a.test", path="*.png")
        for position_ms in (1_000, 2_000, 60_000):
            assert await player.thumbnail_at(position_ms) is not None
        return [(it.host, it.outcome) for it in network.exchanges if it.path.endswith(".png")]

    assert watched(story) == [("a.test", "refused"), ("b.test", "done")]
    assert MOST_SHEETS > 1


def test_when_nobody_delivers_it_that_is_said() -> None:
    async def story(player: Player, network: ScriptedNetwork) -> None:
        network.fail(Refused(), path="*.png")
        with pytest.raises(SegmentUnavailable) as caught:
            await player.thumbnail_at(0)
        assert caught.value.facts["appliances"] == ("a", "b")

    watched(story)


def test_what_is_no_sheet_is_refused() -> None:
    async def story(player: Player, network: ScriptedNetwork) -> None:
        network.put("a.test", lambda request: b"no image")
        with pytest.raises(MediaInvalid):
            await player.thumbnail_at(0)

    watched(story)


def test_nothing_is_asked_of_a_player_that_was_left() -> None:
    async def story(clock: VirtualClock) -> Thumbnail | None:
        network = ScriptedNetwork(clock, hosts={"a.test": title})
        async with Player.open("http://a.test/manifest.mpd", settings=HEADLESS, http=network) as player:
            await clock.wait_until(5_000)
        return await player.thumbnail_at(0)

    assert run_virtual(story) is None
