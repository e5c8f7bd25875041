"""Lots: the same for ever, fair, and in proportion to capacity."""

import math
from collections import Counter

import pytest

from matinee_backend.services.steering.rendezvous import LOT_BITS, key_of, lots, waits

SESSIONS = [key_of(f"session-{n}") for n in range(20_000)]


def order_of(session: int, capacities: dict[str, int]) -> list[str]:
    waited = waits(lots(session, map(key_of, capacities)), capacities.values())
    return [name for _, name in sorted(zip(waited, capacities, strict=True))]


def shares(capacities: dict[str, int]) -> dict[str, float]:
    first = [order_of(session, capacities)[0] for session in SESSIONS]
    return {name: first.count(name) / len(SESSIONS) for name in capacities}


def test_sessions_spread_in_proportion_to_capacity() -> None:
    found = shares({"a": 10, "b": 10, "c": 20})
    assert found["a"] == pytest.approx(0.25, abs=0.015)
    assert found["c"] == pytest.approx(0.5, abs=0.015)


def test_who_goes_takes_nobody_from_the_others_and_its_own_spread_over_them() -> None:
    second = Counter[str]()
    for session in SESSIONS:
        order = order_of(session, dict.fromkeys("abcd", 7))
        assert order_of(session, dict.fromkeys(sorted(order[1:]), 7)) == order[1:]
        if order[0] == "a":
            second[order[1]] += 1
    assert all(count / second.total() == pytest.approx(1 / 3, abs=0.03) for count in second.values())


def test_the_low_bits_of_a_lot_say_nothing_of_its_wait() -> None:
    drawn = [lot for session in SESSIONS for lot in lots(session, [key_of("a")])]
    early = [lot for lot, waited in zip(drawn, waits(drawn, [1] * len(drawn)), strict=True) if waited < 0.2]
    assert sum(lot & 0xFFFF < 0x8000 for lot in early) / len(early) == pytest.approx(0.5, abs=0.03)


def test_waits_are_exponential() -> None:
    drawn = range(0, 1 << LOT_BITS, 1 << 14)
    assert sum(waits(drawn, [1] * len(drawn))) / len(drawn) == pytest.approx(1, abs=0.01)
    assert waits([1 << (LOT_BITS - 1)], [2]) == [pytest.approx(math.log(2) / 2, abs=0.001)]
