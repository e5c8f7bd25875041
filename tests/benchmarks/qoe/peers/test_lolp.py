from benchmarks.qoe.peers.lolp import LolPlus
from benchmarks.qoe.simulator import Session
from tests.support.qoe import title


def controller(*, kbps: float, segments: int) -> LolPlus:
    session = Session(title(), 60_000)
    session.estimate.push(1000, kbps, 0)
    session.buffer = [0] * segments
    return LolPlus(session)


def test_the_neuron_nearest_to_the_link_from_below_wins() -> None:
    assert [controller(kbps=kbps, segments=4).get_quality_delay(1)[0] for kbps in (400, 900, 2200, 5000)] == [
        0,
        1,
        2,
        3,
    ]


def test_a_buffer_that_the_same_rung_would_empty_means_the_highest_below_the_link() -> None:
    it = controller(kbps=900, segments=1)
    it._last = 3
    assert it.get_quality_delay(1)[0] == 1


def test_a_neuron_moves_by_a_hundredth_towards_what_it_brought() -> None:
    it = controller(kbps=2200, segments=4)
    before = it._neurons[2][0]
    it._learn(it._neurons[2], (before + 1, 0, 0, 0))
    assert abs(it._neurons[2][0] - before - 0.01) < 1e-12
    assert it._neurons[3][0] - before > 0.5, "far from the winner, hardly moved"
