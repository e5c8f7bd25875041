"""What viewers ask for."""

from hypothesis import given
from hypothesis import strategies as st

from matinee_edge.planning.demand import demand, peak_kbps_in
from tests.support.regions import region


def test_a_tenth_of_two_million_at_5_mbps_are_a_terabit_per_second() -> None:
    asked = demand(region())
    assert (asked.streams, asked.peak_kbps) == (200_000, 10**9)


def test_a_month_is_its_average_over_730_hours() -> None:
    asked = demand(region(mean="50 %"))
    assert asked.mean_kbps == 5 * 10**8
    assert asked.month_gb == 5 * 10**11 * 730 * 3600 // 8 // 10**9


def test_part_of_a_viewer_is_one() -> None:
    assert demand(region(subscribers="3", concurrency="0.5")).streams == 2


def test_growth_is_compounded() -> None:
    assert peak_kbps_in(region(growth="20 %"), years=3) == 1_728_000_000


@given(percent=st.integers(1, 99), more=st.integers(0, 1), subscribers=st.integers(1, 10**9))
def test_more_viewers_never_ask_for_less(percent: int, more: int, subscribers: int) -> None:
    fewer = demand(region(subscribers=str(subscribers), concurrency=f"{percent} %"))
    others = demand(region(subscribers=str(subscribers + more), concurrency=f"{percent + 1} %"))
    assert fewer.streams <= others.streams
    assert fewer.month_gb <= others.month_gb
