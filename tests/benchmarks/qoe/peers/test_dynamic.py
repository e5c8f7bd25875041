from benchmarks.qoe.peers.bola import BolaE
from benchmarks.qoe.peers.dynamic import Dynamic, DynamicDash
from benchmarks.qoe.peers.throughput import Throughput
from benchmarks.qoe.simulator import Session
from tests.support.qoe import title


def session(kbps: float) -> Session:
    it = Session(title(), 60_000)
    it.estimate.push(1000, kbps, 0)
    return it


def test_bola_takes_over_beyond_10_s_and_gives_back_under_5_s() -> None:
    it = DynamicDash(session(2000))
    active = []
    for segments in (2, 3, 2, 1):
        it.session.buffer = [0] * segments
        it.get_quality_delay(1)
        active.append(type(it._active))
    assert active == [Throughput, BolaE, BolaE, Throughput]


def test_the_later_one_keeps_to_the_throughput_while_bola_would_ask_for_less() -> None:
    it = Dynamic(session(4800))
    it.session.buffer = [0] * 3
    assert it.get_quality_delay(20) == (3, 0)
    assert not it._is_bola
