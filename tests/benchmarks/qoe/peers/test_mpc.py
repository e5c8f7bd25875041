from itertools import product

import numpy as np
import pytest

from benchmarks.qoe.peers.mpc import RobustMpc, best_plan
from benchmarks.qoe.simulator import Session
from tests.support.qoe import title

UTILITIES = np.array([0.3, 0.75, 1.85, 4.3])


def test_the_plan_is_the_best_of_all() -> None:
    dice = np.random.default_rng(5)
    for _ in range(20):
        arrivals = np.sort(dice.uniform(200, 9000, (3, 4)))
        buffer_ms, last = float(dice.uniform(0, 20_000)), int(dice.integers(4))
        found = best_plan(arrivals, UTILITIES, 0.0043, np.array([buffer_ms, 4000, 16_000]), last)
        best = max(product(range(4), repeat=3), key=lambda plan: worth(plan, arrivals, buffer_ms, last))
        assert worth(tuple(found), arrivals, buffer_ms, last) == pytest.approx(worth(best, arrivals, buffer_ms, last))


def test_a_surprise_makes_it_reckon_with_a_slower_link() -> None:
    it = RobustMpc(Session(title(), 60_000))
    it.session.buffer = [0] * 3
    for kbps in (4000, 4000, 4000):
        it.measure(kbps * 1000, 1000, 0)
    trusting = it.choose(1)
    it.measure(1000 * 1000, 1000, 0)
    assert max(it._errors) == pytest.approx(3)
    assert it.choose(2) < trusting


def test_a_surprise_is_forgotten_with_the_samples_that_it_was_reckoned_from() -> None:
    it = RobustMpc(Session(title(), 60_000))
    for kbps in (4000, 1000, *[2000] * 10):
        it.measure(kbps * 1000, 1000, 0)
    assert max(it._errors) == pytest.approx(0)


def worth(plan: tuple[int, ...], arrivals: "np.ndarray[tuple[int, int]]", buffer_ms: float, last: int) -> float:
    total = 0.0
    for at, rung in enumerate(plan):
        total += UTILITIES[rung] - abs(UTILITIES[rung] - UTILITIES[last])
        total -= 0.0043 * max(0, arrivals[at, rung] - buffer_ms)
        buffer_ms = min(max(0, buffer_ms - arrivals[at, rung]) + 4000, 16_000)
        last = rung
    return float(total)
