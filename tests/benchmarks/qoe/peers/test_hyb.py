import pytest

from benchmarks.qoe.peers.hyb import Hyb
from benchmarks.qoe.simulator import Session
from tests.support.qoe import LADDER, title


@pytest.mark.parametrize("rung", [1, 2, 3])
def test_a_segment_may_take_a_quarter_of_the_buffer(rung: int) -> None:
    session = Session(title(), 60_000)
    session.buffer = [0] * 10
    size = session.manifest.segments[1][rung]
    for bits, chosen in ((size, rung), (size * 0.999, rung - 1)):
        it = Hyb(session)
        it.measure(bits, 10_000, 0)
        assert it.choose(1) == chosen


def test_with_no_buffer_it_takes_the_lowest() -> None:
    it = Hyb(Session(title(), 60_000))
    it.measure(LADDER[-1] * 4000, 1, 0)
    assert it.choose(1) == 0
