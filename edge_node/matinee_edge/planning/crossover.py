"""From which traffic on own appliances cost less than a commercial CDN, and what sways that."""

from bisect import bisect_left, bisect_right
from fractions import Fraction
from math import ceil

import msgspec

from matinee_edge.planning.cost import appliance_usd, appliances_for, cdn_usd, own_cost
from matinee_edge.planning.region import Region
from matinee_edge.planning.traffic import Tiers, tiers

MOST_APPLIANCES = 1000
"""As far as the search goes, in peaks that so many would carry."""

STEP_KBPS = 1000
"""What the crossover is told in: whole Mb/s."""


SWAYED = {
    "cdn_usd_per_gb": "price of the CDN",
    "staff_usd": "cost of staff",
    "appliance_usd": "price of an appliance",
    "appliance_kbps": "traffic of an appliance",
    "space_usd_per_kw": "price of space",
    "transit_usd_per_mbps": "price of transit",
    "alpha": "exponent of Zipf",
    "shelf_bytes": "size of the shelf",
}
"""Fields of `Region` that the crossover leans on, in words."""

_HALF, _DOUBLE = Fraction(1, 2), Fraction(2)


class Sway(msgspec.Struct, frozen=True, kw_only=True):
    """What half and double of one figure do."""

    field: str
    """Of `Region`."""
    half_kbps: int | None
    """The crossover then; None: there is none."""
    double_kbps: int | None


def crossover_kbps(region: Region, shares: Tiers) -> int | None:
    """The peak from which on own appliances are never dearer; None if there is none that `MOST_APPLIANCES` carry.

    Own cost is a staircase: just after a step they may be dearer once more, so the last such peak counts, not the
    first that is cheap. Between steps the CDN's bill grows faster, so that each stair has one crossing at most.
    """

    def gain(step: int) -> float:
        peak_kbps = step * STEP_KBPS
        return cdn_usd(peak_kbps, region) - own_cost(peak_kbps, shares, region=region).total_usd

    def appliances(step: int) -> int:
        return appliances_for(step * STEP_KBPS, shares, region=region)

    bounds = _bounds(region, shares)
    if bounds is None:
        return None
    stair, last = bounds
    found = stair
    while stair <= last:
        end = bisect_right(range(last + 1), appliances(stair), lo=stair, key=appliances)
        if gain(stair) < 0:
            found = bisect_left(range(end), 0.0, lo=stair, key=gain)
        stair = end
    return found * STEP_KBPS if found <= last else None


def sways(region: Region) -> tuple[Sway, ...]:
    """The crossover with half and with double of each of `SWAYED`, all else as it is."""
    crossovers = {field: [_crossover_with(region, field, it) for it in (_HALF, _DOUBLE)] for field in SWAYED}
    return tuple(Sway(field=field, half_kbps=half, double_kbps=double) for field, (half, double) in crossovers.items())


def _crossover_with(region: Region, field: str, factor: Fraction) -> int | None:
    value: int | float = getattr(region, field)
    changed = msgspec.structs.replace(region, **{field: type(value)(value * factor)})
    return crossover_kbps(changed, tiers(changed))


def _bounds(region: Region, shares: Tiers) -> tuple[int, int] | None:
    """Between which steps the crossover lies, as far as the search goes; None if it never comes.

    Without rounding up both bills are lines: below the first step own appliances are dearer even so. Rounding adds
    less than an appliance to each of the two fleets, and a kb/s of misses at most another one: beyond the last step
    they are cheaper even so.
    """
    each_usd = appliance_usd(region)
    transit_usd = float(region.billed_ratio) * region.transit_usd_per_mbps / 1000
    fleets = (1 + shares.miss_ratio) * float(1 + region.headroom) / region.appliance_kbps
    rise = cdn_usd(1, region) - transit_usd * (shares.miss_ratio + shares.origin_ratio) - each_usd * fleets
    if rise <= 0:
        return None
    fill_usd = shares.fill_kbps / 1000 * region.transit_usd_per_mbps
    most_usd = region.staff_usd + fill_usd + each_usd * 2 * (2 + region.failures)
    farthest = MOST_APPLIANCES * region.appliance_kbps // STEP_KBPS
    first, last = int(region.staff_usd / rise / STEP_KBPS), ceil(most_usd / rise / STEP_KBPS)
    return max(first, 1), min(max(last, 1), farthest)
