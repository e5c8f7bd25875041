"""A plan as text that fits 80 columns: tables, findings, and the figures that it rests on."""

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence

from matinee_edge.planning.crossover import SWAYED
from matinee_edge.planning.findings import findings
from matinee_edge.planning.inputs import Figure
from matinee_edge.planning.plan import Plan, RegionPlan, Shelf
from matinee_edge.planning.quantities import rate, share, size, usd

COLUMNS = 80

_BAR_COLUMNS = 24
_NO_BREAK = "\u00a0"
_AFTER_NUMBER = re.compile(r"(?<=\d) ")
"""Where no line ends: a number stays with its unit."""


def report(plan: Plan, figures: Mapping[str, Sequence[Figure]]) -> str:
    """Everything of a single region; of several, a line for each and what each comes to."""
    if len(plan.regions) == 1:
        [(name, region)] = plan.regions.items()
        return region_report(region, figures[name])
    parts = [_summary(plan)]
    for name, region in plan.regions.items():
        parts.append(_section(name, _bullets(findings(region, figures[name]))))
    return "\n\n".join(parts)


def region_report(plan: RegionPlan, figures: Sequence[Figure]) -> str:
    """Everything of one region."""
    sections = (
        _section("Demand", _demand(plan)),
        _section(f"Appliances of {rate(plan.region.appliance_kbps)}", _appliances(plan)),
        _section(f"Shelf of each appliance (Zipf {plan.region.alpha:g}, by bytes)", _shelves(plan)),
        _section("Exchange", _exchange(plan)),
        _section("A month's cost", _cost(plan)),
        _section("A month's cost by traffic at the peak", _bills(plan)),
        _section("Own appliances are cheaper from … on", _crossover(plan)),
        _section("Findings", _bullets(findings(plan, figures))),
        _section("Figures", _figures(figures)),
    )
    return "\n\n".join(sections)


def _summary(plan: Plan) -> str:
    rows = [
        (
            name,
            f"{it.demand.streams:,}",
            rate(it.demand.peak_kbps),
            f"{it.fleet.to_buy:,}",
            f"{it.exchange.to_buy:,}",
            share(it.tiers.hit_ratio),
            usd(it.own_usd),
            usd(it.cdn_usd),
        )
        for name, it in plan.regions.items()
    ]
    total = plan.total
    hits = share(1 - total.misses_kbps / total.peak_kbps)
    bought = (f"{total.appliances:,}", f"{total.exchange_appliances:,}")
    sums = ("all", f"{total.streams:,}", rate(total.peak_kbps), *bought, hits, usd(total.own_usd), usd(total.cdn_usd))
    heading = ("region", "streams", "peak", "ISP", "exch.", "hits", "own", "CDN")
    return _section("All regions, cost of a month", _table([heading, *rows, sums]))


def _demand(plan: RegionPlan) -> list[str]:
    region, demand = plan.region, plan.demand
    return _table(
        [
            ("subscribers", f"{region.subscribers:,}", ""),
            ("streams at the peak", f"{demand.streams:,}", f"{share(region.concurrency)} of them"),
            ("traffic at the peak", rate(demand.peak_kbps), f"{rate(region.bitrate_kbps)} each"),
            ("on average", rate(demand.mean_kbps), f"{share(region.mean_ratio)} of the peak"),
            ("in a month", size(demand.month_gb * 10**9), ""),
        ],
        words_at_end=True,
    )


def _appliances(plan: RegionPlan) -> list[str]:
    region = plan.region
    heading = ("", "peak", "carrying it", f"{region.failures:,} away", f"{share(region.headroom)} headroom", "to buy")
    rows = [
        (
            f"after year {year.after}" if year.after else "now",
            rate(year.peak_kbps),
            f"{year.fleet.carrying:,}",
            f"{year.fleet.surviving:,}",
            f"{year.fleet.with_headroom:,}",
            f"{year.fleet.to_buy:,}",
        )
        for year in plan.years
    ]
    return _table([heading, *rows])


def _shelves(plan: RegionPlan) -> list[str]:
    heading = ("shelf", "titles", "hits", "misses at the peak", "")
    planned = min(plan.region.shelf_bytes, plan.shelves[-1].size_bytes)
    return _table([heading, *(_shelf(it, planned=planned) for it in plan.shelves)], words_at_end=True)


def _shelf(shelf: Shelf, *, planned: int) -> tuple[str, ...]:
    bar = "█" * round(shelf.hit_ratio * _BAR_COLUMNS)
    mark = " ◄ planned" if shelf.size_bytes == planned else ""
    return (size(shelf.size_bytes), f"{shelf.titles:,}", share(shelf.hit_ratio), rate(shelf.misses_kbps), bar + mark)


def _exchange(plan: RegionPlan) -> list[str]:
    region, shares, carried, fleet = plan.region, plan.tiers, plan.traffic, plan.exchange
    hours = f"{region.window_ms / 3_600_000:g} h"
    return _table(
        [
            ("misses at the peak", rate(carried.misses_kbps), f"{share(shares.miss_ratio)} of the bytes"),
            ("answered there", share(shares.exchange_hit_ratio), f"{rate(carried.origin_kbps)} from the origin"),
            ("appliances to buy", f"{fleet.to_buy:,}", f"{fleet.carrying:,} carry the misses"),
            ("fill of a night", size(shares.fill_bytes), f"{rate(shares.fill_kbps)} for {hours}, one copy"),
            ("first fill", f"{shares.first_fill_nights:,}", f"nights, {hours} each, at {rate(region.fill_kbps)}"),
            ("link to the exchange", rate(carried.exchange_link_kbps), "misses or fill, whichever is more"),
        ],
        words_at_end=True,
    )


def _cost(plan: RegionPlan) -> list[str]:
    own = plan.own
    return _table(
        [
            (f"{own.appliances:,} appliances, written off", usd(own.hardware_usd)),
            ("upkeep", usd(own.upkeep_usd)),
            ("power", usd(own.power_usd)),
            ("space", usd(own.space_usd)),
            ("transit, 95th percentile", usd(own.transit_usd)),
            ("staff", usd(own.staff_usd)),
            ("own appliances, in all", usd(plan.own_usd)),
            (f"commercial CDN, {plan.region.cdn_usd_per_gb:g} USD/GB", usd(plan.cdn_usd)),
        ]
    )


def _bills(plan: RegionPlan) -> list[str]:
    rows = [
        (rate(it.peak_kbps), usd(it.own_usd), usd(it.cdn_usd), "own" if it.own_usd <= it.cdn_usd else "CDN")
        for it in plan.bills
    ]
    return _table([("peak", "own", "CDN", "cheaper"), *rows])


def _crossover(plan: RegionPlan) -> list[str]:
    rows = [(SWAYED[it.field], _peak(it.half_kbps), _peak(it.double_kbps)) for it in plan.sways]
    as_it_is = _peak(plan.crossover_kbps)
    return _table([("if this were", "half", "double"), *rows, ("all as it is", as_it_is, as_it_is)])


def _peak(kbps: int | None) -> str:
    return "never" if kbps is None else rate(kbps)


def _figures(figures: Sequence[Figure]) -> list[str]:
    lines: list[str] = []
    for it in figures:
        value = f"{it.text} {it.unit}".rstrip()
        lines += _wrapped(f"{it.option} {value}: {it.meaning}; {it.source}", first="  ", rest="      ")
    return lines


def _bullets(sentences: Iterable[str]) -> list[str]:
    return [line for it in sentences for line in _wrapped(it, first="  • ", rest="    ")]


def _wrapped(text: str, *, first: str, rest: str) -> list[str]:
    whole = _AFTER_NUMBER.sub(_NO_BREAK, text)
    lines = textwrap.wrap(whole, COLUMNS, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
    return [line.replace(_NO_BREAK, " ") for line in lines]


def _section(heading: str, lines: Sequence[str]) -> str:
    return "\n".join((heading, *lines))


def _table(rows: Sequence[Sequence[str]], *, words_at_end: bool = False) -> list[str]:
    """Names to the left, numbers to the right; with `words_at_end` the last column is to the left as well."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    left = {0, len(widths) - 1} if words_at_end else {0}
    lines = []
    for row in rows:
        cells = (
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append(("  " + "  ".join(cells)).rstrip())
    return lines
