"""How long our policy takes to decide, in plain Python."""

import time

from benchmarks.qoe.corpus import Case
from benchmarks.qoe.sabre_plugin import sabre_plugin
from benchmarks.qoe.simulator import Abr, Simulation
from matinee.policy.abr.decision import AbrState
from matinee.policy.abr.policies import POLICIES
from matinee.policy.settings import AbrSettings

_ROUNDS = 25


def decision_us(case: Case) -> float:
    """The mean over a session's choices, in the fastest of many rounds: what the machine does besides is not ours."""
    choose, states = POLICIES[AbrSettings().policy].choose, _states(case)
    fastest_s = float("inf")
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        for state in states:
            choose(state)
        fastest_s = min(fastest_s, time.perf_counter() - began)
    return fastest_s / len(states) * 1e6


def _states(case: Case) -> list[AbrState]:
    states: list[AbrState] = []
    simulation = Simulation(case.manifest, case.trace, buffer_max_ms=case.buffer_max_ms)

    class Recorder(sabre_plugin, Abr):
        session = simulation.session

        def _choose(self, segment: int) -> tuple[int, float]:
            states.append(self._state(segment, self._buffer_ms))
            return super()._choose(segment)

    simulation.run(Recorder({"buffer_size": case.buffer_max_ms}))
    return states
