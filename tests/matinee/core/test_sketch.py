"""Percentiles of many in few counts."""

from hypothesis import given
from hypothesis import strategies as st

from matinee.core.sketch import Sketch

VALUES = st.lists(st.integers(0, 1 << 40), max_size=30)


@given(VALUES.filter(bool), st.integers(0, 100))
def test_a_percentile_is_at_most_one_percent_too_high(values: list[int], percent: int) -> None:
    exact = sorted(values)[max(1, -(-len(values) * percent // 100)) - 1]
    assert exact <= Sketch.of(values).percentile(percent) <= exact + exact // 128


@given(VALUES, VALUES, VALUES)
def test_it_does_not_matter_in_what_order_or_how_grouped_they_are_merged(
    one: list[int], two: list[int], three: list[int]
) -> None:
    merge, a, b, c = Sketch.merge, Sketch.of(one), Sketch.of(two), Sketch.of(three)
    assert merge(merge(a, b), c) == merge(a, merge(b, c)) == merge(c, b, a) == Sketch.of(one + two + three)


@given(VALUES)
def test_it_counts_them_all(values: list[int]) -> None:
    assert Sketch.of(values).count == len(values)


def test_small_values_are_exact_and_none_has_no_percentile() -> None:
    assert [Sketch.of(range(256)).percentile(percent) for percent in (0, 50, 100)] == [0, 127, 255]
    assert Sketch().percentile(50) == 0


def test_what_is_below_nothing_is_nothing() -> None:
    assert Sketch.of([-5]) == Sketch.of([0])
