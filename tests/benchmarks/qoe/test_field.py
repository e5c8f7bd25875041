import pytest

from benchmarks.qoe.corpus import Mode
from benchmarks.qoe.field import OURS, POLICIES
from benchmarks.qoe.simulator import Simulation
from tests.support.qoe import case


@pytest.mark.parametrize("mode", ["vod", "live"])
@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_plays_a_title_to_its_end(policy: str, mode: Mode) -> None:
    it = case(mode=mode)
    simulation = Simulation(it.manifest, it.trace, buffer_max_ms=it.buffer_max_ms)
    assert len(simulation.run(POLICIES[policy](simulation.session)).rungs) == 40


def test_the_field_holds_the_peers_that_the_bar_names() -> None:
    named = {"throughput", "bola-e", "dynamic", "hyb", "robust-mpc", "soda", "lol+", "hls.js", "shaka", "media3"}
    assert named | {OURS} <= set(POLICIES)
