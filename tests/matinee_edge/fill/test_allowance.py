"""How fast a fill may go."""

from matinee_edge.fill.allowance import Allowance

KBPS = 8_000  # a thousand bytes in a millisecond


def test_without_a_rate_nothing_is_waited_for() -> None:
    it = Allowance(0, now_ms=0)
    it.spend(1 << 40)
    assert it.wait_ms(0) == 0


def test_what_was_spent_beyond_the_bucket_is_waited_for_afterwards() -> None:
    it = Allowance(KBPS, now_ms=0)
    it.spend(5_000_000)
    assert it.wait_ms(0) == 4_001
    assert it.wait_ms(4_000) == 1
    assert it.wait_ms(4_001) == 0


def test_over_time_no_more_is_spent_than_the_rate_and_one_burst() -> None:
    it, now_ms, spent_bytes = Allowance(KBPS, now_ms=0), 0, 0
    while now_ms < 60_000:
        if wait_ms := it.wait_ms(now_ms):
            now_ms += wait_ms
            continue
        it.spend(700_000)
        spent_bytes += 700_000
    assert 60_000_000 <= spent_bytes <= 62_000_000


def test_an_idle_bucket_keeps_no_more_than_a_burst() -> None:
    it = Allowance(KBPS, now_ms=0)
    assert it.wait_ms(3_600_000) == 0
    it.spend(2_000_000)
    assert it.wait_ms(3_600_000) == 1_001
