"""What a plan comes to, a sentence for each finding."""

from collections.abc import Sequence

from matinee_edge.planning.crossover import SWAYED
from matinee_edge.planning.inputs import Figure
from matinee_edge.planning.plan import WISHED_HIT_RATIO, RegionPlan
from matinee_edge.planning.quantities import rate, share, size, usd


def findings(plan: RegionPlan, figures: Sequence[Figure]) -> tuple[str, ...]:
    """The most important first; whole sentences."""
    return (
        _appliances(plan),
        _failure(plan),
        *_growth(plan),
        _shelf(plan),
        _exchange(plan),
        _fill(plan),
        _cost(plan),
        *_sway(plan),
        _figures(figures),
    )


def _appliances(plan: RegionPlan) -> str:
    region, fleet = plan.region, plan.fleet
    return (
        f"{plan.demand.streams:,} streams at once are {rate(plan.demand.peak_kbps)}: {fleet.carrying:,} appliances of "
        f"{rate(region.appliance_kbps)} carry it, {fleet.with_headroom:,} with {share(region.headroom)} of headroom."
    )


def _failure(plan: RegionPlan) -> str:
    region, fleet = plan.region, plan.fleet
    if not region.failures:
        return "No failure is planned for: the first one at the peak goes to the exchange."
    decides = " The failure decides, not the headroom." if fleet.surviving > fleet.with_headroom else ""
    away = f"With {region.failures:,} of {fleet.to_buy:,} away at the peak"
    return f"{away}, the others are loaded to {share(plan.load_after_failures)}.{decides}"


def _growth(plan: RegionPlan) -> list[str]:
    if len(plan.years) == 1:
        return []
    last = plan.years[-1]
    enough = max(year.after for year in plan.years if year.fleet.to_buy <= plan.fleet.to_buy)
    lasting = f"up to year {enough}" if enough else "for less than a year"
    grown = f"At {share(plan.region.growth)} a year {plan.fleet.to_buy:,} are enough {lasting}"
    return [f"{grown}; year {last.after} asks for {last.fleet.to_buy:,}."]


def _shelf(plan: RegionPlan) -> str:
    shares = plan.tiers
    held = (
        f"{size(plan.region.shelf_bytes)} hold the top {shares.titles_held:,} of {plan.region.catalog_titles:,} titles"
    )
    answered = f"{share(shares.hit_ratio)} of the bytes"
    if shares.hit_ratio >= WISHED_HIT_RATIO:
        return f"{held}, which answer {answered}."
    return f"{held}, which answer {answered}; {share(WISHED_HIT_RATIO)} would take {size(plan.wished_shelf_bytes)}."


def _exchange(plan: RegionPlan) -> str:
    if not plan.traffic.misses_kbps:
        return "Nothing is missed: the exchange serves only fills."
    misses = f"At the peak the exchange sends {rate(plan.traffic.misses_kbps)} of misses, with {plan.exchange.to_buy:,}"
    if not plan.traffic.origin_kbps:
        return f"{misses} appliances of its own; the origin sends nothing."
    return (
        f"{misses} appliances of its own: it holds {share(plan.tiers.exchange_hit_ratio)} of what it is asked for, "
        f"{rate(plan.traffic.origin_kbps)} come from the origin."
    )


def _fill(plan: RegionPlan) -> str:
    region, shares = plan.region, plan.tiers
    nights = "1 night" if shares.first_fill_nights == 1 else f"{shares.first_fill_nights:,} nights"
    fill = f"{size(shares.fill_bytes)} of fill a night take {rate(shares.fill_kbps)} for the whole window"
    if plan.traffic.fill_fits:
        return f"{fill}, within the limit of {rate(region.fill_kbps)}; the first fill takes {nights}."
    return f"{fill}, more than the limit of {rate(region.fill_kbps)}: widen the window, raise the limit, or place less."


def _cost(plan: RegionPlan) -> str:
    price = plan.region.cdn_usd_per_gb
    bills = f"A month costs {usd(plan.own_usd)} with own appliances and {usd(plan.cdn_usd)} at {price:g} USD/GB"
    even = f"they would cost the same at {plan.break_even_usd_per_gb:.2g} USD/GB"
    if plan.crossover_kbps is None:
        return f"{bills}; {even}, and no traffic makes own ones cheaper for good."
    return f"{bills}; {even}. Own ones are cheaper from {rate(plan.crossover_kbps)} at the peak on."


def _sway(plan: RegionPlan) -> list[str]:
    if plan.crossover_kbps is None:
        return []
    crossover = plan.crossover_kbps
    ranges = {it.field: (it.half_kbps, it.double_kbps) for it in plan.sways}
    field = max(ranges, key=lambda name: _reach(ranges[name], crossover))
    low, high = (rate(it) if it is not None else "nowhere" for it in ranges[field])
    return [f"The {SWAYED[field]} sways that most: {low} at half of it, {high} at double."]


def _reach(crossovers: tuple[int | None, int | None], crossover: int) -> float:
    """How far it moves, as a factor; infinite where there is none any more."""
    return max(float("inf") if it is None else max(it / crossover, crossover / it) for it in crossovers)


def _figures(figures: Sequence[Figure]) -> str:
    given, assumed = (sum(map(test, figures)) for test in (lambda it: it.is_given, lambda it: it.is_assumed))
    rest = len(figures) - given - assumed
    return f"Of {len(figures)} figures {given} are yours, {rest} have a source, {assumed} are assumed: replace them."
