"""What a person may say of a region: defaults, ranges, and where every figure is from."""

from fractions import Fraction

import msgspec
import pytest

from matinee.errors import SettingsInvalid
from matinee_edge.planning.inputs import INPUTS, figures_of, region_of
from matinee_edge.planning.region import Region
from tests.support.regions import given, region


def test_every_figure_of_a_region_can_be_given_and_only_those() -> None:
    assert [it.field for it in INPUTS] == [field.name for field in msgspec.structs.fields(Region)]
    assert len({it.option for it in INPUTS}) == len(INPUTS)


def test_every_default_says_where_it_is_from() -> None:
    assert [it.option for it in INPUTS if it.default is not None and not it.source] == []


def test_figures_are_exact_in_base_units() -> None:
    made = region(mbps="5", headroom="15 %", shelf_tb="500 GB", title_gb="4,1,12", window_hours="90 min")
    assert (made.bitrate_kbps, made.headroom, made.shelf_bytes) == (5_000, Fraction(15, 100), 5 * 10**11)
    assert made.title_bytes == (4 * 10**9, 10**9, 12 * 10**9)
    assert made.window_ms == 5_400_000


def test_an_exchange_may_hold_all_of_the_catalog_or_a_size() -> None:
    assert region(exchange_tb="all").exchange_bytes is None
    assert region(exchange_tb="4 TB").exchange_bytes == 4 * 10**12


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("subscribers", "0", "--subscribers: '0' is out of range. Write 1 to 1e10."),
        ("subscribers", "2.5", "--subscribers: '2.5' is not whole."),
        ("concurrency", "110 %", "--concurrency: '110 %' is out of range. Write 0.000001 to 1."),
        ("appliance_gbps", "0", "--appliance-gbps: '0' is out of range. Write 0.1 to 10000 Gb/s."),
        ("headroom", "-1", "--headroom: '-1' is out of range."),
        ("title_gb", "4,", "--title-gb: '' is no figure."),
        ("title_gb", ",".join("4" * 17), "--title-gb takes 16 sizes at most, not 17."),
    ],
)
def test_a_figure_out_of_range_is_refused_with_its_range(key: str, text: str, said: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        region(**{key: text})
    assert said in str(refused.value)


def test_what_must_be_given_is_named_with_its_region() -> None:
    with pytest.raises(SettingsInvalid, match=r"The region 'north' lacks a figure\. Give"):
        region_of({}, name="north")


def test_a_figure_is_given_or_sourced_or_assumed() -> None:
    figures = {it.option: it for it in figures_of(given(alpha="0.9"))}
    assert figures["--alpha"].is_given
    assert figures["--headroom"].is_assumed
    assert not figures["--pue"].is_given
    assert not figures["--pue"].is_assumed
    assert (figures["--shelf-tb"].text, figures["--shelf-tb"].unit) == ("2", "TB")
