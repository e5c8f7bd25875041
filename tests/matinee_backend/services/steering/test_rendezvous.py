"""Lots: the same for ever, fair, and in proportion to capacity."""

import math

import pytest

from matinee_backend.services.steering.rendezvous import key_of, lot, wait

SESSIONS = [key_of(f"session-{n}") for n in range(20_000)]


def shares(capacities: dict[str, int]) -> dict[str, float]:
    keys = {name: key_of(name) for name in capacities}
    first = [min(keys, key=lambda name: wait(lot(session, keys[name]), capacities[name])) for session in SESSIONS]
    return {name: first.count(name) / len(SESSIONS) for name in capacities}


def test_sessions_spread_in_proportion_to_capacity() -> None:
    found = shares({"a": 10, "b": 10, "c": 20})
    assert found["a"] == pytest.approx(0.25, abs=0.015)
    assert found["c"] == pytest.approx(0.5, abs=0.015)


def test_who_goes_takes_nobody_from_the_others() -> None:
    keys = {name: key_of(name) for name in "abcd"}
    for session in SESSIONS[:500]:
        order = sorted(keys, key=lambda name: wait(lot(session, keys[name]), 7))
        left = sorted((name for name in keys if name != order[0]), key=lambda name: wait(lot(session, keys[name]), 7))
        assert left == order[1:]


def test_the_low_bits_of_a_lot_say_nothing_of_its_wait() -> None:
    key = key_of("a")
    early = [drawn for drawn in (lot(session, key) for session in SESSIONS) if wait(drawn, 1) < 0.2]
    assert sum(drawn & 0xFFFF < 0x8000 for drawn in early) / len(early) == pytest.approx(0.5, abs=0.03)


def test_waits_are_exponential() -> None:
    drawn = [wait(step << 40, 1) for step in range(0, 1 << 24, 1 << 8)]
    assert sum(drawn) / len(drawn) == pytest.approx(1, abs=0.01)
    assert wait(1 << 63, 1) == pytest.approx(math.log(2), abs=0.001)
