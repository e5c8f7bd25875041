import pytest

from benchmarks.qoe.peers.media3 import Media3
from benchmarks.qoe.simulator import Session
from tests.support.qoe import LADDER, title


def controller(*kbps: float, segments: int = 3, full_ms: float = 60_000) -> Media3:
    session = Session(title(), full_ms)
    session.buffer = [0] * segments
    it = Media3(session)
    for rate in kbps:
        it.measure(rate * 2000, 2000, 20)
    return it


def test_it_begins_with_70_percent_of_a_megabit() -> None:
    assert controller().get_first_quality() == 0
    assert Media3(Session(title(ladder=(300, 700, 720)), 60_000)).get_first_quality() == 1


@pytest.mark.parametrize(("segments", "rung"), [(2, 0), (3, 2)])
def test_it_climbs_from_10_s_of_buffer_on(segments: int, rung: int) -> None:
    assert controller(1850 / 0.7 + 1, segments=segments).choose(1) == rung


@pytest.mark.parametrize(("segments", "rung"), [(6, 0), (7, 3)])
def test_it_goes_down_under_25_s_of_buffer(segments: int, rung: int) -> None:
    it = controller(400, segments=segments)
    it._last = 3
    assert it.choose(1) == rung


def test_near_a_live_edge_less_buffer_lets_it_climb() -> None:
    # 75 % of 6 s less a segment of 4 s.
    assert controller(5000, segments=1, full_ms=6000).choose(1) == 2
    assert controller(5000, segments=0, full_ms=6000).choose(1) == 0


def test_the_estimate_is_the_median_of_what_weighs_2000() -> None:
    assert controller(1000, 2000, 1500)._estimate == 1500
    slow_long_ago = controller(*[100] * 3, *[LADDER[-1]] * 40)
    assert slow_long_ago._estimate == LADDER[-1]
    assert sum(weight for _, weight in slow_long_ago._samples) == pytest.approx(2000)
