from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from benchmarks.qoe.corpus import Case, Mode
from benchmarks.qoe.field import POLICIES
from benchmarks.qoe.peers.bola import BolaE
from benchmarks.qoe.peers.estimates import Average
from benchmarks.qoe.simulator import Abr, Ewma, Played, Session, Simulation
from tests.support.qoe import FULL_MS, Scripted, case, steady, title

# What unmodified Sabre (UMass-LIDS/sabre at 09b03bb) prints of the same sessions, by mode, policy and options:
# time average of played bitrate, total play time in s, rebuffer ratio, time average of bitrate change.
GOLDEN: list[tuple[Mode, str, dict[str, Any], tuple[float, float, float, float]]] = [
    ("vod", "throughput", {}, (1877.900353, 162.521935, 0.014135, 705.135585)),
    ("vod", "bola-u", {}, (2324.609284, 162.521935, 0.014135, 1054.626869)),
    ("vod", "bola-e", {}, (2033.663702, 166.399194, 0.037107, 620.195313)),
    ("vod", "bola-e -ao", {}, (1588.950008, 166.399194, 0.037107, 260.818572)),
    ("vod", "dynamic", {}, (1757.301248, 162.521935, 0.014135, 463.937374)),
    ("vod", "dynamic-mmsys", {}, (2058.810838, 164.463871, 0.025776, 1334.031594)),
    ("vod", "bola-e", {"replacement": "left"}, (1765.633557, 166.399194, 0.037107, 496.396637)),
    ("vod", "bola-e", {"replacement": "right", "abandons": False}, (1928.182407, 167.307823, 0.042336, 658.666154)),
    ("live", "throughput", {}, (1115.552863, 87.310968, 0.082219, 396.284692)),
    ("live", "bola-u", {}, (1393.097369, 89.297419, 0.102636, 924.998736)),
    ("live", "bola-e", {}, (886.923727, 89.297419, 0.102636, 477.057459)),
    ("live", "bola-e", {"replacement": "right", "abandons": False}, (702.598121, 87.532258, 0.08454, 263.902709)),
]


@pytest.mark.parametrize(("mode", "policy", "options", "expected"), GOLDEN)
def test_a_session_goes_as_it_does_in_sabre(
    mode: Mode, policy: str, options: dict[str, Any], expected: tuple[float, ...]
) -> None:
    it = play(case(mode=mode), POLICIES[policy], **options)
    ladder, per_segment = it.manifest.bitrates, it.manifest.segment_time / it.play_ms
    changed = sum(abs(ladder[a] - ladder[b]) for a, b in zip(it.rungs, it.rungs[1:], strict=False))
    bitrate = sum(ladder[rung] for rung in it.rungs)
    found = [bitrate * per_segment, it.play_ms / 1000, it.rebuffer_ratio, changed * per_segment]
    assert found == pytest.approx(list(expected), rel=1e-6, abs=1e-6)


def test_start_up_counts_as_time_but_not_as_a_stall() -> None:
    it = play(case(trace=steady(300, latency_ms=500), manifest=title(segments=1)), scripted(0))
    assert it.startup_ms == it.play_ms - 4000 == 500 + 0.8 * 4000
    assert it.stall_ms == 0


def test_a_segment_that_comes_late_stalls_for_what_is_missing() -> None:
    sizes = ((1_200_000,), (5_000_000,))
    manifest = title(segments=2, ladder=(300,)).__class__(4000, (300,), sizes)
    it = play(case(trace=steady(1000, latency_ms=0), manifest=manifest), scripted(0, 0))
    assert (it.stall_ms, it.stalls, it.play_ms) == (1000, 1, 1200 + 5000 + 4000)


def test_no_segment_is_asked_for_that_the_buffer_has_no_room_for() -> None:
    controllers: list[Scripted] = []
    play(case(mode="live", trace=steady(100_000)), scripted(0, 0, seen=controllers))
    assert max(controllers[0].levels_ms) == pytest.approx(4000)
    assert len(controllers[0].full_ms) == 37


def test_a_controllers_delay_is_waited_for() -> None:
    def run(*delays_ms: float) -> Played:
        manifest = title(segments=3)
        return play(case(trace=steady(10_000), manifest=manifest), scripted(0, 0, 0, delays_ms=delays_ms))

    assert run(0, 0, 9000).stall_ms > 0 == run(0, 0, 0).stall_ms


def test_rungs_are_counted_as_they_are_shown() -> None:
    it = play(case(trace=steady(10_000), manifest=title(segments=4)), scripted(0, 2, 2, 1))
    assert (it.rungs, it.switches) == ((0, 2, 2, 1), 2)


def test_an_estimate_after_one_sample_is_that_sample() -> None:
    estimate = Ewma(4000)
    estimate.push(700, 1234, 56)
    assert [estimate.throughput, estimate.latency] == pytest.approx([1234, 56])


def test_an_estimate_falls_faster_than_it_rises() -> None:
    falling, rising = Ewma(4000), Ewma(4000)
    for kbps in (4000, 4000, 1000):
        falling.push(2000, kbps, 0)
    for kbps in (1000, 1000, 4000):
        rising.push(2000, kbps, 0)
    assert 4000 - falling.throughput > rising.throughput - 1000


def test_an_estimate_is_the_lower_of_two_averages_with_the_half_lives_of_sabre() -> None:
    estimate, fast, slow = Ewma(4000), Average(3), Average(8)
    for ms, kbps in ((500, 900.0), (2500, 3000.0), (1000, 2000.0)):
        estimate.push(ms, kbps, 0)
        for average in (fast, slow):
            average.push(ms / 1000, kbps)
    assert estimate.throughput == pytest.approx(min(fast.get(), slow.get()))


def test_replacing_raises_what_is_in_the_buffer_already() -> None:
    trace, manifest = steady(20_000), title(segments=30)
    rising = partial(scripted, *(0,) * 12, *(3,) * 18)
    kept = play(case(trace=trace, manifest=manifest), rising())
    assert sum(kept.rungs) < sum(play(case(trace=trace, manifest=manifest), rising(), replacement="left").rungs)


def test_bola_e_knows_a_replacement_from_a_new_segment() -> None:
    with_room = play(case(), BolaE, replacement="right")
    assert len(with_room.rungs) == 40


def play(it: Case, controller: Callable[[Session], Abr], **options: Any) -> Played:
    simulation = Simulation(it.manifest, it.trace, buffer_max_ms=FULL_MS[it.mode], **options)
    return simulation.run(controller(simulation.session))


def scripted(
    *rungs: int, delays_ms: tuple[float, ...] = (), seen: list[Scripted] | None = None
) -> Callable[[Session], Abr]:
    def made(session: Session) -> Scripted:
        controller = Scripted(session, *rungs, delays_ms=delays_ms)
        if seen is not None:
            seen.append(controller)
        return controller

    return made
