"""Directing sessions to appliances."""

from typing import Any

import pytest

from matinee.crypto.tokens import SigningKey, TrustedKeys
from matinee.errors import RequestInvalid, ServiceUnavailable, TooManyRequests
from matinee.wire.auth import MediaClaims
from matinee.wire.placement import placement_digest
from matinee.wire.steering import HEARTBEAT_EXPIRY_MS, Announcement, SteeringDocument
from matinee_backend.adapters.memory import MemoryAppliances
from matinee_backend.services.placement.place import Placer
from matinee_backend.services.steering.direct import Director
from matinee_backend.services.steering.question import NOTHING_TOLD, Question
from matinee_backend.services.steering.ranking import Asked
from matinee_backend.services.steering.rules import MediaToken
from matinee_backend.settings import SteeringSettings
from tests.support.control_plane import AheadClock, heartbeat
from tests.support.placement import Fleet

KEY = SigningKey.generate()
TOKEN = MediaToken("t", 9)
OLD_TOKEN = MediaToken("old", 0)


def director(clock: AheadClock | None = None, *, placer: Placer | None = None, **settings: Any) -> Director:
    return Director(
        directory=MemoryAppliances(),
        placer=placer or Fleet().placer,
        key=KEY,
        clock=clock or AheadClock(),
        settings=SteeringSettings(**settings),
    )


async def first(it: Director, session_id: str = "s1", *, address: str = "") -> list[str]:
    urls = await it.oca_urls("sintel", session_id=session_id, token=TOKEN, address=address)
    return [url.appliance for url in urls]


async def document(
    it: Director, question: Question = NOTHING_TOLD, *, shown: MediaToken = OLD_TOKEN
) -> SteeringDocument:
    return await it.document(
        "sintel", session_id="s1", public_url="http://c.example", address="10.0.0.1", shown=shown, question=question
    )


async def test_an_appliance_is_on_the_list_until_its_heartbeat_is_overdue() -> None:
    clock = AheadClock()
    it = director(clock)
    await it.hear(heartbeat("isp-a", titles=("sintel",)))
    assert await first(it) == ["isp-a"]
    clock.ahead_ms += HEARTBEAT_EXPIRY_MS + 1_000
    with pytest.raises(ServiceUnavailable) as refused:
        await first(it)
    assert refused.value.retry_after_ms is not None


async def test_a_client_is_sent_to_who_announces_its_address() -> None:
    it = director()
    for name, subnet in (("isp-a", "10.0.0.0/8"), ("isp-b", "2001:db8::/32")):
        await it.hear(heartbeat(name, titles=("sintel",)))
        await it.announce(Announcement(appliance=name, subnets=(subnet,)))
    assert await first(it, address="10.0.0.1") == ["isp-a"]
    assert await first(it, address="2001:db8::1") == ["isp-b"]


async def test_a_document_carries_fresh_tokens_of_its_session_and_title() -> None:
    clock = AheadClock()
    it = director(clock, ttl_s=7)
    await it.hear(heartbeat("isp-a", titles=("sintel",)))
    said = await document(it)
    assert (said.version, said.ttl_s, said.pathway_priority, said.pathway_clones) == (1, 7, ("isp-a",), ())
    token = said.oca_urls[0].url.split("/t/")[1].split("/")[0]
    claims = TrustedKeys({KEY.key_id: KEY.public}).verify(token, MediaClaims, wall_ms=clock.wall_ms())
    assert (claims.sub, claims.titles) == ("s1", ("sintel",))
    assert said.oca_urls[0].exp_wall_ms == claims.exp_wall_ms
    assert said.reload_uri == f"http://c.example/v1/steering/s1?token={token}"


async def test_a_token_is_good_until_half_its_life_is_over() -> None:
    clock = AheadClock()
    it = director(clock, media_token_lifetime_ms=10_000)
    await it.hear(heartbeat("isp-a", titles=("sintel",)))
    young, old = (MediaToken("shown", clock.wall_ms() + left_ms) for left_ms in (9_000, 4_000))
    assert "/t/shown/" in (await document(it, shown=young)).oca_urls[0].url
    assert "/t/shown/" not in (await document(it, shown=old)).oca_urls[0].url


async def test_a_player_that_asks_for_clones_gets_them_and_its_slow_places_are_remembered() -> None:
    it = director()
    for name in ("isp-a", "isp-b"):
        await it.hear(heartbeat(name, titles=("sintel",)))
    said = await document(it, Question(current="isp-b", slow=("isp-a",), base="isp-a"))
    assert said.pathway_priority == ("isp-b", "isp-a")
    assert [(clone.base_id, clone.pathway_id) for clone in said.pathway_clones] == [("isp-a", "isp-b")]
    assert said.reload_uri.endswith("&slow=isp-a&base=isp-a")


async def test_one_question_too_many_in_a_second_is_told_when_to_come_back() -> None:
    it = director(questions_per_s=1, ttl_s=30)
    await it.hear(heartbeat("isp-a", titles=("sintel",)))
    await document(it)
    with pytest.raises(TooManyRequests) as refused:
        await document(it)
    assert refused.value.retry_after_ms is not None
    assert 1_000 <= refused.value.retry_after_ms < 31_000


async def test_a_heartbeat_is_answered_with_what_to_hold_and_what_to_tell() -> None:
    fleet = Fleet()
    fleet.join("isp-a")
    await fleet.add("sintel")
    it = director(placer=fleet.placer)
    reply = await it.hear(heartbeat("isp-a"))
    assert reply.placement is not None
    assert [title.title_id for title in reply.placement.titles] == ["sintel"]
    assert (reply.tell_titles, reply.tell_place) == (False, True)
    await it.announce(Announcement(appliance="isp-a"))
    again = await it.hear(heartbeat("isp-a", placed=placement_digest(reply.placement)))
    assert (again.placement, again.tell_place) == (None, False)


async def test_the_poster_of_a_title_is_on_one_appliance_for_all_who_are_equally_near() -> None:
    it = director()
    assert await it.poster_folder("sintel", token=TOKEN, address="") == ""
    for name in ("isp-a", "isp-b", "isp-c"):
        await it.hear(heartbeat(name, titles=("sintel",)))
    assert len({await it.poster_folder("sintel", token=TOKEN, address=f"10.0.0.{n}") for n in range(9)}) == 1


async def test_an_explanation_is_of_a_client_with_an_address() -> None:
    it = director()
    await it.hear(heartbeat("isp-a", titles=("sintel",)))
    explained = await it.explain(Asked("s1", "sintel"), address="10.0.0.1")
    assert [step.name for step in explained.places] == ["isp-a"]
    with pytest.raises(RequestInvalid):
        await it.explain(Asked("s1", "sintel"), address="nowhere")
