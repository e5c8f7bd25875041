"""Directing sessions to appliances."""

import pytest

from matinee.crypto.tokens import SigningKey, TrustedKeys
from matinee.errors import ServiceUnavailable
from matinee.wire.auth import MediaClaims
from matinee.wire.steering import HEARTBEAT_EXPIRY_MS
from matinee_backend.adapters.memory import MemoryAppliances
from matinee_backend.services.steering.direct import Director
from matinee_backend.services.steering.rules import MediaToken
from matinee_backend.settings import SteeringSettings
from tests.support.control_plane import AheadClock, heartbeat
from tests.support.placement import placer

KEY = SigningKey.generate()
TOKEN = MediaToken("t", 9)


def director(clock: AheadClock | None = None, **settings: int) -> Director:
    return Director(
        directory=MemoryAppliances(),
        placer=placer(),
        key=KEY,
        clock=clock or AheadClock(),
        settings=SteeringSettings(**settings),
    )


async def test_an_appliance_is_on_the_list_until_its_heartbeat_is_overdue() -> None:
    clock = AheadClock()
    it = director(clock)
    await it.hear(heartbeat("isp-a", titles=("sintel",)))
    assert [url.appliance for url in await it.oca_urls("sintel", session_id="s1", token=TOKEN)] == ["isp-a"]
    clock.ahead_ms += HEARTBEAT_EXPIRY_MS + 1_000
    with pytest.raises(ServiceUnavailable) as refused:
        await it.oca_urls("sintel", session_id="s1", token=TOKEN)
    assert refused.value.retry_after_ms is not None


async def test_a_document_carries_fresh_tokens_of_its_session_and_title() -> None:
    clock = AheadClock()
    it = director(clock, ttl_s=7)
    await it.hear(heartbeat("isp-a", titles=("sintel",)))
    document = await it.document("sintel", session_id="s1", public_url="http://c.example")
    assert (document.version, document.ttl_s, document.pathway_priority) == (1, 7, ("isp-a",))
    token = document.oca_urls[0].url.split("/t/")[1].split("/")[0]
    claims = TrustedKeys({KEY.key_id: KEY.public}).verify(token, MediaClaims, wall_ms=clock.wall_ms())
    assert (claims.sub, claims.titles) == ("s1", ("sintel",))
    assert document.oca_urls[0].exp_wall_ms == claims.exp_wall_ms
    assert document.reload_uri == f"http://c.example/v1/steering/s1?token={token}"


async def test_a_heartbeat_is_answered_with_what_to_hold() -> None:
    assert (await director().hear(heartbeat("isp-a"))).titles == ()
