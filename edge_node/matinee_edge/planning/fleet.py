"""How many appliances carry a traffic: bare, with some away, with headroom."""

import msgspec

from matinee_edge.planning.region import Region


class Fleet(msgspec.Struct, frozen=True, kw_only=True):
    """Zero of each where there is no traffic."""

    carrying: int
    """Enough for the peak, and no more."""
    surviving: int
    """Enough for the peak with `Region.failures` away."""
    with_headroom: int
    """Enough for the peak and its headroom."""
    to_buy: int
    """The larger of the two."""


def fleet(peak_kbps: int, region: Region) -> Fleet:
    carrying = _quotient_up(peak_kbps, region.appliance_kbps)
    surviving = carrying + region.failures if carrying else 0
    above = 1 + region.headroom
    with_headroom = _quotient_up(peak_kbps * above.numerator, region.appliance_kbps * above.denominator)
    return Fleet(
        carrying=carrying,
        surviving=surviving,
        with_headroom=with_headroom,
        to_buy=max(surviving, with_headroom),
    )


def load_after_failures(peak_kbps: int, bought: int, *, region: Region) -> float:
    """Of what the rest are planned to send, at the peak. 0 without appliances."""
    left = bought - min(region.failures, bought)
    return peak_kbps / (left * region.appliance_kbps) if left else 0.0


def _quotient_up(dividend: int, divisor: int) -> int:
    return -(-dividend // divisor)
