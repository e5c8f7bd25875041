import pytest

from benchmarks.qoe.peers.estimates import Average, Measuring, harmonic_mean, weighted_median
from benchmarks.qoe.simulator import Session, Simulation
from tests.support.qoe import case


def test_half_of_the_memory_is_gone_after_a_half_life() -> None:
    average = Average(3)
    average.push(300, 1000)
    average.push(3, 0)
    assert average.get() == pytest.approx(500)


def test_an_average_is_unbiased_from_its_first_sample() -> None:
    average = Average(9, 100)
    assert average.get() == 100
    average.push(0.5, 700)
    assert average.get() == pytest.approx(700)


def test_a_harmonic_mean_is_the_rate_of_equal_sizes() -> None:
    assert harmonic_mean([1, 3]) == pytest.approx(1.5)


def test_the_heavier_sample_has_the_median() -> None:
    assert weighted_median([(5, 10), (1, 1), (9, 3)]) == 5
    assert weighted_median([(4, 1)]) == 4


def test_a_measuring_controller_hears_of_every_download_the_first_included() -> None:
    heard: list[float] = []

    class Listener(Measuring):
        def measure(self, bits: float, transfer_ms: float, latency_ms: float) -> None:
            heard.append(bits)

        def choose(self, segment: int) -> int:
            return 1

    it = case()
    simulation = Simulation(it.manifest, it.trace, buffer_max_ms=it.buffer_max_ms)
    simulation.run(Listener(simulation.session))
    sizes = it.manifest.segments
    assert heard == [sizes[0][0], *(size[1] for size in sizes[1:])]


def test_what_nobody_measures_is_an_error() -> None:
    with pytest.raises(NotImplementedError):
        Measuring(Session(case().manifest, 60_000)).measure(1, 1, 1)
