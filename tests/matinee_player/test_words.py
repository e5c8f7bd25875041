"""Quantities as a person reads them."""

import pytest

from matinee_player.words import clipped, clock_text, count_text, rate_text, size_text, span_text, spark_text


@pytest.mark.parametrize(
    ("position_ms", "text"), [(-5, "0:00"), (7_999, "0:07"), (754_000, "12:34"), (3_723_000, "1:02:03")]
)
def test_a_position_is_read_as_a_clock(position_ms: int, text: str) -> None:
    assert clock_text(position_ms) == text


@pytest.mark.parametrize(
    ("duration_ms", "text"), [(320, "320 ms"), (4_200, "4.2 s"), (125_000, "2 min 5 s"), (120_000, "2 min")]
)
def test_a_span_names_its_unit(duration_ms: int, text: str) -> None:
    assert span_text(duration_ms) == text


def test_an_unknown_rate_is_a_dash() -> None:
    assert [rate_text(kbps) for kbps in (0, 235, 5800)] == ["–", "235 kbps", "5.8 Mbps"]


def test_sizes_are_decimal_as_networks_are_counted() -> None:
    sizes = (512, 4_100, 12_300_000, 1_200_000_000)
    assert [size_text(size) for size in sizes] == ["512 B", "4.1 kB", "12.3 MB", "1.2 GB"]


def test_a_count_agrees_with_its_noun() -> None:
    assert [count_text(count, "stall") for count in (0, 1, 3)] == ["no stalls", "1 stall", "3 stalls"]


def test_a_chart_reaches_its_top_at_the_greatest_value_and_shows_nothing_for_nothing() -> None:
    assert spark_text([0, 1, 50, 100], 10) == " ▁▄█"


def test_a_chart_without_room_for_all_shows_the_greatest_of_neighbours() -> None:
    assert spark_text([0, 100, 0, 0, 50, 0, 0], 4) == " █▄ "


def test_what_does_not_fit_ends_in_an_ellipsis() -> None:
    assert [clipped("matinee", width) for width in (7, 4)] == ["matinee", "mat…"]
