"""How many appliances carry a traffic."""

from hypothesis import given
from hypothesis import strategies as st

from matinee_edge.planning.fleet import Fleet, fleet, load_after_failures
from tests.support.regions import region

TERABIT_KBPS = 10**9
PEAKS = st.integers(0, 10**11)
PERCENT = st.integers(0, 300)


def test_a_terabit_takes_13_of_80_gbps_and_15_with_headroom() -> None:
    assert fleet(TERABIT_KBPS, region()) == Fleet(carrying=13, surviving=14, with_headroom=15, to_buy=15)


def test_what_fits_exactly_takes_none_more() -> None:
    bought = fleet(TERABIT_KBPS, region(appliance_gbps="100", headroom="10 %", failures="0"))
    assert (bought.carrying, bought.with_headroom) == (10, 11)


def test_a_small_region_is_decided_by_the_failure() -> None:
    assert fleet(10**8, region()) == Fleet(carrying=2, surviving=3, with_headroom=2, to_buy=3)


def test_no_traffic_takes_no_appliance() -> None:
    assert fleet(0, region()) == Fleet(carrying=0, surviving=0, with_headroom=0, to_buy=0)


def test_the_rest_take_over_the_load_of_those_that_are_away() -> None:
    assert load_after_failures(TERABIT_KBPS, 15, region=region()) == 1000 / (14 * 80)
    assert load_after_failures(0, 0, region=region()) == 0


@given(peak_kbps=PEAKS, headroom=PERCENT, failures=st.integers(0, 20))
def test_the_peak_is_carried_with_the_failures_away(peak_kbps: int, headroom: int, failures: int) -> None:
    bought = fleet(peak_kbps, region(headroom=f"{headroom} %", failures=str(failures)))
    assert (bought.to_buy - failures) * 80_000_000 >= peak_kbps or not peak_kbps
    assert bought.to_buy * 80_000_000 * 100 >= peak_kbps * (100 + headroom)


@given(peak_kbps=PEAKS, headroom=PERCENT, failures=st.integers(0, 20), more=st.integers(0, 10**9))
def test_more_of_anything_never_takes_fewer(peak_kbps: int, headroom: int, failures: int, more: int) -> None:
    bought = fleet(peak_kbps, region(headroom=f"{headroom} %", failures=str(failures))).to_buy
    assert fleet(peak_kbps, region(headroom=f"{headroom + more % 7} %", failures=str(failures))).to_buy >= bought
    assert fleet(peak_kbps, region(headroom=f"{headroom} %", failures=str(failures + more % 7))).to_buy >= bought
    assert fleet(peak_kbps + more, region(headroom=f"{headroom} %", failures=str(failures))).to_buy >= bought
