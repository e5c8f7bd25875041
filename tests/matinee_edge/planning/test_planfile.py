"""A plan file: what its regions are made of, and the line of every mistake."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import SettingsInvalid
from matinee_edge.planning.planfile import MOST_BYTES, MOST_REGIONS, regions_in

FILE = """\
# for every region
alpha = 0.9
mbps = "5 Mb/s"

[regions.north]
subscribers = 2_000_000
shelf_tb = 8

[ regions."south" ]  # the small one
subscribers = 2e5
mbps = 4
title_gb = [4, 1, 12]
"""


def test_a_region_has_its_own_figures_and_those_of_the_top() -> None:
    regions = regions_in(FILE, name="plan.toml")
    texts = {name: {key: it.text for key, it in figures.items()} for name, figures in regions.items()}
    assert texts == {
        "north": {"alpha": "0.9", "mbps": "5 Mb/s", "subscribers": "2000000", "shelf_tb": "8"},
        "south": {"alpha": "0.9", "mbps": "4", "subscribers": "2e5", "title_gb": "4,1,12"},
    }


def test_a_figure_knows_its_line() -> None:
    regions = regions_in(FILE, name="plan.toml")
    assert regions["south"]["mbps"].where == "plan.toml, line 11: mbps"
    assert regions["north"]["mbps"].where == "plan.toml, line 3: mbps"
    assert regions["south"]["subscribers"].where == "plan.toml, line 10: subscribers"


def test_a_figure_in_an_inline_table_has_the_line_that_speaks_of_it() -> None:
    regions = regions_in("alpha = 1\n\nregions = { north = { subscribers = 5 } }\n", name="plan.toml")
    assert regions["north"]["subscribers"].where == "plan.toml, line 3: subscribers"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("shelf_tb", "shelf_gb", "plan.toml, line 7: shelf_gb is no figure of a region. Did you mean shelf_tb?"),
        ("shelf_tb = 8", "color = 8", "plan.toml, line 7: color is no figure of a region. There are: subscribers,"),
        ("= 2e5", "= true", "plan.toml, line 10: subscribers takes a number, or a text with a unit"),
        ("= 2e5", "= []", "plan.toml, line 10: subscribers takes a number, or a text with a unit"),
        ("= 2e5", "= [[1]]", "plan.toml, line 10: subscribers takes a number, or a text with a unit"),
        ("= 2e5", "= 1979-05-27", "plan.toml, line 10: subscribers takes a number, or a text with a unit"),
        ("= 2e5", "=", "plan.toml is no TOML: Invalid value (at line 10"),
        ('[ regions."south" ]', "[south]", "plan.toml, line 9: south is no figure of a region"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_to_write(before: str, after: str, said: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        regions_in(FILE.replace(before, after), name="plan.toml")
    assert said in str(refused.value)


@pytest.mark.parametrize("text", ["", "alpha = 1", "regions = 3", "[regions]"])
def test_a_file_without_regions_is_told_how_to_name_one(text: str) -> None:
    with pytest.raises(SettingsInvalid, match=r"Write a table \[regions.NAME\] for each"):
        regions_in(text, name="plan.toml")


def test_a_region_that_is_no_table_is_refused() -> None:
    with pytest.raises(SettingsInvalid, match=r"line 2: north is no table. Write \[regions.north\]"):
        regions_in("[regions]\nnorth = 3\n", name="plan.toml")


def test_a_file_is_bounded_in_size_regions_and_depth() -> None:
    too_many = "".join(f"[regions.r{number}]\n" for number in range(MOST_REGIONS + 1))
    for hostile in ("#" * (MOST_BYTES + 1), too_many, f"alpha = {'[' * 100_000}"):
        with pytest.raises(SettingsInvalid):
            regions_in(hostile, name="plan.toml")


@given(st.text(max_size=60))
def test_any_text_is_a_plan_or_refused(text: str) -> None:
    with pytest.raises(SettingsInvalid):
        regions_in(text, name="plan.toml")
