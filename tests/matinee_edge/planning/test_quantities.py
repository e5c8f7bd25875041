"""Figures with units: what is read, what is refused and how, and how they are written."""

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import SettingsInvalid
from matinee_edge.planning.quantities import digits, quantity, rate, share, size, usd


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("5", "Mb/s", 5_000),
        ("0.08 Tb/s", "Gb/s", 80_000_000),
        ("2TB", "GB", 2 * 10**12),
        ("2_000_000", "whole", 2_000_000),
        ("2e6", "whole", 2_000_000),
        (" 15 % ", "share", Fraction(15, 100)),
        ("0.1", "share", Fraction(1, 10)),
        ("4 years", "months", 48),
        ("20 USD/TB", "USD/GB", Fraction(1, 50)),
    ],
)
def test_a_figure_is_read_exactly_in_its_base_unit(text: str, unit: str, expected: Fraction) -> None:
    assert quantity(text, unit=unit, where="here") == expected


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("2 Gb/s", "TB", "a size is wanted, and '2 Gb/s' is a rate. Write a number of TB"),
        ("5 Mbit", "Mb/s", "'Mbit' is no unit of a rate"),
        ("lots", "TB", "'lots' is no figure"),
        ("nan", "number", "Write a number such as 0.8"),
        ("1e999999999", "whole", "is no unit of a count"),
        ("9" * 60, "whole", "is no figure. Write a whole number such as 500."),
        ("", "share", "Write a share such as 0.1 or '10 %'"),
    ],
)
def test_what_is_no_such_figure_is_refused_with_what_to_write(text: str, unit: str, said: str) -> None:
    with pytest.raises(SettingsInvalid, match=r"plan\.toml, line 7") as refused:
        quantity(text, unit=unit, where="plan.toml, line 7")
    assert said in str(refused.value)


@given(st.text(max_size=80))
def test_any_text_is_a_figure_or_refused(text: str) -> None:
    with suppress(SettingsInvalid):
        assert quantity(text, unit="share", where="here") == quantity(f"  {text}", unit="share", where="here")


@pytest.mark.parametrize(
    ("kbps", "written"),
    [(10**9, "1 Tb/s"), (463_774_815, "464 Gb/s"), (999_999, "1 Gb/s"), (55_556, "55.6 Mb/s"), (0, "0 kb/s")],
)
def test_a_rate_is_written_with_three_digits_that_matter(kbps: int, written: str) -> None:
    assert rate(kbps) == written


def test_sizes_shares_and_money_are_written_as_people_do() -> None:
    assert [size(2 * 10**12), size(10**11), share(Fraction(3, 20)), usd(2_627_999.9), digits(0.004)] == [
        *("2 TB", "100 GB", "15 %", "2,628,000 USD", "0")
    ]
