"""What the system says no to, each in words of its own."""

from pathlib import Path

import msgspec
import pytest

from matinee import Client, Player
from matinee.clock import SystemClock
from matinee.crypto.agreement import AgreementKey
from matinee.crypto.tokens import SigningKey, TrustedKeys
from matinee.errors import LicenseInvalid, LicenseRefused, LoginRefused, SessionExpired, TitleUnknown
from matinee.policy.settings import RetrySettings
from matinee.runtime.device import Device
from matinee.runtime.http import Network
from matinee.runtime.reporter import Reporter
from matinee.runtime.service import Service
from matinee.runtime.source import Source, TitleSource
from matinee.wire.auth import AccessClaims, MediaClaims
from matinee.wire.license import LicenseRequest, SignedRequest
from matinee.wire.play import PlayReply
from matinee.wire.problem import CONTENT_TYPE, Problem, error_of
from tests.support.system import House

WALL_MS = SystemClock().wall_ms()


async def test_a_wrong_password_is_refused_without_saying_whether_the_account_exists(house: House) -> None:
    async with Client(house.url) as client:
        with pytest.raises(LoginRefused) as of_account:
            await client.login(house.account.email, "not the password")
        with pytest.raises(LoginRefused) as of_nobody:
            await client.login("nobody@matinee.example", "not the password")
    assert str(of_account.value) == str(of_nobody.value)


async def test_a_title_that_is_not_there_is_unknown(client: Client) -> None:
    with pytest.raises(TitleUnknown, match="no-such-title"):
        await client.title("no-such-title")
    with pytest.raises(TitleUnknown, match="no-such-title"):
        async with client.play("no-such-title"):
            pass


async def test_an_expired_login_is_to_be_renewed(client: Client, house: House, tmp_path: Path) -> None:
    device = Device(tmp_path / "device.json")
    login = device.login_at(house.url)
    assert login is not None
    claims = AccessClaims(sub=login.account_id, device_id=login.device_id, exp_wall_ms=WALL_MS - 1)
    device.keep(house.url, msgspec.structs.replace(login, access_token=house.signing_key.sign(claims)))
    async with Client(house.url, device_store=tmp_path / "device.json") as late:
        with pytest.raises(SessionExpired):
            await late.homepage()
        with pytest.raises(SessionExpired):
            async with late.play(house.title.title_id):
                pass


async def test_the_license_of_another_device_opens_nothing(house: House) -> None:
    async with house.door() as door:
        reply = await door.play(house.title.title_id)
        trusted = TrustedKeys.from_text(door.login.service_keys)
    async with _player_of(reply, key=AgreementKey.generate(), trusted=trusted) as player:
        frames = [frame async for frame in player.video_frames()]
        with pytest.raises(LicenseInvalid):
            await player.wait_ended()
    assert frames == []


async def test_a_license_that_the_service_did_not_sign_opens_nothing(house: House) -> None:
    stranger = SigningKey.generate()
    async with house.door() as door:
        reply = await door.play(house.title.title_id)
    trusted = TrustedKeys({stranger.key_id: stranger.public})
    async with _player_of(reply, key=house.door_key, trusted=trusted) as player:
        with pytest.raises(LicenseInvalid):
            await player.wait_ended()


@pytest.mark.parametrize("device_id", ["somebody-elses", "0"])
async def test_play_for_another_device_than_the_one_that_logged_in_is_refused(house: House, device_id: str) -> None:
    async with house.door() as door:
        answer = await door.press_play(house.title.title_id, device_id=device_id)
        asked = LicenseRequest(
            title_id=house.title.title_id, device_id=device_id, nonce="n1", exp_wall_ms=WALL_MS + 30_000
        )
        signed = SignedRequest(request=house.door_key.signing_key.sign(asked))
        license_answer = await door.post("/v1/license", signed)
    assert isinstance(_error(answer.body), LicenseRefused)
    assert isinstance(_error(license_answer.body), LicenseRefused)


@pytest.mark.parametrize("appliance", ["isp-a", "exchange", "origin"])
async def test_an_appliance_lets_nobody_in_without_a_token_that_holds(house: House, appliance: str) -> None:
    title_id, signing_key = house.title.title_id, house.signing_key
    good = MediaClaims(sub="viewer", titles=(title_id,), exp_wall_ms=WALL_MS + 600_000)
    tokens = {
        200: signing_key.sign(good),
        401: signing_key.sign(msgspec.structs.replace(good, exp_wall_ms=WALL_MS - 1)),
        403: signing_key.sign(msgspec.structs.replace(good, titles=("another-title",))),
    }
    strangers = ["garbage", SigningKey.generate().sign(good)]
    async with house.door() as door:
        for status, token in [*tokens.items(), *((401, token) for token in strangers)]:
            answer = await door.get(f"{house.url_of(appliance)}/t/{token}/titles/{title_id}/manifest.mpd")
            assert answer.status == status
            assert (answer.headers["Content-Type"] == CONTENT_TYPE) == (status != 200)


async def test_the_manifest_alone_shows_nothing(house: House) -> None:
    async with house.door() as door:
        reply = await door.play(house.title.title_id)
    async with Player.open(reply.manifest_url) as player:
        frames = [frame async for frame in player.video_frames()]
        with pytest.raises(LicenseRefused, match="encrypted"):
            await player.wait_ended()
    assert frames == []


def _player_of(reply: PlayReply, *, key: AgreementKey, trusted: TrustedKeys) -> Player:
    """A player that was handed somebody's answer to play."""

    async def opening(http: Network) -> tuple[Source, Reporter | None]:
        return TitleSource(reply, http, Service("", http, retry=RetrySettings()), key=key, trusted=trusted), None

    return Player(opening)


def _error(body: bytes) -> Exception:
    return error_of(msgspec.json.decode(body, type=Problem))
