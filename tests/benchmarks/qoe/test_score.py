import math

import pytest

from benchmarks.qoe.score import linear, logarithmic, value
from benchmarks.qoe.simulator import Played
from tests.support.qoe import title

HD, UHD = title(segments=3), title(segments=3, ladder=(560, 3000, 25_000))


def played(*rungs: int, stall_ms: float = 0, startup_ms: float = 0) -> Played:
    return Played(
        manifest=HD,
        rungs=rungs,
        startup_ms=startup_ms,
        stall_ms=stall_ms,
        stalls=1,
        play_ms=startup_ms + 4000 * len(rungs) + stall_ms,
        abandoned=0,
    )


def test_a_session_without_change_is_worth_its_bitrate() -> None:
    assert value(played(1, 1, 1), linear(HD)) == pytest.approx(0.75)


def test_a_switch_costs_the_step_between_two_rungs() -> None:
    assert value(played(0, 1, 0), linear(HD)) == pytest.approx((0.3 + 0.75 + 0.3 - 0.45 - 0.45) / 3)


def test_a_stalled_second_costs_about_the_top_rung() -> None:
    assert [linear(HD).stall_price, linear(UHD).stall_price] == [4.3, 25]


def test_lost_time_counts_as_segments_of_nothing() -> None:
    assert value(played(1, 1, 1, stall_ms=4000), linear(HD)) == pytest.approx((3 * 0.75 - 4 * 4.3) / 4)
    assert value(played(1, 1, 1, startup_ms=4000), linear(HD)) == pytest.approx(3 * 0.75 / 4)


def test_log_utility_is_nothing_for_the_lowest_rung() -> None:
    assert value(played(0, 0, 0), logarithmic(HD)) == 0
    assert value(played(2, 2), logarithmic(HD)) == pytest.approx(math.log(1850 / 300))
    assert logarithmic(UHD).stall_price == 2.66
