"""What the viewers of a region ask for: streams, traffic at the peak and over a month."""

from fractions import Fraction
from math import ceil

import msgspec

from matinee_edge.planning.region import Region

MONTH_HOURS = 730
"""A year's 8,760 hours over twelve."""


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    streams: int
    """At the peak."""
    peak_kbps: int
    mean_kbps: int
    """Over a month."""
    month_gb: int
    """Sent in a month; GB is 10**9 bytes, as CDNs bill it."""


def demand(region: Region) -> Demand:
    """Rounded up where a part of one would be left."""
    streams = ceil(region.subscribers * region.concurrency)
    peak_kbps = streams * region.bitrate_kbps
    return Demand(
        streams=streams,
        peak_kbps=peak_kbps,
        mean_kbps=ceil(peak_kbps * region.mean_ratio),
        month_gb=ceil(peak_kbps * gb_per_kbps(region)),
    )


def peak_kbps_in(region: Region, *, years: int) -> int:
    """The peak after so many years of growth."""
    return ceil(demand(region).peak_kbps * (1 + region.growth) ** years)


def gb_per_kbps(region: Region) -> Fraction:
    """What a month brings for each kb/s of the peak."""
    return region.mean_ratio * MONTH_HOURS * 3600 / (8 * 10**6)
