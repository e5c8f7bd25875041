"""What goes where at the peak and at night: hits, misses to the exchange, misses to the origin, fill."""

from fractions import Fraction
from math import ceil

import msgspec

from matinee_edge.planning.catalog import catalog_of
from matinee_edge.planning.region import Region

FULL_RATE_MS = 8
"""A byte takes 8 ms at 1 kb/s."""


class Tiers(msgspec.Struct, frozen=True, kw_only=True):
    """What does not depend on how much traffic there is."""

    titles_held: int
    """On the shelf of an ISP appliance."""
    hit_ratio: float
    """Of all bytes, those that ISP appliances answer."""
    play_hit_ratio: float
    exchange_hit_ratio: float
    """Of the bytes that reach the exchange, those that it answers; 1 if none do. It sees only the tail of the
    catalog, so it answers less than a shelf of its size would alone."""
    origin_ratio: float
    """Of all bytes, those that only the origin has."""
    fill_bytes: int
    """New each night; one copy crosses from the exchange, appliances of a region fill from each other."""
    fill_kbps: int
    """The rate at which that takes the whole window."""
    first_fill_nights: int
    """Of an empty appliance at the limit of its fill."""

    @property
    def miss_ratio(self) -> float:
        return 1.0 - self.hit_ratio


class Traffic(msgspec.Struct, frozen=True, kw_only=True):
    misses_kbps: int
    """From the exchange, at the peak."""
    origin_kbps: int
    """From the origin, at the peak."""
    exchange_link_kbps: int
    """What the links to the exchange must carry: misses by day or fill by night, whichever is more."""
    fill_fits: bool
    """Whether the night's fill ends within its window."""


def tiers(region: Region) -> Tiers:
    """How a region's shelves share the bytes."""
    catalog = catalog_of(region)
    exchange_bytes = catalog.size_bytes if region.exchange_bytes is None else region.exchange_bytes
    hit_ratio = catalog.hit_ratio(region.shelf_bytes)
    both = max(hit_ratio, catalog.hit_ratio(exchange_bytes))
    on_shelf_bytes = min(region.shelf_bytes, catalog.size_bytes)
    fill_bytes = ceil(region.churn * on_shelf_bytes)
    return Tiers(
        titles_held=catalog.held(region.shelf_bytes),
        hit_ratio=hit_ratio,
        play_hit_ratio=catalog.play_hit_ratio(region.shelf_bytes),
        exchange_hit_ratio=(both - hit_ratio) / (1.0 - hit_ratio) if hit_ratio < 1.0 else 1.0,
        origin_ratio=1.0 - both,
        fill_bytes=fill_bytes,
        fill_kbps=ceil(Fraction(fill_bytes * FULL_RATE_MS, region.window_ms)),
        first_fill_nights=ceil(Fraction(on_shelf_bytes * FULL_RATE_MS, region.fill_kbps * region.window_ms)),
    )


def misses_kbps(peak_kbps: int, shares: Tiers) -> int:
    """What the exchange must send at the peak."""
    return ceil(peak_kbps * shares.miss_ratio)


def traffic(peak_kbps: int, shares: Tiers, *, region: Region) -> Traffic:
    """At that peak."""
    misses = misses_kbps(peak_kbps, shares)
    return Traffic(
        misses_kbps=misses,
        origin_kbps=ceil(peak_kbps * shares.origin_ratio),
        exchange_link_kbps=max(misses, shares.fill_kbps),
        fill_fits=shares.fill_kbps <= region.fill_kbps,
    )
