"""When advice is asked for: in time, ahead of time when it is needed, never too often."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.core.advice import MOST_HEARD, Advice
from matinee.core.messages import Fetch, FetchSteering, ManifestRead, Started, SteeringArrived, SteeringFailed, Woke
from matinee.manifest.presentation import Presentation, Steering
from matinee.policy.settings import RetrySettings
from matinee.policy.steering import AGAIN_MS, DEFAULT_TTL_MS, START_DEADLINE_MS
from matinee.testing.playbook import Viewer, fetches, presentation, segment_fetch
from matinee.wire.steering import Heard

RETRY = RetrySettings(first_ms=500, cap_ms=8_000, hint_cap_ms=300_000)
SEEDS = st.integers(0, 2**64 - 1)


def advice(seed: int = 1, *, steer_after_ms: int | None = 0, fresh_ms: int | None = None) -> Advice:
    it = Advice(RETRY, seed=seed)
    it.begin(steer_after_ms=steer_after_ms, fresh_ms=fresh_ms, now_ms=0)
    return it


def asked(it: Advice, *, now_ms: int) -> bool:
    return it.take_turn(now_ms=now_ms) is not None


def test_nobody_is_asked_who_gives_no_advice() -> None:
    it = advice(steer_after_ms=None)
    it.hurry(now_ms=10**6)
    assert not asked(it, now_ms=10**9)


def test_one_question_is_under_way_at_a_time() -> None:
    it = advice(steer_after_ms=100)
    assert [asked(it, now_ms=now_ms) for now_ms in (99, 100, 10**6)] == [False, True, False]


@given(SEEDS)
def test_an_answer_is_good_for_its_time_and_up_to_a_tenth_more(seed: int) -> None:
    it = advice(seed)
    it.arrived(ttl_ms=30_000, fresh_ms=None, now_ms=1_000)
    assert it.due_ms is not None
    assert 31_000 <= it.due_ms <= 34_000


def test_sessions_that_ask_together_do_not_do_so_again() -> None:
    dues = set[int | None]()
    for seed in range(1_000):
        it = advice(seed)
        it.arrived(ttl_ms=300_000, fresh_ms=None, now_ms=0)
        dues.add(it.due_ms)
    assert len(dues) > 950


@given(SEEDS)
def test_before_any_answer_a_failure_costs_the_default_time_to_live(seed: int) -> None:
    it = advice(seed)
    it.failed(hint_ms=0, is_gone=False, now_ms=0)
    assert it.due_ms is not None
    assert DEFAULT_TTL_MS <= it.due_ms <= DEFAULT_TTL_MS * 11 // 10


@given(SEEDS)
def test_after_an_answer_a_failure_costs_its_time_to_live(seed: int) -> None:
    it = advice(seed)
    it.arrived(ttl_ms=40_000, fresh_ms=None, now_ms=0)
    it.failed(hint_ms=0, is_gone=False, now_ms=40_000)
    assert it.due_ms is not None
    assert 80_000 <= it.due_ms <= 84_000


@given(SEEDS, st.integers(1, 10**9))
def test_a_service_that_says_when_to_return_is_asked_then_and_not_before(seed: int, hint_ms: int) -> None:
    it = advice(seed)
    it.failed(hint_ms=hint_ms, is_gone=False, now_ms=0)
    floor_ms = max(AGAIN_MS, min(hint_ms, RETRY.hint_cap_ms))
    it.hurry(now_ms=0)
    assert it.due_ms is not None
    assert floor_ms <= it.due_ms < floor_ms + RETRY.first_ms


def test_a_service_that_is_gone_is_never_asked_again() -> None:
    it = advice()
    it.take_turn(now_ms=0)
    it.failed(hint_ms=1, is_gone=True, now_ms=0)
    it.hurry(now_ms=10**6)
    assert not asked(it, now_ms=10**12)


def test_need_brings_the_question_forward_but_not_more_often_than_that() -> None:
    it = advice()
    it.arrived(ttl_ms=300_000, fresh_ms=None, now_ms=0)
    it.hurry(now_ms=1)
    assert it.due_ms == AGAIN_MS
    it.hurry(now_ms=AGAIN_MS + 1)
    assert it.due_ms == AGAIN_MS


def test_need_that_lasts_asks_ever_more_rarely() -> None:
    def longest_wait_ms(failures: int) -> int:
        waits = list[int]()
        for seed in range(200):
            it = advice(seed)
            for _ in range(failures):
                it.failed(hint_ms=0, is_gone=False, now_ms=0)
            it.hurry(now_ms=0)
            waits.append(it.due_ms or 0)
        return max(waits)

    assert [longest_wait_ms(failures) // 1_000 for failures in (1, 3, 9)] == [5, 6, 12]


def test_tokens_are_renewed_before_they_end() -> None:
    it = advice(steer_after_ms=30_000, fresh_ms=20_000)
    assert it.due_ms == 15_000
    it.arrived(ttl_ms=300_000, fresh_ms=40_000, now_ms=15_000)
    assert it.due_ms == 45_000


@given(SEEDS)
def test_a_renewal_that_fails_is_tried_again_before_the_tokens_end(seed: int) -> None:
    it = advice(seed, steer_after_ms=300_000, fresh_ms=100_000)
    it.failed(hint_ms=0, is_gone=False, now_ms=75_000)
    assert it.due_ms is not None
    assert it.due_ms == 75_000 + 18_750


def test_a_manifest_that_names_a_service_has_it_asked_at_once_and_only_once() -> None:
    it = advice(steer_after_ms=None)
    steering = Steering(url="http://s.test/")
    it.configure(steering, now_ms=100)
    assert asked(it, now_ms=100)
    it.configure(steering, now_ms=200)
    assert not asked(it, now_ms=200)


def test_a_service_that_vanishes_from_a_live_manifest_is_asked_no_more_and_one_that_appears_at_once() -> None:
    it = advice(steer_after_ms=None)
    it.configure(Steering(url="http://s.test/"), now_ms=0)
    it.configure(None, now_ms=10)
    assert not asked(it, now_ms=10**6)
    it.configure(Steering(url="http://s.test/"), now_ms=10**6)
    assert asked(it, now_ms=10**6)


def test_an_answer_of_a_service_that_has_vanished_meanwhile_is_the_last() -> None:
    it = advice(steer_after_ms=None)
    it.configure(Steering(url="http://s.test/"), now_ms=0)
    it.take_turn(now_ms=0)
    it.configure(None, now_ms=10)
    it.arrived(ttl_ms=1_000, fresh_ms=None, now_ms=20)
    assert it.due_ms is None


def test_a_new_address_is_asked_after_the_old_one_was_gone() -> None:
    it = advice(steer_after_ms=None)
    it.configure(Steering(url="http://s.test/old"), now_ms=0)
    it.take_turn(now_ms=0)
    it.failed(hint_ms=0, is_gone=True, now_ms=0)
    it.configure(Steering(url="http://s.test/new"), now_ms=10)
    assert asked(it, now_ms=10)


def test_what_a_manifest_names_does_not_replace_a_service_of_our_own() -> None:
    it = advice(steer_after_ms=500)
    it.configure(Steering(url="http://s.test/"), now_ms=100)
    it.configure(None, now_ms=200)
    assert it.due_ms == 500


def test_the_start_waits_for_an_answer_but_not_for_ever() -> None:
    it = advice(steer_after_ms=None)
    it.configure(Steering(url="http://s.test/", query_before_start=True), now_ms=0)
    it.take_turn(now_ms=0)
    assert it.wake_at_ms(now_ms=0) == START_DEADLINE_MS
    assert [it.holds_start(now_ms=now_ms) for now_ms in (0, START_DEADLINE_MS - 1, START_DEADLINE_MS)] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("is_answered", [True, False])
def test_the_start_waits_no_longer_once_an_answer_or_a_failure_is_here(is_answered: bool) -> None:
    it = advice(steer_after_ms=None)
    it.configure(Steering(url="http://s.test/", query_before_start=True), now_ms=0)
    if is_answered:
        it.arrived(ttl_ms=1_000, fresh_ms=None, now_ms=1)
    else:
        it.failed(hint_ms=0, is_gone=True, now_ms=1)
    assert not it.holds_start(now_ms=1)


def test_a_question_tells_who_delivered_since_the_last_one_the_one_in_use_last() -> None:
    it = advice()
    for appliance in ("a", "b", "a"):
        it.heard(appliance, size_bytes=50_000, elapsed_ms=100)
    assert it.take_turn(now_ms=0) == (Heard("b", 4_000), Heard("a", 4_000))
    it.arrived(ttl_ms=1_000, fresh_ms=None, now_ms=0)
    assert it.take_turn(now_ms=10**6) == (Heard("a", 4_000),)


def test_a_question_tells_of_so_many_and_no_more() -> None:
    it = advice()
    for number in range(100):
        it.heard(f"a{number}", size_bytes=1, elapsed_ms=1)
    told = it.take_turn(now_ms=0)
    assert told is not None
    assert [heard.appliance for heard in told] == [f"a{number}" for number in range(100 - MOST_HEARD, 100)]


def test_steering_moves_the_next_request_and_goes_by_the_new_list_alone() -> None:
    it = Viewer(("a", "b", "c"))
    pending = fetches(it.start())
    it.receive(SteeringArrived(("c", "b"), 30_000))
    init, segment = pending
    it.deliver(init)
    following = segment_fetch(it.deliver(segment))
    assert following.appliance == "c"
    assert segment_fetch(it.fail(following)).appliance == "b"


def test_advice_is_asked_for_when_it_is_due_and_again_after_its_time() -> None:
    it = Viewer()
    it.receive(Started(("a", "b"), steer_after_ms=500))
    assert FetchSteering() in it.wake()
    it.receive(SteeringArrived(("b", "a"), 100))
    assert FetchSteering() in it.wake()


def test_a_question_tells_who_delivered_and_how_fast() -> None:
    it = Viewer()
    it.receive(Started(("a", "b"), steer_after_ms=500))
    manifest = next(command for command in it.commands if isinstance(command, Fetch))
    init, segment = fetches(it.receive(ManifestRead(manifest.request_id, 2_000, presentation(), ("a", "b"))))
    it.deliver(init, after_ms=0)
    it.deliver(segment, kbps=4_000, after_ms=500)
    [question] = [command for command in it.commands if isinstance(command, FetchSteering)]
    assert question.heard == (Heard("a", (1_000 + 250_000) * 8 // 500),)


def test_steering_that_does_not_answer_is_asked_again_later_and_nothing_waits_for_it() -> None:
    it = Viewer()
    it.receive(Started(it.appliances, steer_after_ms=0))
    it.receive(SteeringArrived(it.appliances, 100))
    assert FetchSteering() in it.wake()
    it.receive(SteeringFailed())
    assert it.receive(Woke(), after_ms=AGAIN_MS - 1).count(FetchSteering()) == 0
    assert it.receive(Woke(), after_ms=RetrySettings().first_ms + 1).count(FetchSteering()) == 1


def test_the_first_segment_waits_for_advice_that_the_manifest_wants_to_hear_first() -> None:
    it = Viewer()
    shown = steered(query_before_start=True)
    assert FetchSteering() in it.start(shown)
    assert fetches(it.commands)[1:] == []
    commands = it.receive(SteeringArrived(("b", "a"), 30_000))
    assert {fetch.appliance for fetch in fetches(commands)} == {"b"}


def test_the_first_segment_does_not_wait_long_for_advice() -> None:
    it = Viewer()
    it.start(steered(query_before_start=True))
    began_ms = it.now_ms
    assert {fetch.appliance for fetch in fetches(it.wake())} == {"a"}
    assert it.now_ms == began_ms + START_DEADLINE_MS


def test_a_refused_viewer_asks_for_fresh_tokens_at_once() -> None:
    it = Viewer()
    it.receive(Started(it.appliances, steer_after_ms=30_000))
    manifest = next(command for command in it.commands if isinstance(command, Fetch))
    it.now_ms += AGAIN_MS
    assert FetchSteering() in it.fail(manifest, "http-403")


def test_when_nobody_delivers_new_advice_is_asked_for_and_new_appliances_are_tried() -> None:
    it = Viewer(("a",))
    it.receive(Started(("a",), steer_after_ms=30_000))
    manifest = next(command for command in it.commands if isinstance(command, Fetch))
    assert FetchSteering() not in it.fail(manifest)
    while FetchSteering() not in it.commands:
        for fetch in fetches(it.wake()):
            it.fail(fetch)
    assert it.now_ms < 10_000
    [asked] = fetches(it.receive(SteeringArrived(("new", "a"), 30_000)))
    assert asked.appliance == "new"


def steered(*, query_before_start: bool) -> Presentation:
    steering = Steering(url="http://a.test/steering", query_before_start=query_before_start)
    return msgspec.structs.replace(presentation(), steering=steering)
