"""FFmpeg's rationals as Python's fractions, the same under PyAV 18 (Python 3.11) and 19 (Python 3.12 and later)."""

from fractions import Fraction
from typing import Protocol


class Rational(Protocol):
    """What PyAV hands out: a Fraction up to version 18, from 19 on an AVRational, which knows little arithmetic."""

    @property
    def numerator(self) -> int: ...
    @property
    def denominator(self) -> int: ...


def fraction_of(rational: Rational | None) -> Fraction | None:
    """The same number, or None if FFmpeg leaves it unset.

    Unset is None up to PyAV 18 and 0/1 from 19 on (its changelog); FFmpeg itself also writes 0/0 and 1/0.
    """
    if rational is None or not rational.numerator or not rational.denominator:
        return None
    return Fraction(rational.numerator, rational.denominator)


def seconds_of(ticks: int | None, time_base: Rational | None) -> Fraction | None:
    """The point in time, or None if FFmpeg does not know it."""
    unit = fraction_of(time_base)
    return None if ticks is None or unit is None else ticks * unit
