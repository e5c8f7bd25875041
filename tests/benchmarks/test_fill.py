"""A night's fill, small: three titles, the whole fleet."""

import pytest

from benchmarks.fill import Night, night


@pytest.fixture(scope="module")
def ours() -> Night:
    return night(titles=4, files=4, has_cuts=False)


def test_each_cluster_and_exchange_gets_each_file_once(ours: Night) -> None:
    assert 1.0 <= ours.ratio <= 1.05
    assert ours.whole == ours.appliances == 49
    assert ours.last_whole_ms > 0


def test_without_peers_the_same_costs_more_than_twice_as_much(ours: Night) -> None:
    alone = night(titles=4, files=4, has_cuts=False, knows_peers=False)
    assert alone.whole == alone.appliances
    assert alone.crossed_bytes > 2 * ours.crossed_bytes
