from itertools import product
from pathlib import Path

import pytest

from benchmarks.qoe.corpus import Case, Mode
from benchmarks.qoe.field import PEERS
from benchmarks.qoe.optimum import optimum, plan, play
from benchmarks.qoe.score import OBJECTIVES, Objective, linear, value
from benchmarks.qoe.simulator import Manifest, Simulation
from tests.support.qoe import LADDER, case, restless, steady, title


def test_no_plan_is_better_on_small_cases() -> None:
    for turn in range(0, 12, 3):
        trace = restless()[turn:] + restless()[:turn]
        for mode, segment_ms in (("vod", 4000), ("live", 2000)):
            it = case(
                mode=_mode(mode), trace=trace, manifest=title(segments=5, segment_ms=segment_ms, ladder=LADDER[:3])
            )
            for objective in OBJECTIVES.values():
                found = value(optimum(it, objective(it.manifest)), objective(it.manifest))
                assert found == pytest.approx(brute(it, objective(it.manifest)), rel=0.005)


def test_a_higher_rung_that_is_smaller_is_taken() -> None:
    it = case(trace=steady(800), manifest=Manifest(4000, (300, 750), ((2_500_000, 2_400_000),) * 5))
    assert optimum(it, linear(it.manifest)).rungs == (1,) * 5


@pytest.mark.parametrize("mode", ["vod", "live"])
def test_no_peer_is_better(mode: Mode) -> None:
    it = case(mode=mode)
    for name, objective in OBJECTIVES.items():
        best = value(optimum(it, objective(it.manifest)), objective(it.manifest))
        for policy, peer in PEERS.items():
            simulation = Simulation(it.manifest, it.trace, buffer_max_ms=it.buffer_max_ms)
            theirs = value(simulation.run(peer(simulation.session)), objective(it.manifest))
            assert theirs <= best, (name, policy)


def test_where_the_link_carries_all_the_top_rung_is_the_optimum() -> None:
    it = case(trace=restless()[:1], manifest=title(segments=20))
    assert optimum(it, linear(it.manifest)).rungs[1:] == (3,) * 19


def test_a_plan_in_the_cache_is_not_sought_again(tmp_path: Path) -> None:
    it = case(manifest=title(segments=6))
    first = optimum(it, linear(it.manifest), cache=tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_text("[1,1,1,1,1,1]")
    again = optimum(it, linear(it.manifest), cache=tmp_path)
    assert first.rungs == tuple(plan(it, linear(it.manifest)))
    assert again.rungs == (1,) * 6


def test_the_cache_knows_one_case_from_another(tmp_path: Path) -> None:
    for segments in (6, 7):
        it = case(manifest=title(segments=segments))
        assert len(optimum(it, linear(it.manifest), cache=tmp_path).rungs) == segments
    assert len(list(tmp_path.iterdir())) == 2


def brute(it: Case, objective: Objective) -> float:
    rungs, segments = range(len(it.manifest.bitrates)), len(it.manifest.segments)
    return max(value(play(it, list(plan)), objective) for plan in product(rungs, repeat=segments))


def _mode(name: str) -> Mode:
    return "vod" if name == "vod" else "live"
