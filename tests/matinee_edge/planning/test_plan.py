"""All that follows from a region's figures, put together."""

import pytest

from matinee_edge.planning.plan import PEAK_STEPS, plan_of, region_plan
from tests.support.regions import region


def test_the_roll_out_of_an_isp_comes_to_its_known_figures() -> None:
    plan = region_plan(region())
    assert (plan.demand.streams, plan.demand.peak_kbps) == (200_000, 10**9)
    assert (plan.fleet.carrying, plan.fleet.with_headroom) == (13, 15)
    assert (plan.region.shelf_bytes, plan.tiers.titles_held) == (2 * 10**12, 500)


def test_shelves_are_compared_up_to_the_whole_catalog() -> None:
    shelves = region_plan(region()).shelves
    assert [it.size_bytes // 10**9 for it in shelves] == [500, 1_000, 2_000, 4_000, 8_000, 16_000, 24_000]
    assert [it.misses_kbps for it in shelves] == sorted((it.misses_kbps for it in shelves), reverse=True)
    assert shelves[-1].hit_ratio == 1


def test_bills_are_compared_below_and_above_the_peak() -> None:
    plan = region_plan(region())
    assert len(plan.bills) == len(PEAK_STEPS)
    [at_peak] = [it for it in plan.bills if it.peak_kbps == plan.demand.peak_kbps]
    assert (at_peak.own_usd, at_peak.cdn_usd) == (plan.own_usd, plan.cdn_usd)


def test_at_the_price_that_breaks_even_both_bills_are_equal() -> None:
    price = region_plan(region()).break_even_usd_per_gb
    plan = region_plan(region(cdn_usd_per_gb=f"{price:.12f}"))
    assert plan.cdn_usd == pytest.approx(plan.own_usd)


def test_without_growth_there_is_only_now() -> None:
    assert [it.after for it in region_plan(region(years="3")).years] == [0]


def test_with_growth_each_year_is_planned() -> None:
    years = region_plan(region(years="3", growth="20 %")).years
    assert [(it.after, it.fleet.to_buy) for it in years] == [(0, 15), (1, 18), (2, 21), (3, 25)]


def test_regions_add_up() -> None:
    plan = plan_of({"north": region(), "south": region(subscribers="2e5", shelf_tb="0")})
    north, south = plan.regions.values()
    assert list(plan.regions) == ["north", "south"]
    assert (plan.total.streams, plan.total.peak_kbps) == (220_000, 1_100_000_000)
    assert plan.total.appliances == north.fleet.to_buy + south.fleet.to_buy
    assert plan.total.misses_kbps == north.traffic.misses_kbps + 10**8
    assert plan.total.own_usd == north.own_usd + south.own_usd
