"""What a plan comes to, in sentences."""

import pytest

from matinee_edge.planning.findings import findings
from matinee_edge.planning.inputs import figures_of
from matinee_edge.planning.plan import region_plan
from tests.support.regions import given, region


def told(**figures: str) -> str:
    return "\n".join(findings(region_plan(region(**figures)), figures_of(given(**figures))))


def test_every_finding_is_a_sentence() -> None:
    for sentence in told(growth="0.2").splitlines():
        assert sentence[0].isupper() or sentence[0].isdigit()
        assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({}, "200,000 streams at once are 1 Tb/s: 13 appliances of 80 Gb/s carry it, 15 with 15 % of headroom."),
        ({}, "With 1 of 15 away at the peak, the others are loaded to 89.3 %."),
        ({"subscribers": "2e5"}, "With 1 of 3 away at the peak, the others are loaded to 62.5 %. The failure decides"),
        ({"failures": "0"}, "No failure is planned for"),
        ({"growth": "20 %"}, "At 20 % a year 15 are enough for less than a year; year 4 asks for 30."),
        ({"growth": "1 %"}, "At 1 % a year 15 are enough up to year 4; year 4 asks for 15."),
        ({}, "2 TB hold the top 500 of 6,000 titles, which answer 53.6 % of the bytes; 95 % would take 19.3 TB."),
        ({"shelf_tb": "20"}, "20 TB hold the top 5,000 of 6,000 titles, which answer 95.8 % of the bytes."),
        (
            {},
            "the exchange sends 464 Gb/s of misses, with 7 appliances of its own; the origin sends nothing.",
        ),
        ({"exchange_tb": "4"}, "it holds 23.1 % of what it is asked for, 357 Gb/s come from the origin."),
        ({"shelf_tb": "24"}, "Nothing is missed: the exchange serves only fills."),
        (
            {},
            "100 GB of fill a night take 55.6 Mb/s for the whole window, within the limit of 1.2 Gb/s; the",
        ),
        ({"fill_gbps": "0.01"}, "more than the limit of 10 Mb/s: widen the window, raise the limit, or place less."),
        ({}, "they would cost the same at 0.0011 USD/GB. Own ones are cheaper from 20.8 Gb/s at the peak on."),
        ({"cdn_usd_per_gb": "0.0001"}, "no traffic makes own ones cheaper for good."),
        ({}, "The price of the CDN sways that most: 43.1 Gb/s at half of it, 10.3 Gb/s at double."),
        ({"cdn_usd_per_gb": "0.0009"}, "The price of the CDN sways that most: nowhere at half of it"),
        ({}, "Of 28 figures 3 are yours, 5 have a source, 20 are assumed: replace them."),
    ],
)
def test_a_finding_says_what_was_planned(figures: dict[str, str], said: str) -> None:
    assert said in told(**figures)
