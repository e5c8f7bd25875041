"""The offline optimum: what a controller could have made of a session, had it known the future.

Dynamic programming over segments. A state is the session's time, the buffer and the last rung; two states that agree
in all three to a quarter of a second are one, and the better of them stays, with its exact time and buffer: the plan
found is one that the simulator plays for exactly the value it promises. It neither waits of its own will, nor abandons,
nor replaces. How far it is from the true optimum is what merging costs; see the test against brute force.
"""

from hashlib import sha256
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from benchmarks.qoe.compiled import jit
from benchmarks.qoe.corpus import Case
from benchmarks.qoe.peers.throughput import Throughput
from benchmarks.qoe.score import Objective, value
from benchmarks.qoe.simulator import Abr, Played, Session, Simulation

STEP_MS = 250.0
COARSE_STEP_MS = 1000.0
WINDOW_MS = 20_000.0
"""Plans that lose this much more time than the smallest segments all along are not looked at."""

_EDITION = 2
"""Of this search: a plan in the cache is one of this edition."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def optimum(case: Case, objective: Objective, *, cache: Path | None = None) -> Played:
    """The session of the best plan; `cache` is a folder where plans are kept by the content of what made them."""
    if cache is None:
        return play(case, plan(case, objective))
    key = sha256(msgspec.json.encode([case, objective, STEP_MS, WINDOW_MS, _EDITION])).hexdigest()
    kept = cache / f"{key[:32]}.json"
    if kept.exists():
        return play(case, msgspec.json.decode(kept.read_bytes(), type=list[int]))
    rungs = plan(case, objective)
    cache.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(msgspec.json.encode(rungs))
    return play(case, rungs)


def plan(case: Case, objective: Objective) -> list[int]:
    """The best rung of every segment.

    The value of a session is a ratio, to the time it took; the ratio is largest where the price of time is the ratio
    itself (Dinkelbach, "On nonlinear fractional programming", 1967). A few rounds find it, from what a peer achieves;
    the better the plan they begin with, the fewer others are looked at, so the first ones take larger steps.
    """
    simulation = Simulation(case.manifest, case.trace, buffer_max_ms=case.buffer_max_ms, abandons=False)
    best = simulation.run(Throughput(simulation.session))
    for step_ms in (COARSE_STEP_MS, STEP_MS):
        best = _improved(case, objective, best, step_ms=step_ms)
    return list(best.rungs)


def play(case: Case, rungs: list[int]) -> Played:
    simulation = Simulation(case.manifest, case.trace, buffer_max_ms=case.buffer_max_ms)
    return simulation.run(_Script(simulation.session, rungs))


class _Script(Abr):
    def __init__(self, session: Session, rungs: list[int]) -> None:
        super().__init__(session)
        self._rungs = rungs

    def get_first_quality(self) -> int:
        return self._rungs[0]

    def get_quality_delay(self, segment_index: int) -> tuple[int, float]:
        return self._rungs[segment_index], 0


def _improved(case: Case, objective: Objective, best: Played, *, step_ms: float) -> Played:
    while True:
        price = value(best, objective)
        found = play(case, _plan(case, objective, time_price=price, step_ms=step_ms))
        if value(found, objective) <= price + 1e-9:
            return best
        best = found


def _plan(case: Case, objective: Objective, *, time_price: float, step_ms: float) -> list[int]:
    """The best plan where every segment's worth of lost time costs `time_price`, known to be achievable."""
    segment_ms = case.manifest.segment_time
    trace = np.array([(period.duration_ms, period.bandwidth_kbps, period.latency_ms) for period in case.trace])
    found: Ints = _search(
        trace,
        np.array(case.manifest.segments, dtype=np.float64),
        np.array(objective.utilities),
        np.array([segment_ms, case.buffer_max_ms, objective.stall_price / 1000, time_price / segment_ms]),
        step_ms,
    )
    return [int(rung) for rung in found]


@jit
def _search(trace: Floats, sizes: Floats, utilities: Floats, prices: Floats, step_ms: float) -> Ints:
    segment_ms, buffer_max_ms, stall_price, time_price = prices
    count, rungs = sizes.shape
    lost_least = _least_lost(trace, sizes, segment_ms, buffer_max_ms)
    lost_bins = int(WINDOW_MS / step_ms) + 1
    cells = (int(buffer_max_ms / step_ms) + 1) * lost_bins * rungs
    state_of_cell = np.full(cells, -1, dtype=np.int32)
    parents, chosen = np.zeros((count, cells), dtype=np.int32), np.zeros((count, cells), dtype=np.int8)
    # Of a state: buffer, lost time, value, period of the trace, what is left of it, cell.
    now, then = np.zeros((cells, 6)), np.zeros((cells, 6))
    arrivals, ends = np.zeros(rungs), np.zeros((rungs, 2))
    now_count = 1
    now[0, 4] = trace[0, 0]
    # No plan is continued that even the highest rung from there on would not lift over what is known to be possible.
    hope = count * utilities[-1] - count * time_price * segment_ms + 1e-6
    for segment in range(count):
        then_count = 0
        hope -= utilities[-1]
        by_size = np.argsort(sizes[segment])
        for state in range(now_count):
            buffer_ms, lost_ms, value_so_far = now[state, 0], now[state, 1], now[state, 2]
            if value_so_far == -np.inf:
                continue
            at, left_ms = int(now[state, 3]), now[state, 4]
            full_ms = buffer_ms + segment_ms - buffer_max_ms
            if full_ms > 0:
                buffer_ms -= full_ms
                at, left_ms = _waited(trace, at, left_ms, full_ms)
            lost_most = lost_least[segment] + WINDOW_MS
            _arrive(trace, at, left_ms, sizes[segment], by_size, buffer_ms + lost_most - lost_ms, arrivals, ends)
            for rung in range(rungs):
                loses_ms = max(0.0, arrivals[rung] - buffer_ms)
                if lost_ms + loses_ms >= lost_most:
                    continue
                worth = value_so_far + utilities[rung] - time_price * loses_ms
                if segment > 0:
                    switch = abs(utilities[rung] - utilities[chosen[segment - 1, state]])
                    worth -= switch + stall_price * loses_ms
                if worth + hope < 0:
                    continue
                after_ms = max(0.0, buffer_ms - arrivals[rung]) + segment_ms
                lost_bin = int(max(0.0, lost_ms + loses_ms - lost_least[segment]) / step_ms)
                cell = (int(after_ms / step_ms) * lost_bins + lost_bin) * rungs + rung
                place = state_of_cell[cell]
                if place < 0:
                    place = then_count
                    state_of_cell[cell] = place
                    then_count += 1
                elif then[place, 2] >= worth:
                    continue
                then[place, 0], then[place, 1], then[place, 2] = after_ms, lost_ms + loses_ms, worth
                then[place, 3], then[place, 4], then[place, 5] = ends[rung, 0], ends[rung, 1], cell
                parents[segment, place], chosen[segment, place] = state, rung
        _forget_the_dominated(state_of_cell, then, utilities, lost_bins)
        for state in range(then_count):
            state_of_cell[int(then[state, 5])] = -1
        now, then, now_count = then, now, then_count
    return _traced_back(parents, chosen, int(np.argmax(now[:now_count, 2])) if now_count else -1)


@jit
def _traced_back(parents: NDArray[np.int32], chosen: NDArray[np.int8], state: int) -> Ints:
    rungs = np.zeros(len(parents), dtype=np.int64)
    if state >= 0:
        for segment in range(len(parents) - 1, -1, -1):
            rungs[segment] = chosen[segment, state]
            state = parents[segment, state]
    return rungs


@jit
def _least_lost(trace: Floats, sizes: Floats, segment_ms: float, buffer_max_ms: float) -> Floats:
    """By each segment, with the smallest ones all along: nobody can have lost less."""
    lost, smallest = np.zeros(len(sizes)), np.array([row.min() for row in sizes])
    arrival, end, only = np.zeros(1), np.zeros((1, 2)), np.zeros(1, dtype=np.int64)
    at, left_ms, buffer_ms, total_ms = 0, trace[0, 0], 0.0, 0.0
    for segment in range(len(sizes)):
        full_ms = buffer_ms + segment_ms - buffer_max_ms
        if full_ms > 0:
            buffer_ms -= full_ms
            at, left_ms = _waited(trace, at, left_ms, full_ms)
        _arrive(trace, at, left_ms, smallest[segment : segment + 1], only, np.inf, arrival, end)
        at, left_ms = int(end[0, 0]), end[0, 1]
        total_ms += max(0.0, arrival[0] - buffer_ms)
        buffer_ms = max(0.0, buffer_ms - arrival[0]) + segment_ms
        lost[segment] = total_ms
    return lost


@jit
def _waited(trace: Floats, at: int, left_ms: float, ms: float) -> tuple[int, float]:
    while ms > left_ms:
        ms -= left_ms
        at = (at + 1) % len(trace)
        left_ms = trace[at, 0]
    return at, left_ms - ms


@jit
def _arrive(
    trace: Floats,
    at: int,
    left_ms: float,
    sizes: Floats,
    by_size: Ints,
    most_ms: float,
    arrivals: Floats,
    ends: Floats,
) -> None:
    """In how long a segment asked for now would be here, at each rung; infinity for what takes longer than `most_ms`.

    `ends` becomes the period of the trace and what is left of it then.
    """
    passed_ms, share, got = 0.0, 1.0, 0.0
    while share * trace[at, 2] > left_ms:
        passed_ms += left_ms
        share -= left_ms / trace[at, 2]
        at = (at + 1) % len(trace)
        left_ms = trace[at, 0]
    passed_ms += share * trace[at, 2]
    left_ms -= share * trace[at, 2]
    for rung in by_size:
        while passed_ms <= most_ms and sizes[rung] - got > left_ms * trace[at, 1]:
            got += left_ms * trace[at, 1]
            passed_ms += left_ms
            at = (at + 1) % len(trace)
            left_ms = trace[at, 0]
        if passed_ms > most_ms:
            arrivals[rung] = np.inf
            continue
        ms = (sizes[rung] - got) / trace[at, 1] if sizes[rung] > got else 0.0
        got = sizes[rung]
        passed_ms += ms
        left_ms -= ms
        arrivals[rung], ends[rung, 0], ends[rung, 1] = passed_ms, at, left_ms


@jit
def _forget_the_dominated(state_of_cell: NDArray[np.int32], states: Floats, utilities: Floats, lost_bins: int) -> None:
    """States that are worth less than another of the same loss, with more buffer, is after a switch lose all value."""
    rungs = len(utilities)
    buffer_bins = len(state_of_cell) // (lost_bins * rungs)
    best, best_here = np.zeros(rungs), np.zeros(rungs)
    for lost_bin in range(lost_bins):
        best[:] = -np.inf
        for buffer_bin in range(buffer_bins - 1, -1, -1):
            first = (buffer_bin * lost_bins + lost_bin) * rungs
            best_here[:] = best
            for rung in range(rungs):
                state = state_of_cell[first + rung]
                if state < 0:
                    continue
                worth = states[state, 2]
                if worth < best[rung]:
                    states[state, 2] = -np.inf
                    continue
                for other in range(rungs):
                    best_here[other] = max(best_here[other], worth - abs(utilities[other] - utilities[rung]))
            best[:] = best_here
