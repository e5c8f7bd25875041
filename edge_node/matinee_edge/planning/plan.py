"""The plan of a roll-out: all that follows from the figures of its regions, as values."""

from collections.abc import Mapping

import msgspec

from matinee_edge.planning.catalog import catalog_of
from matinee_edge.planning.cost import OwnCost, cdn_usd, own_cost
from matinee_edge.planning.crossover import Sway, crossover_kbps, sways
from matinee_edge.planning.demand import Demand, demand, peak_kbps_in
from matinee_edge.planning.fleet import Fleet, fleet, load_after_failures
from matinee_edge.planning.region import Region
from matinee_edge.planning.traffic import Tiers, Traffic, tiers, traffic

SHELF_STEPS = ((1, 4), (1, 2), (1, 1), (2, 1), (4, 1), (8, 1))
"""The shelves that are compared, as parts and multiples of the one that is planned."""

PEAK_STEPS = ((1, 64), (1, 16), (1, 4), (1, 1), (4, 1))
"""The peaks at which the two bills are compared."""

WISHED_HIT_RATIO = 0.95
"""For which the shelf is told that it takes."""


class Year(msgspec.Struct, frozen=True, kw_only=True):
    after: int
    peak_kbps: int
    fleet: Fleet


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    size_bytes: int
    titles: int
    hit_ratio: float
    misses_kbps: int


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """US dollars a month at some peak."""

    peak_kbps: int
    own_usd: float
    cdn_usd: float


class RegionPlan(msgspec.Struct, frozen=True, kw_only=True):
    region: Region
    demand: Demand
    fleet: Fleet
    load_after_failures: float
    years: tuple[Year, ...]
    """The first is now; only that one without growth."""
    tiers: Tiers
    traffic: Traffic
    exchange: Fleet
    shelves: tuple[Shelf, ...]
    wished_shelf_bytes: int
    """Answers `WISHED_HIT_RATIO` of the bytes."""
    own: OwnCost
    own_usd: float
    cdn_usd: float
    break_even_usd_per_gb: float
    """The CDN's price at which both cost the same."""
    crossover_kbps: int | None
    """The peak from which on own appliances are never dearer."""
    bills: tuple[Bill, ...]
    sways: tuple[Sway, ...]


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    streams: int
    peak_kbps: int
    """If all regions had theirs at once."""
    appliances: int
    exchange_appliances: int
    misses_kbps: int
    own_usd: float
    cdn_usd: float


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    regions: dict[str, RegionPlan]
    total: Totals


def plan_of(regions: Mapping[str, Region]) -> Plan:
    """In the order in which they are given."""
    plans = {name: region_plan(region) for name, region in regions.items()}
    each = tuple(plans.values())
    return Plan(
        regions=plans,
        total=Totals(
            streams=sum(it.demand.streams for it in each),
            peak_kbps=sum(it.demand.peak_kbps for it in each),
            appliances=sum(it.fleet.to_buy for it in each),
            exchange_appliances=sum(it.exchange.to_buy for it in each),
            misses_kbps=sum(it.traffic.misses_kbps for it in each),
            own_usd=sum(it.own_usd for it in each),
            cdn_usd=sum(it.cdn_usd for it in each),
        ),
    )


def region_plan(region: Region) -> RegionPlan:
    """All that follows from one region's figures."""
    asked, shares = demand(region), tiers(region)
    bought = fleet(asked.peak_kbps, region)
    carried = traffic(asked.peak_kbps, shares, region=region)
    own = own_cost(asked.peak_kbps, shares, region=region)
    return RegionPlan(
        region=region,
        demand=asked,
        fleet=bought,
        load_after_failures=load_after_failures(asked.peak_kbps, bought.to_buy, region=region),
        years=_years(region),
        tiers=shares,
        traffic=carried,
        exchange=fleet(carried.misses_kbps, region),
        shelves=_shelves(region, asked.peak_kbps),
        wished_shelf_bytes=catalog_of(region).shelf_bytes_for(WISHED_HIT_RATIO),
        own=own,
        own_usd=own.total_usd,
        cdn_usd=cdn_usd(asked.peak_kbps, region),
        break_even_usd_per_gb=own.total_usd / asked.month_gb,
        crossover_kbps=crossover_kbps(region, shares),
        bills=tuple(_bill(asked.peak_kbps * times // parts, shares, region=region) for times, parts in PEAK_STEPS),
        sways=sways(region),
    )


def _years(region: Region) -> tuple[Year, ...]:
    last = region.years if region.growth else 0
    peaks = {after: peak_kbps_in(region, years=after) for after in range(last + 1)}
    return tuple(Year(after=after, peak_kbps=peak, fleet=fleet(peak, region)) for after, peak in peaks.items())


def _shelves(region: Region, peak_kbps: int) -> tuple[Shelf, ...]:
    """None is larger than the catalog, and the last one holds it."""
    catalog = catalog_of(region)
    sizes = {min(region.shelf_bytes * times // parts, catalog.size_bytes) for times, parts in SHELF_STEPS}
    return tuple(_shelf(region, size_bytes, peak_kbps=peak_kbps) for size_bytes in sorted(sizes | {catalog.size_bytes}))


def _shelf(region: Region, size_bytes: int, *, peak_kbps: int) -> Shelf:
    shares = tiers(msgspec.structs.replace(region, shelf_bytes=size_bytes))
    return Shelf(
        size_bytes=size_bytes,
        titles=shares.titles_held,
        hit_ratio=shares.hit_ratio,
        misses_kbps=traffic(peak_kbps, shares, region=region).misses_kbps,
    )


def _bill(peak_kbps: int, shares: Tiers, *, region: Region) -> Bill:
    own_usd = own_cost(peak_kbps, shares, region=region).total_usd
    return Bill(peak_kbps=peak_kbps, own_usd=own_usd, cdn_usd=cdn_usd(peak_kbps, region))
