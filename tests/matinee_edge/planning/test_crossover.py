"""From which traffic on own appliances are cheaper: against a search that tries every peak."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from matinee_edge.planning.cost import cdn_usd, own_cost
from matinee_edge.planning.crossover import MOST_APPLIANCES, SWAYED, crossover_kbps, sways
from matinee_edge.planning.region import Region
from matinee_edge.planning.traffic import tiers
from tests.support.regions import region

TRIED_MBPS = 3_000
"""With appliances of 100 Mb/s there are thirty stairs and more below it."""


def gain_usd(planned: Region, peak_kbps: int) -> float:
    """What own appliances save in a month."""
    return cdn_usd(peak_kbps, planned) - own_cost(peak_kbps, tiers(planned), region=planned).total_usd


def tried_kbps(planned: Region) -> int:
    """The Mb/s after the last one at which own appliances are dearer."""
    shares = tiers(planned)
    dear = (
        peak
        for peak in range(TRIED_MBPS * 1000, 0, -1000)
        if cdn_usd(peak, planned) < own_cost(peak, shares, region=planned).total_usd
    )
    return next(dear, 0) + 1000


def test_with_the_defaults_it_lies_at_21_gbps() -> None:
    planned = region()
    found = crossover_kbps(planned, tiers(planned))
    assert found == 20_848_000
    assert gain_usd(planned, found) >= 0 > gain_usd(planned, found - 1000)


@settings(max_examples=40, deadline=None)
@given(
    staff_usd=st.integers(0, 3_000),
    appliance_usd=st.integers(0, 30_000),
    price_permille=st.integers(5, 60),
    failures=st.integers(0, 3),
    shelf_gb=st.integers(0, 200),
    churn=st.integers(0, 100),
)
def test_it_is_where_trying_every_peak_finds_it(
    staff_usd: int, appliance_usd: int, price_permille: int, failures: int, shelf_gb: int, churn: int
) -> None:
    planned = region(
        titles="50",
        appliance_gbps="0.1",
        staff_usd=str(staff_usd),
        appliance_usd=str(appliance_usd),
        cdn_usd_per_gb=f"{price_permille} USD/TB",
        failures=str(failures),
        shelf_tb=f"{shelf_gb} GB",
        churn=f"{churn} %",
    )
    found = crossover_kbps(planned, tiers(planned))
    assume(found is not None and found <= TRIED_MBPS * 1000)
    assert found == tried_kbps(planned)


def test_just_after_a_stair_own_appliances_may_be_dearer_once_more() -> None:
    free = {"titles": "1", "shelf_tb": "4 GB", "churn": "0", "headroom": "0", "failures": "0", "staff_usd": "0"}
    planned = region(**free, appliance_gbps="0.1", cdn_usd_per_gb="0.08")
    found = crossover_kbps(planned, tiers(planned))
    assert found is not None
    cheap = [peak for peak in range(1000, found, 1000) if gain_usd(planned, peak) >= 0]
    assert cheap
    assert found == tried_kbps(planned)


def test_a_cdn_cheaper_than_what_traffic_costs_anyhow_is_never_beaten() -> None:
    planned = region(cdn_usd_per_gb="0.0001")
    assert crossover_kbps(planned, tiers(planned)) is None


def test_what_the_most_appliances_do_not_pay_for_is_not_looked_for() -> None:
    planned = region(staff_usd="1e9")
    assert gain_usd(planned, MOST_APPLIANCES * planned.appliance_kbps) < 0
    assert crossover_kbps(planned, tiers(planned)) is None


def test_what_costs_nothing_is_cheaper_from_the_start() -> None:
    planned = region(staff_usd="0", appliance_usd="0", watts="0", transit_usd_per_mbps="0")
    assert crossover_kbps(planned, tiers(planned)) == 1000


def test_what_makes_own_appliances_dearer_moves_it_up() -> None:
    moved = {it.field: (it.half_kbps, it.double_kbps) for it in sways(region())}
    assert list(moved) == list(SWAYED)
    for field in ("staff_usd", "appliance_usd", "space_usd_per_kw", "transit_usd_per_mbps"):
        half, double = moved[field]
        assert half is not None
        assert double is not None
        assert half < 20_848_000 < double
    half, double = moved["cdn_usd_per_gb"]
    assert half is not None
    assert double is not None
    assert half > 20_848_000 > double


@settings(deadline=None)
@given(price=st.integers(2, 40), more=st.integers(0, 20), staff=st.integers(0, 100_000))
def test_a_dearer_cdn_never_moves_it_up(price: int, more: int, staff: int) -> None:
    found = [
        crossover_kbps(planned, tiers(planned))
        for planned in (region(cdn_usd_per_gb=f"{it} USD/TB", staff_usd=str(staff)) for it in (price, price + more))
    ]
    assert found[0] is None or (found[1] is not None and found[1] <= found[0])
