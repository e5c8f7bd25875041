"""Throughput or BOLA-E, by the buffer."""

from matinee.policy.abr import bola
from matinee.policy.abr.dynamic import choose
from tests.support.streaming import state


def test_the_throughput_decides_until_ten_seconds_are_buffered() -> None:
    assert choose(state(3_000, buffer_ms=9_999)).memo[0] == 0
    assert choose(state(3_000, buffer_ms=10_000)).memo[0] == 1


def test_bola_decides_until_less_than_five_are() -> None:
    assert choose(state(3_000, buffer_ms=5_000, memo=(1, 0))).memo[0] == 1
    assert choose(state(3_000, buffer_ms=4_999, memo=(1, 0))).memo[0] == 0


def test_bola_is_told_what_it_remembered() -> None:
    chosen = choose(state(3_000, buffer_ms=30_000, memo=(1, 700)))
    assert chosen.memo[1:] == bola.choose(state(3_000, buffer_ms=30_000, memo=(700,))).memo
