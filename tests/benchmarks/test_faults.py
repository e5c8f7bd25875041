import pytest

from benchmarks.faults import LINKS, NEXT_P99_MS, PEERS, SILENCE, extra_percent, failover


@pytest.mark.parametrize("fault", [it for it in PEERS if it not in SILENCE])
def test_an_error_sends_the_next_request_within_the_bar(fault: str) -> None:
    it = failover(fault, faults=5)
    assert it.next_p99_ms <= NEXT_P99_MS
    assert it.stalls_with_4_s == 0


@pytest.mark.parametrize("fault", SILENCE)
def test_silence_is_helped_within_a_share_of_the_buffer(fault: str) -> None:
    it = failover(fault, faults=5)
    assert 0 < it.share_most_percent <= 100
    assert it.stalls_with_4_s == 0


def test_help_costs_few_bytes_where_nothing_fails() -> None:
    assert extra_percent(LINKS["6 s of buffer"], viewers=1) <= 2
