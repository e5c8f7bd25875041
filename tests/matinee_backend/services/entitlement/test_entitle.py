"""Holding a stream for who may play."""

import pytest

from matinee.errors import SessionExpired, TitleUnknown, TooManyStreams
from matinee.wire.auth import AccessClaims
from matinee_backend.adapters.memory import MemoryLeases, MemoryMembers, MemoryTitles
from matinee_backend.services.entitlement.entitle import Entitlement
from matinee_backend.settings import StreamSettings
from tests.support.control_plane import AheadClock, account_of, catalog_title, device_of

BASIC = account_of(password_hash="", plan="basic")


def entitlement(clock: AheadClock | None = None) -> Entitlement:
    return Entitlement(
        members=MemoryMembers(),
        titles=MemoryTitles(),
        leases=MemoryLeases(),
        clock=clock or AheadClock(),
        settings=StreamSettings(lease_ms=60_000),
    )


async def test_a_token_of_an_account_that_is_gone_is_over() -> None:
    with pytest.raises(SessionExpired):
        await entitlement().account(AccessClaims(sub="gone", exp_wall_ms=1))


async def test_a_title_that_is_not_there_is_unknown() -> None:
    with pytest.raises(TitleUnknown):
        await entitlement().title_for(BASIC, "nothing")


async def test_a_title_that_may_be_played_is_found() -> None:
    it = entitlement()
    await it.titles.put(catalog_title("sintel"))
    assert await it.title_for(BASIC, "sintel") == catalog_title("sintel")


async def test_a_stream_beyond_the_plan_is_refused_until_the_other_falls_silent() -> None:
    clock = AheadClock()
    it = entitlement(clock)
    await it.members.register_device(device_of("tv", name="Television"), keep=8)
    await it.hold_stream(BASIC, session_id="s1", device_id="tv", title_id="sintel")
    with pytest.raises(TooManyStreams) as refused:
        await it.hold_stream(BASIC, session_id="s2", device_id="phone", title_id="sintel")
    assert refused.value.facts["devices"] == ["Television"]
    clock.ahead_ms += 60_001
    await it.hold_stream(BASIC, session_id="s2", device_id="phone", title_id="sintel")
    assert [stream.device_id for stream in (await it.in_use(BASIC)).streams] == ["phone"]
