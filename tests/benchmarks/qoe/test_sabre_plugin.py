import pytest

from benchmarks.qoe.corpus import Mode
from benchmarks.qoe.field import matinee
from benchmarks.qoe.sabre_plugin import sabre_plugin
from benchmarks.qoe.simulator import Abr, Simulation
from matinee.policy.abr.decision import AbrState
from tests.support.qoe import FULL_MS, case


@pytest.mark.parametrize("mode", ["vod", "live"])
def test_the_plug_in_knows_the_buffer_that_sabre_does_not_tell(mode: Mode) -> None:
    it = case(mode=mode)
    simulation = Simulation(it.manifest, it.trace, buffer_max_ms=FULL_MS[mode])
    levels: list[tuple[float, float]] = []

    class Watched(sabre_plugin, Abr):
        session = simulation.session

        def _state(self, segment: int, buffer_ms: float) -> AbrState:
            if segment > 0:
                levels.append((self._buffer_ms, self.session.get_buffer_level()))
            return super()._state(segment, buffer_ms)

    assert simulation.run(Watched({"buffer_size": FULL_MS[mode]})).rungs
    assert [ours for ours, _ in levels] == pytest.approx([sabres for _, sabres in levels])


def test_only_a_session_with_a_small_buffer_does_not_know_its_end() -> None:
    def left(mode: Mode) -> int:
        it = case(mode=mode)
        simulation = Simulation(it.manifest, it.trace, buffer_max_ms=FULL_MS[mode])
        controller = matinee(simulation.session)
        assert isinstance(controller, sabre_plugin)
        controller.get_first_quality()
        return controller._state(3, 4000).segments_left

    assert (left("vod"), left("live")) == (37, 0)
