"""Requests, from the first appliance asked to the answer."""

from collections.abc import Sequence

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from matinee.core.delivery import USUAL_MS, Arrival, Delivery, Making
from matinee.core.health import ApplianceHealth
from matinee.core.messages import Announce, Cancel, Command, Fetch, ManifestTarget, ProgressMade
from matinee.core.notices import FailedOver
from matinee.policy.settings import PlayerSettings
from matinee.testing.playbook import fetches, init_of, segment_of, track

SETTINGS = PlayerSettings()
FIRST = segment_of(track(), 0, 0)


def delivery(*appliances: str, health: ApplianceHealth | None = None, seed: int = 1) -> Delivery:
    it = Delivery(SETTINGS, health or ApplianceHealth(SETTINGS.failover), seed=seed)
    it.manifests = it.appliances = appliances
    return it


def ask(it: Delivery, *, now_ms: int = 0) -> Fetch:
    [fetch] = fetches(it.ask(FIRST, now_ms=now_ms))
    return fetch


def fail(it: Delivery, fetch: Fetch, reason: str = "reset", *, now_ms: int = 0, hint_ms: int = 0) -> list[Command]:
    return it.failed(fetch.request_id, reason, now_ms=now_ms, position_ms=700, hint_ms=hint_ms)


def arrive(it: Delivery, fetch: Fetch, *, now_ms: int = 0, size_bytes: int = 100_000) -> Arrival | None:
    return it.arrived(fetch.request_id, size_bytes=size_bytes, now_ms=now_ms, position_ms=700)


def progress(
    it: Delivery, fetch: Fetch, *, now_ms: int, received_bytes: int = 99_000, size_bytes: int = 100_000
) -> None:
    it.progressed(ProgressMade(fetch.request_id, received_bytes, size_bytes), now_ms=now_ms)


def asked(commands: Sequence[Command]) -> list[str]:
    return [fetch.appliance for fetch in fetches(commands)]


def tick(it: Delivery, *, now_ms: int, buffer_ms: int = 0) -> list[Command]:
    return it.tick(now_ms=now_ms, buffer_ms=buffer_ms, position_ms=700)


def test_what_arrives_says_what_it_is_and_where_it_came_from() -> None:
    it = delivery("a", "b")
    fetch = ask(it)
    assert arrive(it, fetch) == Arrival(FIRST, "a", [])
    assert arrive(it, fetch) is None


def test_a_failure_moves_the_request_down_the_list_at_once_and_says_so() -> None:
    it = delivery("a", "b", "c")
    commands = fail(it, ask(it))
    [second] = fetches(commands)
    assert commands == [Fetch(2, FIRST, "b", urgency=1), Announce(FailedOver(700, "a", "b", "reset"))]
    assert asked(fail(it, second)) == ["c"]


def test_the_next_request_does_not_go_where_the_last_one_failed() -> None:
    it = delivery("a", "b")
    fail(it, ask(it))
    assert ask(it, now_ms=59_999).appliance == "b"
    it.cancel()
    tick(it, now_ms=60_000, buffer_ms=3_999)
    assert ask(it, now_ms=60_000).appliance == "b", "whoever has little buffered leaves the probe to others"
    it.cancel()
    tick(it, now_ms=60_000, buffer_ms=4_000)
    assert ask(it, now_ms=60_000).appliance == "a"


def test_health_is_shared_by_sessions() -> None:
    health = ApplianceHealth(SETTINGS.failover)
    one, other = delivery("a", "b", health=health), delivery("a", "b", health=health)
    fail(one, ask(one))
    assert ask(other).appliance == "b"


def test_an_answer_to_a_request_that_was_given_up_is_nothing() -> None:
    it = delivery("a", "b")
    fetch = ask(it)
    fail(it, fetch)
    assert arrive(it, fetch) is None
    assert fail(it, fetch) == []


def test_when_all_sit_out_a_new_request_goes_to_the_one_that_is_back_first() -> None:
    it = delivery("a", "b")
    [second] = fetches(fail(it, ask(it), hint_ms=200_000))
    fail(it, second)
    assert ask(it).appliance == "b"


def test_whoever_wants_to_be_left_alone_is_not_asked_even_if_nobody_else_is_there() -> None:
    it = delivery("a")
    fail(it, ask(it), hint_ms=5_000)
    assert it.ask(init_of(track(), 0), now_ms=4_999) == []
    wake_at_ms = it.wake_at_ms(now_ms=4_999, buffer_ms=0)
    assert wake_at_ms is not None
    assert wake_at_ms >= 5_000


@given(st.integers(0, 2**64 - 1), st.integers(0, 400_000))
def test_when_all_have_failed_it_waits_and_the_servers_wish_is_a_floor_up_to_its_cap(seed: int, hint_ms: int) -> None:
    it = delivery("a", seed=seed)
    assert fail(it, ask(it), hint_ms=hint_ms) == []
    wake_at_ms = it.wake_at_ms(now_ms=0, buffer_ms=0)
    assert wake_at_ms is not None
    floor_ms = min(hint_ms, SETTINGS.retry.hint_cap_ms)
    assert floor_ms <= wake_at_ms < floor_ms + SETTINGS.retry.first_ms
    assert tick(it, now_ms=wake_at_ms - 1) == []
    assert asked(tick(it, now_ms=wake_at_ms)) == ["a"]


def test_of_the_silent_another_is_asked_as_well_and_every_byte_breaks_the_silence() -> None:
    it = delivery("a", "b")
    fetch = ask(it)
    progress(it, fetch, now_ms=USUAL_MS)
    limit_ms = 3 * USUAL_MS
    assert tick(it, now_ms=USUAL_MS + limit_ms - 1) == []
    assert it.wake_at_ms(now_ms=USUAL_MS, buffer_ms=0) == USUAL_MS + limit_ms
    assert tick(it, now_ms=USUAL_MS + limit_ms) == [Fetch(2, FIRST, "b", urgency=1)]


def test_a_full_buffer_bears_more_silence() -> None:
    it = delivery("a", "b")
    ask(it)
    assert tick(it, now_ms=1_999, buffer_ms=60_000) == []
    assert asked(tick(it, now_ms=2_000, buffer_ms=60_000)) == ["b"]


def test_where_first_bytes_come_fast_a_short_silence_says_much() -> None:
    it, now_ms = delivery("a", "b"), 0
    for _ in range(20):
        fetch = ask(it, now_ms=now_ms)
        progress(it, fetch, now_ms=now_ms + 30)
        now_ms += 100
        arrive(it, fetch, now_ms=now_ms)
    ask(it, now_ms=now_ms)
    assert it.wake_at_ms(now_ms=now_ms, buffer_ms=0) == now_ms + SETTINGS.failover.silence_least_ms


def test_the_first_whole_answer_wins_and_whoever_said_nothing_meanwhile_has_failed() -> None:
    it, first, second = hedged()
    assert arrive(it, second, now_ms=2_500) == Arrival(
        FIRST, "b", [Cancel(first.request_id), Announce(FailedOver(700, "a", "b", "silence"))]
    )
    assert ask(it, now_ms=2_500).appliance == "b"


def test_whoever_speaks_again_is_not_blamed_for_being_second() -> None:
    it, first, second = hedged()
    progress(it, first, now_ms=2_100, received_bytes=40_000)
    assert arrive(it, second, now_ms=2_500) == Arrival(FIRST, "b", [Cancel(first.request_id)])
    assert ask(it, now_ms=2_500).appliance == "a"
    assert it.hedges.extra_bytes == 40_000


def test_the_first_asked_may_win_after_all() -> None:
    it, first, second = hedged()
    progress(it, second, now_ms=2_100, received_bytes=7_000)
    assert arrive(it, first, now_ms=2_500) == Arrival(FIRST, "a", [Cancel(second.request_id)])
    assert it.hedges.extra_bytes == 7_000
    assert ask(it, now_ms=2_500).appliance == "a"


def test_if_one_of_two_fails_the_other_goes_on() -> None:
    it, first, second = hedged()
    assert fail(it, first, now_ms=2_100) == [Announce(FailedOver(700, "a", "b", "reset"))]
    assert arrive(it, second, now_ms=2_500) == Arrival(FIRST, "b", [])


def test_if_both_are_silent_the_more_silent_one_makes_room_for_a_third() -> None:
    it, first, _ = hedged("a", "b", "c")
    commands = tick(it, now_ms=4_000, buffer_ms=60_000)
    assert commands == [Cancel(first.request_id), Announce(FailedOver(700, "a", "b", "silence"))]
    assert asked(tick(it, now_ms=4_000, buffer_ms=60_000)) == ["c"]


def test_beyond_the_budget_the_silent_are_given_up_instead() -> None:
    it = delivery("a", "b")
    arrive(it, ask(it), size_bytes=SETTINGS.failover.hedge_credit_bytes * 2)
    fetch = ask(it)
    commands = tick(it, now_ms=2_000, buffer_ms=60_000)
    assert commands[0] == Cancel(fetch.request_id)
    assert asked(commands) == ["b"]
    assert it.hedges.extra_bytes == 0


def test_a_segment_of_the_lowest_rung_that_will_be_late_is_asked_for_twice() -> None:
    it = delivery("a", "b")
    fetch = ask(it)
    progress(it, fetch, now_ms=1_000, received_bytes=10_000, size_bytes=100_000)
    assert tick(it, now_ms=1_000, buffer_ms=9_001) == []
    assert asked(tick(it, now_ms=1_000, buffer_ms=8_999)) == ["b"]
    assert tick(it, now_ms=1_001, buffer_ms=8_999) == []


def test_a_late_segment_of_a_higher_rung_is_left_to_whoever_chooses_rungs() -> None:
    it = delivery("a", "b")
    [fetch] = fetches(it.ask(segment_of(track(), 1, 0), now_ms=0))
    progress(it, fetch, now_ms=1_000, received_bytes=10_000, size_bytes=100_000)
    assert tick(it, now_ms=1_000, buffer_ms=8_999) == []


def test_where_there_is_nobody_else_much_silence_is_borne() -> None:
    it = delivery("a")
    fetch = ask(it)
    assert tick(it, now_ms=9_999) == []
    assert tick(it, now_ms=10_000) == [Cancel(fetch.request_id)]


def test_what_nobody_delivered_for_long_is_named() -> None:
    it, now_ms = delivery("a"), 0
    pending = [ask(it)]
    while it.exhausted is None:
        assert now_ms < SETTINGS.retry.give_up_ms + SETTINGS.retry.cap_ms
        for fetch in pending:
            fail(it, fetch, now_ms=now_ms)
        now_ms = it.wake_at_ms(now_ms=now_ms, buffer_ms=0) or now_ms
        pending = fetches(tick(it, now_ms=now_ms))
    assert it.exhausted == FIRST
    assert now_ms >= SETTINGS.retry.give_up_ms


def test_cancelling_a_track_cancels_what_is_asked_for_it_and_nothing_else() -> None:
    it = delivery("a")
    it.ask(ManifestTarget(), now_ms=0)
    it.ask(init_of(track(), 0), now_ms=0)
    it.ask(segment_of(track("audio"), 0, 0), now_ms=0)
    assert it.cancel("video") == [Cancel(2)]
    assert it.cancel() == [Cancel(1), Cancel(3)]
    assert it.wake_at_ms(now_ms=0, buffer_ms=0) is None


def test_a_request_that_waits_is_cancelled_in_silence() -> None:
    it = delivery("a")
    fail(it, ask(it))
    assert it.cancel() == []
    assert tick(it, now_ms=60_000) == []


def test_a_clone_holds_what_its_base_holds() -> None:
    it = delivery("a", "b")
    it.prefer(("c", "b", "a"), bases={"c": "a"})
    of = msgspec.structs.replace(FIRST.of, places=("a",))
    assert it.holders(msgspec.structs.replace(FIRST, of=of)) == ("c", "a")


def test_a_refused_token_costs_the_appliance_nothing_with_other_sessions() -> None:
    health = ApplianceHealth(SETTINGS.failover)
    ours, theirs = delivery("a", "b", health=health), delivery("a", "b", health=health)
    assert asked(fail(ours, ask(ours), "http-403")) == ["b"]
    assert ask(theirs).appliance == "a"


def test_whoever_refused_this_viewer_is_asked_last_until_there_is_a_new_token() -> None:
    it = delivery("a", "b")
    fail(it, ask(it), "http-401")
    assert ask(it).appliance == "b"
    it.prefer(("a", "b"))
    assert ask(it).appliance == "a"


def test_a_new_token_ends_the_wait_of_what_everybody_refused() -> None:
    it = delivery("a", "b")
    [second] = fetches(fail(it, ask(it), "http-403"))
    assert fail(it, second, "http-403") == []
    it.prefer(("a", "b"))
    assert asked(tick(it, now_ms=0)) == ["a"]


def test_of_all_that_wait_one_goes_ahead_and_the_others_follow_when_it_is_back() -> None:
    it = delivery("a")
    both = [*fetches(it.ask(FIRST, now_ms=0)), *fetches(it.ask(segment_of(track("audio"), 0, 0), now_ms=0))]
    for fetch in both:
        assert fail(it, fetch) == []
    wake_at_ms = it.wake_at_ms(now_ms=0, buffer_ms=0)
    assert wake_at_ms is not None
    [scout] = fetches(tick(it, now_ms=wake_at_ms))
    assert fail(it, scout, now_ms=wake_at_ms) == []
    assert tick(it, now_ms=wake_at_ms) == []
    again_at_ms = it.wake_at_ms(now_ms=wake_at_ms, buffer_ms=0)
    assert again_at_ms is not None
    [scout] = fetches(tick(it, now_ms=again_at_ms))
    arrive(it, scout, now_ms=again_at_ms)
    [other] = fetches(tick(it, now_ms=again_at_ms))
    assert other.target == segment_of(track("audio"), 0, 0)


@given(st.integers(0, 2**64 - 1))
def test_in_an_outage_the_budget_bounds_the_rounds(seed: int) -> None:
    it, now_ms, times = delivery("a", seed=seed), 0, [0]
    fetch = ask(it)
    while now_ms < 60_000:
        fail(it, fetch, now_ms=now_ms)
        now_ms = it.wake_at_ms(now_ms=now_ms, buffer_ms=0) or now_ms
        [fetch] = fetches(tick(it, now_ms=now_ms))
        times.append(now_ms)
    every_ms, burst = SETTINGS.retry.budget_every_ms, SETTINGS.retry.budget_burst
    retries = times[1:]
    assert all(late - early >= every_ms for early, late in zip(retries, retries[burst:], strict=False))


def test_new_advice_ends_the_wait() -> None:
    it = delivery("a")
    fail(it, ask(it), hint_ms=60_000)
    it.prefer(("b",))
    assert asked(tick(it, now_ms=0)) == ["b"]


def test_what_everybody_says_no_to_is_not_waited_for() -> None:
    it = delivery("a", "b")
    [second] = fetches(it.failed(ask(it).request_id, "http-404", now_ms=0, position_ms=0))
    assert it.exhausted is None
    it.failed(second.request_id, "http-404", now_ms=0, position_ms=0)
    assert it.exhausted == FIRST


def test_what_turns_out_corrupt_is_asked_of_those_who_have_not_delivered_it_so() -> None:
    it = delivery("a", "b")
    fetch = ask(it)
    arrive(it, fetch)
    assert corrupt(it, fetch) == Arrival(FIRST, "a", [Announce(FailedOver(700, "a", "b", "corrupt"))])
    assert corrupt(it, fetch) is None, "one blames once"
    second = ask(it, now_ms=60_000)
    assert second.appliance == "b", "the cool-down is over, but not of this segment"
    arrive(it, second, now_ms=60_000)
    corrupt(it, second)
    assert it.ask(FIRST, now_ms=120_000) == []
    assert it.exhausted == FIRST


def corrupt(it: Delivery, fetch: Fetch) -> Arrival | None:
    return it.corrupt(fetch.request_id, now_ms=0, position_ms=700)


def hedged(*appliances: str) -> tuple[Delivery, Fetch, Fetch]:
    """A delivery that has asked "b" as well, since "a" is silent, at 2 s."""
    it = delivery(*(appliances or ("a", "b")))
    first = ask(it)
    [second] = fetches(tick(it, now_ms=2_000, buffer_ms=60_000))
    assert (first.appliance, second.appliance) == ("a", "b")
    return it, first, second


def test_an_answer_that_is_made_as_it_comes_is_not_silent_between_two_of_its_parts() -> None:
    it = delivery("a", "b")
    [fetch] = fetches(it.ask(FIRST, now_ms=0, making=Making(until_ms=4_000, gap_ms=500)))
    progress(it, fetch, now_ms=100, size_bytes=0)
    usual_ms = 3 * ((3 * USUAL_MS + 100) // 4)
    assert asked(tick(it, now_ms=100 + 500 + usual_ms - 1)) == []
    assert asked(tick(it, now_ms=100 + 500 + usual_ms)) == ["b"]


def test_once_it_is_made_it_may_pause_no_more() -> None:
    it = delivery("a", "b")
    [fetch] = fetches(it.ask(FIRST, now_ms=0, making=Making(until_ms=4_000, gap_ms=500)))
    progress(it, fetch, now_ms=4_000, size_bytes=0)
    assert asked(tick(it, now_ms=4_000 + 3 * ((3 * USUAL_MS + 4_000) // 4))) == ["b"]


def test_what_may_not_be_there_yet_is_asked_of_the_others_and_then_left_and_nobody_is_blamed() -> None:
    it = delivery("a", "b")
    fetch = ask(it)
    [second] = fetches(it.failed(fetch.request_id, "http-404", now_ms=0, position_ms=0, is_early=True))
    left = [it.early]
    assert it.failed(second.request_id, "http-404", now_ms=0, position_ms=0, is_early=True) == []
    left.append(it.early)
    assert left == [None, FIRST]
    assert (it.target_of(second.request_id), ask(it).appliance) == (None, "a")
