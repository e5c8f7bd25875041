"""Figures with units, read and written: `5 Mb/s`, `2 TB`, `15 %`, `0.02 USD/GB`."""

import re
from fractions import Fraction

from matinee.errors import SettingsInvalid

_PERCENT, _PER_THOUSAND = Fraction(1, 100), Fraction(1, 1000)

KINDS: dict[str, dict[str, Fraction]] = {
    "rate": {"kb/s": Fraction(1), "Mb/s": Fraction(10**3), "Gb/s": Fraction(10**6), "Tb/s": Fraction(10**9)},
    "size": {"MB": Fraction(10**6), "GB": Fraction(10**9), "TB": Fraction(10**12), "PB": Fraction(10**15)},
    "time": {"min": Fraction(60_000), "h": Fraction(3_600_000)},
    "share": {"share": Fraction(1), "%": _PERCENT},
    "count": {"whole": Fraction(1)},
    "number": {"number": Fraction(1)},
    "period": {"months": Fraction(1), "years": Fraction(12)},
    "power": {"W": Fraction(1), "kW": Fraction(1000)},
    "price": {"USD": Fraction(1)},
    "price of traffic": {"USD/GB": Fraction(1), "USD/TB": _PER_THOUSAND},
    "price of energy": {"USD/kWh": Fraction(1)},
    "price of space": {"USD/kW": Fraction(1)},
    "price of transit": {"USD/Mb/s": Fraction(1), "USD/Gb/s": _PER_THOUSAND},
}
"""What is measured, by its units: how many base units one of them is. Base units: kb/s, byte, millisecond, month, watt,
US dollar."""

BARE_UNITS = ("whole", "share", "number")
"""Units that nobody writes."""

KIND_OF_UNIT = {unit: kind for kind, units in KINDS.items() for unit in units}

# Bounded in digits and exponent, and so in the time and space that it takes.
_FIGURE = re.compile(r"([+-]?\d[\d_]{0,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,2})?)\s*([A-Za-z%][^\s]{0,19})?")


def quantity(text: str, *, unit: str, where: str) -> Fraction:
    """The figure in the base unit of its kind; `unit` is that of a number without one.

    Raises: SettingsInvalid, which begins with `where` and says what to write instead.
    """
    kind = KIND_OF_UNIT[unit]
    found = _FIGURE.fullmatch(text.strip())
    if found is None:
        raise SettingsInvalid(f"{where}: {text[:40]!r} is no figure. Write {_example(unit)}.")
    named = found[2] or unit
    if named not in KINDS[kind]:
        other = KIND_OF_UNIT.get(named)
        fault = f"a {kind} is wanted, and {text!r} is a {other}" if other else f"{named!r} is no unit of a {kind}"
        raise SettingsInvalid(f"{where}: {fault}. Write {_example(unit)}.")
    return Fraction(found[1]) * KINDS[kind][named]


def rate(kbps: float) -> str:
    """`1 Tb/s`, `462 Gb/s`: three digits that matter."""
    return _scaled(kbps, KINDS["rate"])


def size(size_bytes: float) -> str:
    """`2 TB`, `100 GB`."""
    return _scaled(size_bytes, KINDS["size"])


def share(ratio: float | Fraction) -> str:
    """`15 %`."""
    return f"{digits(float(ratio) * 100)} %"


def usd(amount: float) -> str:
    """`2,102,400 USD`."""
    return f"{amount:,.0f} USD"


def digits(number: float) -> str:
    """Three digits that matter, without zeros at the end; above a thousand all digits, in groups."""
    if abs(number) >= 99.95:
        return f"{number:,.0f}"
    decimals = 1 if abs(number) >= 9.995 else 2
    return f"{number:.{decimals}f}".rstrip("0").rstrip(".")


def _scaled(number: float, units: dict[str, Fraction]) -> str:
    # What would be rounded up to a thousand of its unit is one of the next.
    fitting = [unit for unit, each in units.items() if number >= float(each) * 0.9995]
    unit = fitting[-1] if fitting else next(iter(units))
    return f"{digits(number / float(units[unit]))} {unit}"


def _example(unit: str) -> str:
    match unit:
        case "whole":
            return "a whole number such as 500"
        case "number":
            return "a number such as 0.8"
        case "share":
            return "a share such as 0.1 or '10 %'"
        case _:
            return f"a number of {unit}, or a number with its unit: {', '.join(KINDS[KIND_OF_UNIT[unit]])}"
