"""Who fails is left alone, then tried with one request."""

from matinee_edge.breaker import CAP_MS, FIRST_MS, LEAST_MS, PROBE_MS, STRIKES, Breaker


def opened(*, draw: int = 0) -> Breaker:
    breaker = Breaker(draw=lambda: draw)
    for _ in range(STRIKES):
        breaker.failed(now_ms=0)
    return breaker


def test_it_opens_after_several_failures_in_a_row_and_not_before() -> None:
    breaker = Breaker(draw=lambda: 0)
    for _ in range(3):
        for _ in range(STRIKES - 1):
            breaker.failed(now_ms=0)
        assert breaker.admit(now_ms=0)
        breaker.succeeded()
    assert not opened().admit(now_ms=LEAST_MS - 1)


def test_half_open_it_lets_one_through_until_that_one_has_ended() -> None:
    breaker = opened()
    assert [breaker.admit(now_ms=LEAST_MS) for _ in range(3)] == [True, False, False]
    breaker.succeeded()
    assert [breaker.admit(now_ms=LEAST_MS) for _ in range(3)] == [True] * 3


def test_a_probe_of_which_nothing_is_heard_is_followed_by_another() -> None:
    breaker = opened()
    assert breaker.admit(now_ms=LEAST_MS)
    assert not breaker.admit(now_ms=LEAST_MS + PROBE_MS - 1)
    assert breaker.admit(now_ms=LEAST_MS + PROBE_MS)


def test_rests_grow_up_to_the_cap_and_are_spread() -> None:
    rests = []
    for failures in range(12):
        breaker = opened(draw=(1 << 30) - 1)
        for _ in range(failures):
            breaker.failed(now_ms=0)
        rests.append(next(ms for ms in range(0, 2 * CAP_MS, 10) if breaker.admit(now_ms=ms)))
    assert rests[0] <= LEAST_MS + FIRST_MS
    assert rests[0] < rests[1] < rests[3] <= max(rests) <= LEAST_MS + CAP_MS
    assert opened(draw=700).admit(now_ms=LEAST_MS + 700)
    assert not opened(draw=700).admit(now_ms=LEAST_MS + 699)


def test_who_is_to_blame_is_left_alone_at_once() -> None:
    breaker = Breaker(draw=lambda: 0)
    breaker.blame(now_ms=0)
    assert not breaker.admit(now_ms=LEAST_MS - 1)
