"""A plan as text."""

import pytest

from matinee_edge.planning.inputs import INPUTS, figures_of
from matinee_edge.planning.plan import plan_of
from matinee_edge.planning.report import COLUMNS, report
from tests.support.regions import given, region


def text_of(**figures: str) -> str:
    return report(plan_of({"region": region(**figures)}), {"region": figures_of(given(**figures))})


def many() -> str:
    regions = {"north": given(), "south": given(subscribers="2e5")}
    return report(
        plan_of({"north": region(), "south": region(subscribers="2e5")}),
        {name: figures_of(figures) for name, figures in regions.items()},
    )


@pytest.mark.parametrize(
    "text",
    [
        text_of(),
        text_of(growth="40 %", years="10", subscribers="1e9", mbps="25"),
        text_of(title_gb="4,1,12", exchange_tb="1", fill_gbps="0.001", cdn_usd_per_gb="0"),
        text_of(subscribers="1"),
        many(),
    ],
    ids=["roll-out", "huge", "odd", "tiny", "regions"],
)
def test_it_fits_a_terminal(text: str) -> None:
    assert [line for line in text.splitlines() if len(line) > COLUMNS or line != line.rstrip()] == []


def test_it_names_every_figure_with_its_source() -> None:
    lines = " ".join(text_of().split())
    assert [it.option for it in INPUTS if f"{it.option} " not in lines] == []
    assert "--mbps 5 Mb/s: of a stream; given" in lines
    assert "--pue 1.58: drawn for each watt; Uptime Institute, 2023" in lines
    assert "--headroom 15 %: above the peak; assumed" in lines


def test_no_line_ends_between_a_number_and_its_unit() -> None:
    assert [line for line in text_of().splitlines() if line.lstrip().startswith(("% ", "Gb/s", "TB ", "USD"))] == []


def test_the_planned_shelf_is_marked_even_if_it_is_larger_than_the_catalog() -> None:
    [line] = [line for line in text_of(shelf_tb="100").splitlines() if "◄" in line]
    assert line.split()[:5] == ["24", "TB", "6,000", "100", "%"]


def test_of_several_regions_it_has_a_line_each_and_one_for_all() -> None:
    table = many().split("\n\n")[0].splitlines()
    assert [line.split()[0] for line in table[2:]] == ["north", "south", "all"]
    assert "220,000" in table[-1]
