"""Where a presentation comes from, and the licenses that a device accepts."""

import pytest

from matinee.crypto.agreement import AgreementKey, license_key_context, wrap
from matinee.crypto.tokens import SigningKey, TrustedKeys
from matinee.errors import LicenseInvalid, LicenseRefused, SettingsInvalid
from matinee.policy.settings import RetrySettings
from matinee.runtime.http import Http
from matinee.runtime.service import Service
from matinee.runtime.source import ContentKeys, Guidance, TitleSource, UrlSource, unwrapped_keys
from matinee.wire.license import License, WrappedKey
from matinee.wire.play import OcaUrl, PlayReply
from matinee.wire.steering import Heard, SteeringDocument
from tests.support.players import ManualClock
from tests.support.scripted_plane import ControlPlane, scripted_plane

KEY_ID, CONTENT_KEY = "0123456789abcdef" * 2, bytes(range(16))
GIVEN = {f"{KEY_ID[:8]}-{KEY_ID[8:]}".upper(): CONTENT_KEY.hex()}
SERVICE, DEVICE = SigningKey.generate(), AgreementKey.generate()
TRUSTED = TrustedKeys({SERVICE.key_id: SERVICE.public})


def test_the_device_that_a_license_was_made_for_gets_the_keys() -> None:
    assert unwrapped_keys(_license(), key=DEVICE, trusted=TRUSTED, wall_ms=0) == ContentKeys(
        {KEY_ID: CONTENT_KEY}, end_wall_ms=1_000
    )


def test_a_license_of_another_device_opens_nothing() -> None:
    with pytest.raises(LicenseInvalid):
        unwrapped_keys(_license(), key=AgreementKey.generate(), trusted=TRUSTED, wall_ms=0)


def test_a_license_past_its_end_opens_nothing() -> None:
    with pytest.raises(LicenseInvalid) as error:
        unwrapped_keys(_license(), key=DEVICE, trusted=TRUSTED, wall_ms=1_000)
    assert error.value.facts["reason"] == "expired"


def test_a_license_signed_by_a_stranger_opens_nothing() -> None:
    with pytest.raises(LicenseInvalid) as error:
        unwrapped_keys(_license(signer=SigningKey.generate()), key=DEVICE, trusted=TRUSTED, wall_ms=0)
    assert error.value.facts["reason"] == "unknown-key"


def test_keys_moved_into_a_license_of_another_device_open_nothing() -> None:
    with pytest.raises(LicenseInvalid):
        unwrapped_keys(_license(says_device="other"), key=DEVICE, trusted=TRUSTED, wall_ms=0)


def test_an_access_token_is_no_license() -> None:
    with pytest.raises(LicenseInvalid):
        unwrapped_keys("e30.e30.e30", key=DEVICE, trusted=TRUSTED, wall_ms=0)


async def test_keys_at_hand_need_no_license_server() -> None:
    async with Http() as http:
        source = UrlSource("http://a.test/x.mpd", http, retry=RetrySettings(), keys=GIVEN)
        assert await source.keys((KEY_ID,), license_url="") == ContentKeys({KEY_ID: CONTENT_KEY})
        with pytest.raises(LicenseRefused):
            await source.keys((KEY_ID, "f" * 32), license_url="")


@pytest.mark.parametrize("keys", [{"x": "y"}, {KEY_ID: "00"}, {"00": CONTENT_KEY.hex()}])
async def test_keys_that_are_none_are_refused_at_the_door(keys: dict[str, str]) -> None:
    async with Http() as http:
        with pytest.raises(SettingsInvalid):
            UrlSource("http://a.test/x.mpd", http, retry=RetrySettings(), keys=keys)


async def test_advice_brings_fresh_folders_and_keeps_those_it_does_not_name() -> None:
    async with scripted_plane({"isp-a": "http://a/old/", "exchange": "http://x/old/"}, {}) as plane, Http() as http:
        plane.steering = SteeringDocument(
            ttl_s=30, pathway_priority=("isp-a",), oca_urls=(OcaUrl(appliance="isp-a", url="http://a/new/"),)
        )
        source = _source(plane, http)
        assert await source.steer(()) == Guidance(30_000)
    assert source.manifests == {"isp-a": "http://a/new/manifest.mpd", "exchange": "http://x/old/manifest.mpd"}


async def test_advice_says_how_long_its_tokens_are_good() -> None:
    async with scripted_plane({"isp-a": "http://a/"}, {}) as plane, Http(ManualClock()) as http:
        end_wall_ms = http.clock.wall_ms() + 60_000
        urls = [OcaUrl(appliance=name, url="http://a/", exp_wall_ms=end_wall_ms + at) for at, name in enumerate("ab")]
        plane.steering = SteeringDocument(ttl_s=300, oca_urls=tuple(urls))
        source = _source(plane, http)
        assert source.fresh_ms is None
        assert await source.steer(()) == Guidance(300_000, fresh_ms=60_000)


async def test_the_next_advice_is_asked_for_where_the_last_one_said() -> None:
    async with scripted_plane({"isp-a": "http://a/"}, {}) as plane, Http() as http:
        plane.steering = SteeringDocument(reload_uri="/v1/steering?token=fresh")
        source = _source(plane, http)
        for _ in range(2):
            await source.steer((Heard("isp-a", 1_000),))
    assert plane.steered == [
        "_DASH_pathway=%22isp-a%22&_DASH_throughput=1000000",
        "token=fresh&_DASH_pathway=%22isp-a%22&_DASH_throughput=1000000",
    ]


def _source(plane: ControlPlane, http: Http) -> TitleSource:
    return TitleSource(_reply(plane), http, _service(plane.url, http), key=DEVICE, trusted=TRUSTED)


def _service(url: str, http: Http) -> Service:
    return Service(url, http, retry=RetrySettings())


def _reply(plane: ControlPlane) -> PlayReply:
    return PlayReply(
        session_id="session",
        title_id="title",
        name="A title",
        manifest_url="",
        license="",
        oca_urls=tuple(OcaUrl(appliance=name, url=url) for name, url in plane.appliances.items()),
        bitrate_ladder=(),
        steering_url=f"{plane.url}/v1/steering",
        telemetry_url="",
    )


def _license(*, signer: SigningKey = SERVICE, says_device: str = "device") -> str:
    context = license_key_context(license_id="license", device_id="device", key_id=KEY_ID)
    return signer.sign(
        License(
            license_id="license",
            title_id="title",
            account_id="account",
            device_id=says_device,
            keys=(WrappedKey(key_id=KEY_ID, wrapped=wrap(CONTENT_KEY, to_public=DEVICE.public, context=context)),),
            issued_wall_ms=0,
            exp_wall_ms=1_000,
        )
    )
