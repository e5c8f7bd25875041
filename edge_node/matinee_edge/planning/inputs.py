"""What a person may say of a region: each figure's option, unit, default, range, and where the default is from."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import msgspec

from matinee.errors import SettingsInvalid
from matinee_edge.planning.quantities import BARE_UNITS, KIND_OF_UNIT, quantity
from matinee_edge.planning.region import Region

ASSUMED = "assumed"
"""How the source of a default begins that nobody has measured."""

GIVEN = "given"
"""The source of a figure that was not left to its default."""

WHOLE_CATALOG = "all"
"""Said of an exchange's shelf."""

_MOST_SIZES = 16


class Input(msgspec.Struct, frozen=True):
    """One figure."""

    field: str
    """Of `Region`."""
    option: str
    unit: str
    """Of a number without one."""
    default: str | None
    """As a person would write it; None: it must be given."""
    least: str
    most: str
    meaning: str
    source: str
    """Of the default."""

    @property
    def key(self) -> str:
        """Its name in a plan file."""
        return self.option.removeprefix("--").replace("-", "_")


class Given(msgspec.Struct, frozen=True):
    """A figure as a person wrote it."""

    text: str
    where: str
    """For the one who must mend it."""


class Figure(msgspec.Struct, frozen=True):
    """A figure that a plan rests on."""

    option: str
    text: str
    unit: str
    """Empty where the text has one, or needs none."""
    meaning: str
    source: str
    """`GIVEN`, or where the default is from."""

    @property
    def is_given(self) -> bool:
        return self.source == GIVEN

    @property
    def is_assumed(self) -> bool:
        return self.source.startswith(ASSUMED)


INPUTS = (
    Input("subscribers", "--subscribers", "whole", None, "1", "1e10", "people with an account", ""),
    Input("concurrency", "--concurrency", "share", "10 %", "0.000001", "1", "of them watching at the peak", ASSUMED),
    Input("bitrate_kbps", "--mbps", "Mb/s", "5", "0.001", "1000", "of a stream", "Netflix's advice for 1080p"),
    Input("growth", "--growth", "share", "0 %", "0", "10", "of the traffic, in a year", ASSUMED),
    Input("years", "--years", "whole", "4", "0", "20", "to look ahead", ASSUMED),
    Input(
        *("appliance_kbps", "--appliance-gbps", "Gb/s", "80", "0.1", "10000", "that an appliance is planned to send"),
        "assumed: a 100 Gb/s port at the 80 % from which steering shifts load away",
    ),
    Input("headroom", "--headroom", "share", "15 %", "0", "10", "above the peak", ASSUMED),
    Input("failures", "--failures", "whole", "1", "0", "1000", "appliances that may be away at the peak", ASSUMED),
    Input("catalog_titles", "--titles", "whole", "6000", "1", "200000", "in the catalog", ASSUMED),
    Input(
        *("title_bytes", "--title-gb", "GB", "4", "0.001", "100000", "of a title; several sizes (4,1,12) take turns"),
        "assumed: 500 titles in 2 TB",
    ),
    Input(
        *("alpha", "--alpha", "number", "0.8", "0", "5", "Zipf's exponent: how steeply popularity falls"),
        "assumed; the web has 0.64 to 0.83 (Breslau et al., INFOCOM 1999)",
    ),
    Input("shelf_bytes", "--shelf-tb", "TB", "2", "0", "1e5", "of an ISP appliance", "assumed: the top 500"),
    Input("exchange_bytes", "--exchange-tb", "TB", "all", "0", "1e6", "of an exchange, or `all` the catalog", ASSUMED),
    Input("churn", "--churn", "share", "5 %", "0", "1", "of a shelf, new each night", ASSUMED),
    Input("window_ms", "--window-hours", "h", "4", "0.1", "24", "for fills, each night", "assumed: 02:00 to 06:00"),
    Input(
        *("fill_kbps", "--fill-gbps", "Gb/s", "1.2", "0.001", "10000", "limit of an appliance's fill"),
        "Netflix Open Connect's partner help on fill",
    ),
    Input("mean_ratio", "--mean", "share", "40 %", "0.01", "1", "a month's average, of the peak", ASSUMED),
    Input(
        *("billed_ratio", "--p95", "share", "90 %", "0.01", "1", "a month's 95th percentile, of the peak"),
        "assumed: the 36 busiest hours are free",
    ),
    Input(
        *("cdn_usd_per_gb", "--cdn-usd-per-gb", "USD/GB", "0.02", "0", "10", "of a commercial CDN"),
        "CloudFront's list beyond 5 PB a month, US and Europe",
    ),
    Input("appliance_usd", "--appliance-usd", "USD", "20000", "0", "1e7", "of an appliance", ASSUMED),
    Input("amortization_months", "--months", "months", "48", "1", "240", "until an appliance is paid off", ASSUMED),
    Input("upkeep", "--upkeep", "share", "10 %", "0", "1", "of the price, a year: spares and support", ASSUMED),
    Input("watts", "--watts", "W", "500", "0", "100000", "of an appliance", ASSUMED),
    Input("power_overhead", "--pue", "number", "1.58", "1", "5", "drawn for each watt", "Uptime Institute, 2023"),
    Input(
        *("usd_per_kwh", "--usd-per-kwh", "USD/kWh", "0.15", "0", "10", "of power"),
        "CBRE, Southern California, H2 2023: 0.13 to 0.16",
    ),
    Input(
        *("space_usd_per_kw", "--space-usd-per-kw", "USD/kW", "184", "0", "1e5", "a month, for rack and cooling"),
        "CBRE, North America, H2 2024",
    ),
    Input(
        *("transit_usd_per_mbps", "--transit-usd-per-mbps", "USD/Mb/s", "0.2", "0", "1000", "a month, of transit"),
        "assumed: London's 1.00 of 2015 (TeleGeography), less 14 % a year",
    ),
    Input("staff_usd", "--staff-usd", "USD", "50000", "0", "1e9", "a month, for who runs them", ASSUMED),
)

INPUTS_BY_KEY = {it.key: it for it in INPUTS}


def region_of(given: Mapping[str, Given], *, name: str) -> Region:
    """The region that the figures make, defaults for those that are not given; keys as in `INPUTS_BY_KEY`.

    Raises: SettingsInvalid for a figure that is missing, unreadable or out of range.
    """
    values: dict[str, Any] = {}
    for it in INPUTS:
        figure = given.get(it.key) or _default(it, name)
        values[it.field] = _value(it, figure)
    return Region(**values)


def figures_of(given: Mapping[str, Given]) -> tuple[Figure, ...]:
    """All figures as they were written, or as they stand by default; those of `region_of`."""
    return tuple(_figure(it, given.get(it.key)) for it in INPUTS)


def _figure(it: Input, figure: Given | None) -> Figure:
    text, source = (it.default or "", it.source) if figure is None else (figure.text, GIVEN)
    has_unit = it.unit in BARE_UNITS or not text[-1:].isdigit()
    return Figure(it.option, text, "" if has_unit else it.unit, it.meaning, source)


def _default(it: Input, name: str) -> Given:
    if it.default is None:
        raise SettingsInvalid(f"The region {name!r} lacks a figure. Give {it.option}, in a plan file {it.key}.")
    return Given(it.default, it.option)


def _value(it: Input, figure: Given) -> int | float | Fraction | tuple[int, ...] | None:
    if it.field == "exchange_bytes" and figure.text.strip() == WHOLE_CATALOG:
        return None
    if it.field != "title_bytes":
        return _number(it, figure.text, where=figure.where)
    sizes = figure.text.split(",")
    if len(sizes) > _MOST_SIZES:
        raise SettingsInvalid(f"{figure.where} takes {_MOST_SIZES} sizes at most, not {len(sizes)}.")
    return tuple(int(_number(it, size, where=figure.where)) for size in sizes)


def _number(it: Input, text: str, *, where: str) -> int | float | Fraction:
    exact = quantity(text, unit=it.unit, where=where)
    least, most = (quantity(bound, unit=it.unit, where=where) for bound in (it.least, it.most))
    if not least <= exact <= most:
        unit = "" if it.unit in BARE_UNITS else f" {it.unit}"
        raise SettingsInvalid(f"{where}: {text!r} is out of range. Write {it.least} to {it.most}{unit}.")
    match KIND_OF_UNIT[it.unit]:
        case "count" if exact.denominator != 1:
            raise SettingsInvalid(f"{where}: {text!r} is not whole. Write a whole number such as 500.")
        case "count" | "rate" | "size" | "time":
            return int(exact)
        case "share":
            return exact
        case _:
            return float(exact)
