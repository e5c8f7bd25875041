"""A month of own appliances, and a month of a commercial CDN."""

import msgspec

from matinee_edge.planning.demand import MONTH_HOURS, gb_per_kbps
from matinee_edge.planning.fleet import fleet
from matinee_edge.planning.region import Region
from matinee_edge.planning.traffic import Tiers, misses_kbps


class OwnCost(msgspec.Struct, frozen=True, kw_only=True):
    """US dollars a month."""

    appliances: int
    """At the ISP and at the exchange."""
    hardware_usd: float
    """What is written off."""
    upkeep_usd: float
    power_usd: float
    space_usd: float
    transit_usd: float
    staff_usd: float

    @property
    def total_usd(self) -> float:
        parts = (self.hardware_usd, self.upkeep_usd, self.power_usd, self.space_usd, self.transit_usd, self.staff_usd)
        return sum(parts)


def own_cost(peak_kbps: int, shares: Tiers, *, region: Region) -> OwnCost:
    """What a month of that peak costs with own appliances in both tiers."""
    appliances = appliances_for(peak_kbps, shares, region=region)
    kilowatts = appliances * region.watts / 1000
    return OwnCost(
        appliances=appliances,
        hardware_usd=appliances * region.appliance_usd / region.amortization_months,
        upkeep_usd=appliances * region.appliance_usd * float(region.upkeep) / 12,
        power_usd=kilowatts * region.power_overhead * MONTH_HOURS * region.usd_per_kwh,
        space_usd=kilowatts * region.space_usd_per_kw,
        transit_usd=_billed_kbps(peak_kbps, shares, region=region) / 1000 * region.transit_usd_per_mbps,
        staff_usd=region.staff_usd,
    )


def cdn_usd(peak_kbps: int, region: Region) -> float:
    """What a month of that peak costs at a commercial CDN."""
    return peak_kbps * float(gb_per_kbps(region)) * region.cdn_usd_per_gb


def appliances_for(peak_kbps: int, shares: Tiers, *, region: Region) -> int:
    """To buy, at the ISP and at the exchange."""
    return fleet(peak_kbps, region).to_buy + fleet(misses_kbps(peak_kbps, shares), region).to_buy


def appliance_usd(region: Region) -> float:
    """What one appliance more costs in a month."""
    return (
        region.appliance_usd * (1 / region.amortization_months + float(region.upkeep) / 12)
        + region.watts / 1000 * (region.power_overhead * MONTH_HOURS * region.usd_per_kwh + region.space_usd_per_kw)
    )  # fmt: skip


def _billed_kbps(peak_kbps: int, shares: Tiers, *, region: Region) -> float:
    """The 95th percentile between ISP and exchange, and between exchange and origin.

    A fill of four hours is a sixth of the night and day, more than the 5 % that are free: it counts where it is more
    than the misses.
    """
    at_peak = peak_kbps * float(region.billed_ratio)
    return max(at_peak * shares.miss_ratio, shares.fill_kbps) + at_peak * shares.origin_ratio
