"""Foresight: the rung that serves best over several futures."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.policy.abr.decision import InFlight
from matinee.policy.abr.foresight import Forecast, Scene, abandon, choose, forecast, slopes, utilities, worths
from matinee.policy.abr.temper import DEEP, temper_for
from tests.support.streaming import LADDER, link, state


def test_before_the_first_sample_the_guess_chooses() -> None:
    assert choose(state(buffer_ms=0, rung=-1)).rung == 1


def test_utility_rises_with_the_bitrate_and_ever_more_slowly_for_each_kbps() -> None:
    values = utilities(LADDER, DEEP.linearity)
    steepness = [(values[at + 1] - values[at]) / (LADDER[at + 1] - LADDER[at]) for at in range(4)]
    assert (values[0], values[-1]) == (0, 1)
    assert steepness == sorted(steepness, reverse=True)


def test_a_fuller_buffer_never_means_a_lower_rung() -> None:
    rungs = [choose(state(3_500, 2_500, 3_000, buffer_ms=buffer_ms)).rung for buffer_ms in range(0, 60_000, 2_000)]
    assert rungs == sorted(rungs)
    assert rungs[0] < rungs[-1]


def test_a_link_that_surprises_gets_lower_rungs_than_a_steady_one() -> None:
    buffers_ms = range(2_000, 60_000, 4_000)
    steady = [choose(state(*[3_300] * 9, buffer_ms=ms, rung=2)).rung for ms in buffers_ms]
    rough = [choose(state(*[6_000, 900] * 4, 3_300, buffer_ms=ms, rung=2)).rung for ms in buffers_ms]
    assert all(one <= other for one, other in zip(rough, steady, strict=True))
    assert sum(rough) < sum(steady)


def test_one_future_is_as_forecast_and_one_is_lower() -> None:
    (low_kbps, low), (likely_kbps, likely) = forecast(link(1_000, 3_000, 2_000).experience, DEEP).later
    assert low_kbps < likely_kbps
    assert low + likely == pytest.approx(1)


def test_a_fall_counts_for_the_next_segment_but_is_not_believed_to_last() -> None:
    fallen, risen = (
        forecast(link(*rates).experience, DEEP) for rates in ([4_000] * 5 + [1_000], [1_000] * 5 + [4_000])
    )
    assert 1_000 < fallen.next_kbps < 1_600
    assert min(fallen.later[1][0], risen.later[1][0]) > 2_500


def test_a_first_segment_that_comes_more_slowly_than_it_plays_is_left_for_what_the_link_carries() -> None:
    first = InFlight(rung=3, size_bytes=1_500_000, got_bytes=60_000, elapsed_ms=550, first_byte_ms=50)
    quick = InFlight(rung=3, size_bytes=1_500_000, got_bytes=600_000, elapsed_ms=550, first_byte_ms=50)
    assert abandon(state(buffer_ms=0, rung=-1), first) == 1
    assert abandon(state(buffer_ms=0, rung=-1), quick) is None


def test_a_segment_that_has_become_slow_is_left_while_the_buffer_is_low() -> None:
    slow = InFlight(rung=4, size_bytes=2_900_000, got_bytes=100_000, elapsed_ms=2_000, first_byte_ms=50)
    assert abandon(state(*[6_000] * 5, buffer_ms=4_000, rung=4), slow) is not None
    assert abandon(state(*[6_000] * 5, buffer_ms=58_000, rung=4), slow) is None


def test_a_segment_of_which_little_is_left_is_kept() -> None:
    nearly = InFlight(rung=4, size_bytes=2_900_000, got_bytes=2_800_000, elapsed_ms=14_000, first_byte_ms=50)
    assert abandon(state(*[6_000] * 5, buffer_ms=1_000, rung=4), nearly) is None


@given(
    rates=st.lists(st.integers(50, 40_000), min_size=1, max_size=6),
    buffer_ms=st.integers(0, 60_000),
    full_ms=st.sampled_from((6_000, 60_000)),
    later=st.integers(0, 40),
)
def test_a_compiler_of_numbers_finds_the_same_worth_to_the_last_bit(
    compiled_worths: Callable[..., list[float]], rates: list[int], buffer_ms: int, full_ms: int, later: int
) -> None:
    question = asked(*rates, buffer_ms=buffer_ms, full_ms=full_ms, later=later)
    assert list(compiled_worths(*question)) == worths(*question)


@pytest.fixture(scope="module")
def compiled_worths() -> Callable[..., list[float]]:
    numba = pytest.importorskip("numba", reason="numba is in the `bench` group")
    compiled: Callable[..., list[float]] = numba.njit(worths)
    compiled(*asked(3_000))
    return compiled


def asked(
    *rates_kbps: int, buffer_ms: int = 0, full_ms: int = 60_000, later: int = 9
) -> tuple[Scene, Forecast, int, tuple[int, ...], float]:
    temper, seen = temper_for(full_ms=full_ms), state(*rates_kbps)
    values, rises = utilities(LADDER, temper.linearity), slopes(LADDER, temper.linearity)
    scene = Scene(LADDER, values, rises, values[2], float(buffer_ms), float(full_ms), 4_000.0, float(later), temper)
    return scene, forecast(seen.link.experience, temper), 0, seen.sizes_bytes[0], 40.0
