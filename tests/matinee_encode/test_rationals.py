"""FFmpeg's rationals, whichever PyAV hands them out."""

from fractions import Fraction
from typing import NamedTuple

import pytest

from matinee_encode.rationals import Rational, fraction_of, seconds_of


class Foreign(NamedTuple):
    """A rational that knows no arithmetic, and need not be reduced or even a number."""

    numerator: int
    denominator: int


@pytest.mark.parametrize("rational", [Fraction(25, 2), Foreign(25, 2), Foreign(50, 4)])
def test_a_rational_is_a_fraction(rational: Rational) -> None:
    assert fraction_of(rational) == Fraction(25, 2)


@pytest.mark.parametrize("rational", [None, Foreign(0, 1), Foreign(0, 0), Foreign(1, 0)])
def test_what_ffmpeg_leaves_unset_is_none(rational: Rational | None) -> None:
    assert fraction_of(rational) is None


def test_ticks_are_seconds_in_their_time_base() -> None:
    assert seconds_of(-45, Foreign(1, 90)) == Fraction(-1, 2)


@pytest.mark.parametrize(("ticks", "time_base"), [(None, Fraction(1, 90)), (1, None), (1, Foreign(0, 1))])
def test_neither_ticks_nor_their_time_base_alone_tell_a_time(ticks: int | None, time_base: Rational | None) -> None:
    assert seconds_of(ticks, time_base) is None
