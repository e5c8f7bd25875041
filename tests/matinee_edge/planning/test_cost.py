"""A month's two bills."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee_edge.planning.cost import appliance_usd, appliances_for, cdn_usd, own_cost
from matinee_edge.planning.region import Region
from matinee_edge.planning.traffic import tiers
from tests.support.regions import region

TERABIT_KBPS = 10**9


def total_usd(planned: Region, peak_kbps: int = TERABIT_KBPS) -> float:
    return own_cost(peak_kbps, tiers(planned), region=planned).total_usd


def test_a_cdn_bills_what_a_month_sends() -> None:
    # 1 Tb/s at its peak, 40 % of it on average: 400 Gb/s x 2,628,000 s / 8.
    assert cdn_usd(TERABIT_KBPS, region(cdn_usd_per_gb="0.01")) == pytest.approx(131_400_000 * 0.01)


def test_own_appliances_cost_each_of_their_parts() -> None:
    planned = region(
        shelf_tb="24", appliance_usd="48000", months="48", upkeep="12 %", watts="1000", pue="2", usd_per_kwh="0.1",
        space_usd_per_kw="200", staff_usd="7000", churn="0",
    )  # fmt: skip
    own = own_cost(TERABIT_KBPS, tiers(planned), region=planned)
    assert own.appliances == 15
    assert own.hardware_usd == pytest.approx(15 * 1000)
    assert own.upkeep_usd == pytest.approx(15 * 480)
    assert own.power_usd == pytest.approx(15 * 2 * 730 * 0.1)
    assert own.space_usd == pytest.approx(15 * 200)
    assert (own.transit_usd, own.staff_usd) == (0, 7000)
    assert own.total_usd == pytest.approx(15 * (1000 + 480 + 146 + 200) + 7000)


def test_transit_is_billed_at_the_95th_percentile_of_both_links() -> None:
    planned = region(titles="10", alpha="0", shelf_tb="20 GB", exchange_tb="28 GB", p95="80 %", churn="0")
    own = own_cost(TERABIT_KBPS, tiers(planned), region=planned)
    # Half is missed, three tenths come from the origin.
    assert own.transit_usd == pytest.approx(10**6 * 0.8 * (0.5 + 0.3) * 0.2)


def test_a_fill_larger_than_the_misses_is_what_is_billed() -> None:
    planned = region(shelf_tb="24", churn="100 %")
    own = own_cost(TERABIT_KBPS, tiers(planned), region=planned)
    assert own.transit_usd == pytest.approx(tiers(planned).fill_kbps / 1000 * 0.2)


def test_an_appliance_more_costs_its_share_of_each_part() -> None:
    planned = region(staff_usd="0", transit_usd_per_mbps="0")
    appliances = appliances_for(TERABIT_KBPS, tiers(planned), region=planned)
    assert total_usd(planned) == pytest.approx(appliances * appliance_usd(planned))


@given(peak_kbps=st.integers(1, 10**10), more=st.integers(0, 10**9), price=st.integers(0, 50_000))
def test_more_traffic_or_dearer_appliances_never_cost_less(peak_kbps: int, more: int, price: int) -> None:
    cheap, dear = region(appliance_usd=str(price)), region(appliance_usd=str(price + more % 1000))
    assert total_usd(cheap, peak_kbps) <= total_usd(cheap, peak_kbps + more) * (1 + 1e-12)
    assert total_usd(cheap, peak_kbps) <= total_usd(dear, peak_kbps) * (1 + 1e-12)
