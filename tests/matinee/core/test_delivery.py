"""Requests, from the first appliance asked to the answer."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from matinee.core.delivery import Delivery
from matinee.core.health import ApplianceHealth
from matinee.core.messages import Announce, Cancel, Command, Fetch, ManifestTarget
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


def fail(it: Delivery, fetch: Fetch, *, now_ms: int = 0, hint_ms: int = 0) -> list[Command]:
    return it.failed(fetch.request_id, "reset", now_ms=now_ms, position_ms=700, hint_ms=hint_ms)


def asked(commands: Sequence[Command]) -> list[str]:
    return [fetch.appliance for fetch in fetches(commands)]


def tick(it: Delivery, *, now_ms: int, buffer_ms: int = 0) -> list[Command]:
    return it.tick(now_ms=now_ms, buffer_ms=buffer_ms, position_ms=700)


def test_what_arrives_says_what_it_is_and_where_it_came_from() -> None:
    it = delivery("a", "b")
    fetch = ask(it)
    assert it.arrived(fetch.request_id) == (FIRST, "a")
    assert it.arrived(fetch.request_id) is None


def test_a_failure_moves_the_request_down_the_list_at_once_and_says_so() -> None:
    it = delivery("a", "b", "c")
    commands = fail(it, ask(it))
    [second] = fetches(commands)
    assert commands == [Fetch(2, FIRST, "b"), Announce(FailedOver(700, "a", "b", "reset"))]
    assert asked(fail(it, second)) == ["c"]


def test_the_next_request_does_not_go_where_the_last_one_failed() -> None:
    it = delivery("a", "b")
    fail(it, ask(it))
    assert ask(it, now_ms=59_999).appliance == "b"
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
    assert it.arrived(fetch.request_id) is None
    assert fail(it, fetch) == []


def test_when_all_sit_out_a_new_request_goes_to_the_one_that_is_back_first() -> None:
    it = delivery("a", "b")
    [second] = fetches(fail(it, ask(it), hint_ms=200_000))
    fail(it, second)
    assert ask(it).appliance == "b"


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


def test_silence_is_failure_and_every_byte_breaks_it() -> None:
    it = delivery("a", "b")
    fetch = ask(it)
    it.progressed(fetch.request_id, now_ms=900)
    assert tick(it, now_ms=1_899) == []
    assert it.wake_at_ms(now_ms=1_899, buffer_ms=0) == 1_900
    commands = tick(it, now_ms=1_900)
    assert commands[0] == Cancel(fetch.request_id)
    assert asked(commands) == ["b"]


def test_a_full_buffer_bears_more_silence() -> None:
    it = delivery("a", "b")
    ask(it)
    assert tick(it, now_ms=2_999, buffer_ms=60_000) == []
    assert asked(tick(it, now_ms=3_000, buffer_ms=60_000)) == ["b"]


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


@given(st.permutations(["a", "b", "c", "d"]), st.lists(st.sampled_from("abcdxy"), max_size=6, unique=True))
def test_steering_puts_first_whom_it_names_and_loses_nobody(known: list[str], named: list[str]) -> None:
    it = delivery(*known)
    it.prefer(tuple(named))
    assert list(it.appliances) == named + [name for name in known if name not in named]
