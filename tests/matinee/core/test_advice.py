"""When advice is asked for: in time, ahead of time when it is needed, never too often."""

from matinee.core.advice import AGAIN_MS, RETRY_MS, Advice


def test_nobody_is_asked_who_gives_no_advice() -> None:
    advice = Advice()
    advice.hurry(now_ms=10**6)
    assert not advice.take_turn(now_ms=10**9)


def test_one_question_is_under_way_at_a_time() -> None:
    advice = Advice()
    advice.due_ms = 100
    assert [advice.take_turn(now_ms=now_ms) for now_ms in (99, 100, 10**6)] == [False, True, False]


def test_an_answer_is_good_for_its_time() -> None:
    advice = Advice()
    advice.arrived(ttl_ms=300, now_ms=1_000)
    assert advice.due_ms == 1_300


def test_a_service_that_fails_is_left_alone_at_least_as_long_as_it_wishes() -> None:
    advice = Advice()
    advice.failed(hint_ms=0, now_ms=0)
    assert advice.due_ms == RETRY_MS
    advice.failed(hint_ms=RETRY_MS + 1, now_ms=0)
    assert advice.due_ms == RETRY_MS + 1


def test_need_brings_the_question_forward_but_not_more_often_than_that() -> None:
    advice = Advice()
    advice.arrived(ttl_ms=300_000, now_ms=0)
    advice.hurry(now_ms=AGAIN_MS + 1)
    assert advice.take_turn(now_ms=AGAIN_MS + 1)
    advice.arrived(ttl_ms=300_000, now_ms=AGAIN_MS + 2)
    advice.hurry(now_ms=AGAIN_MS + 3)
    assert advice.due_ms == 2 * AGAIN_MS + 1
