"""Filters: applied to every request, at once or in time; what they raise is typed, and tells no secret."""

import asyncio
from collections.abc import Callable, Coroutine

import pytest
from msgspec.structs import replace

from matinee import Player, PlayerSettings
from matinee.errors import FilterFailed, SessionExpired
from matinee.policy.requests import RequestClass
from matinee.runtime.filters import FilteredNetwork, Filters, RequestFilter
from matinee.runtime.http import Answer, FetchFailure, Request
from matinee.testing.clock import VirtualClock, run_virtual
from matinee.testing.network import HostRequest, ScriptedNetwork
from matinee.testing.titles import SyntheticTitle

URL = "https://a.test/manifest.mpd"
ASKED = Request(url=URL, most_bytes=1 << 20, deadline_ms=1_000)
TITLE = SyntheticTitle(duration_ms=8_000)
HEADLESS = PlayerSettings(decode=False)


def signed(request: Request) -> Request:
    return replace(request, url=f"{request.url}?token=s3cret", headers={**request.headers, "X-Who": "me"})


async def signed_in_time(request: Request) -> Request:
    await asyncio.sleep(0.05)
    return signed(request)


@pytest.mark.parametrize("sign", [signed, signed_in_time])
def test_every_request_goes_through_the_filter(sign: RequestFilter) -> None:
    asked: list[HostRequest] = []

    def host(request: HostRequest) -> bytes | None:
        asked.append(request)
        return TITLE(request)

    async def story(clock: VirtualClock) -> None:
        network = ScriptedNetwork(clock, hosts={"a.test": host})
        async with Player.open(URL, settings=HEADLESS, filters=Filters(requests=(sign,)), http=network) as player:
            await player.wait_ended()

    run_virtual(story)
    assert len(asked) > 4
    assert {(request.query, request.headers.get("X-Who")) for request in asked} == {("token=s3cret", "me")}


def test_a_manifest_may_be_replaced_and_media_is_not_shown() -> None:
    seen: list[tuple[str, int]] = []

    def cut(request: Request, answer: Answer) -> bytes:
        seen.append((request.request_class, answer.status))
        return answer.body.replace(b"PT8.000S", b"PT4.000S")

    async def story(clock: VirtualClock) -> int:
        network = ScriptedNetwork(clock, hosts={"a.test": TITLE})
        filters = Filters(responses=(cut,))
        async with Player.open(URL, settings=HEADLESS, filters=filters, http=network) as player:
            await player.wait_ended()
            return player.state.duration_ms

    assert run_virtual(story) == 4_000
    assert seen == [("manifest", 200)]


def test_the_second_filter_is_handed_what_the_first_one_made() -> None:
    def again(request: Request) -> Request:
        assert request.url.endswith("token=s3cret")
        return request

    async def story(clock: VirtualClock) -> bytes:
        network = FilteredNetwork(_network(clock), Filters(requests=(signed, again)))
        return (await network.fetch(ASKED)).body

    assert run_virtual(story) == TITLE.manifest()


@pytest.mark.parametrize("request_class", ["manifest", "license", "segment", "service", "image"])
def test_a_filter_that_fails_is_told_without_what_may_be_secret(request_class: RequestClass) -> None:
    with pytest.raises(FilterFailed, match=f"A filter of {request_class} requests raised ZeroDivisionError") as told:
        run_virtual(_fetching(_broken, request_class))
    assert told.value.facts == {"request_class": request_class, "error": "ZeroDivisionError"}
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize("request_class", ["steering", "telemetry", "clock"])
def test_where_playback_can_do_without_it_is_a_failed_request(request_class: RequestClass) -> None:
    with pytest.raises(FetchFailure, match="filter"):
        run_virtual(_fetching(_broken, request_class))


def test_a_filter_that_never_answers_is_not_waited_for() -> None:
    async def dead(request: Request) -> Request:
        await asyncio.Event().wait()
        return request

    with pytest.raises(FilterFailed, match="TimeoutError"):
        run_virtual(_fetching(dead, "manifest"))


def test_an_error_of_ours_ends_playback_as_what_it_is() -> None:
    def expired(request: Request) -> Request:
        raise SessionExpired("The token has run out.", since_ms=5)

    async def story(clock: VirtualClock) -> None:
        filters = Filters(requests=(expired,))
        async with Player.open(URL, settings=HEADLESS, filters=filters, http=_network(clock)) as player:
            await player.wait_ended()

    with pytest.raises(SessionExpired, match="The token has run out") as told:
        run_virtual(story)
    assert (told.value.category, told.value.facts) == ("viewer", {"since_ms": 5})


def test_the_text_of_a_request_and_of_its_answer_tells_no_secret() -> None:
    told = repr(signed(replace(ASKED, headers={"Authorization": "Bearer s3cret"})))
    told += repr(Answer(b"s3cret", 5, f"{URL}?token=s3cret", headers={"Set-Cookie": "s3cret"}))
    assert "s3cret" not in told


def _broken(request: Request) -> Request:
    raise ZeroDivisionError(f"s3cret of {request.url}")


def _fetching(run: RequestFilter, request_class: RequestClass) -> Callable[[VirtualClock], Coroutine[None, None, None]]:
    async def story(clock: VirtualClock) -> None:
        network = FilteredNetwork(_network(clock), Filters(requests=(run,)))
        await network.fetch(replace(ASKED, request_class=request_class))

    return story


def _network(clock: VirtualClock) -> ScriptedNetwork:
    return ScriptedNetwork(clock, hosts={"a.test": TITLE})
