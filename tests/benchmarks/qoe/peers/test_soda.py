from benchmarks.qoe.peers.soda import Soda, _monotonic_plans
from benchmarks.qoe.simulator import Session, Simulation
from tests.support.qoe import case, steady, title


def session(*, kbps: float, segments: int) -> Session:
    it = Session(title(), 60_000)
    it.estimate.push(1000, kbps, 0)
    it.buffer = [0] * segments
    return it


def test_plans_rise_or_fall_throughout() -> None:
    plans = _monotonic_plans(4)
    assert len(plans) == 2 * 56 - 4
    assert all((sorted(plan) in (list(plan), list(plan)[::-1])) for plan in plans.tolist())


def test_more_buffer_and_more_link_mean_no_lower_rung() -> None:
    by_buffer = [Soda(session(kbps=1500, segments=segments)).get_quality_delay(1)[0] for segments in range(1, 15)]
    by_link = [Soda(session(kbps=kbps, segments=5)).get_quality_delay(1)[0] for kbps in range(200, 6000, 200)]
    assert by_buffer == sorted(by_buffer)
    assert by_link == sorted(by_link)


def test_it_settles_on_a_steady_link() -> None:
    it = case(trace=steady(2000))
    simulation = Simulation(it.manifest, it.trace, buffer_max_ms=it.buffer_max_ms)
    assert simulation.run(Soda(simulation.session)).switches <= 4
