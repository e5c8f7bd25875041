"""The figures of one region, in base units."""

from fractions import Fraction

import msgspec


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """Shares are exact, so that nothing is rounded up that is whole. Defaults and ranges stand in `inputs`."""

    subscribers: int
    concurrency: Fraction
    """Of the subscribers, watching at the peak."""
    bitrate_kbps: int
    growth: Fraction
    """Of the traffic, in a year."""
    years: int
    """To look ahead."""
    appliance_kbps: int
    """What one appliance is planned to send."""
    headroom: Fraction
    """Above the peak."""
    failures: int
    """Appliances that may be away while the peak is carried."""
    catalog_titles: int
    title_bytes: tuple[int, ...]
    """Sizes of titles; they take turns down the ranks."""
    alpha: float
    """Zipf's exponent: the title of rank i is asked for in proportion to 1 / i ** alpha."""
    shelf_bytes: int
    """Of each ISP appliance; all of a region hold the same titles."""
    exchange_bytes: int | None
    """Of each exchange appliance; None: as large as the catalog."""
    churn: Fraction
    """Of the shelf, new each night."""
    window_ms: int
    """For fills, each night."""
    fill_kbps: int
    """Limit of one appliance's fill."""
    mean_ratio: Fraction
    """Traffic over a month, on average, of the peak."""
    billed_ratio: Fraction
    """The 95th percentile of a month's traffic, of the peak."""
    cdn_usd_per_gb: float
    appliance_usd: float
    amortization_months: float
    upkeep: Fraction
    """Spare parts and support in a year, of the price."""
    watts: float
    """Of one appliance."""
    power_overhead: float
    """PUE: what the building draws for each watt of an appliance."""
    usd_per_kwh: float
    space_usd_per_kw: float
    """Rack and cooling, a month."""
    transit_usd_per_mbps: float
    """A month, at the 95th percentile."""
    staff_usd: float
    """A month."""
