"""Rules meet the requests that they speak of, and no others."""

import pytest

from matinee.testing.faults import Refused, Rule


@pytest.mark.parametrize(
    ("rule", "is_concerned"),
    [
        (Rule(fault=Refused()), True),
        (Rule(fault=Refused(), host="isp-*"), True),
        (Rule(fault=Refused(), host="exchange"), False),
        (Rule(fault=Refused(), path="*.m4s"), True),
        (Rule(fault=Refused(), path="/video/*"), True),
        (Rule(fault=Refused(), path="/audio/*"), False),
        (Rule(fault=Refused(), from_ms=5_000), True),
        (Rule(fault=Refused(), from_ms=5_001), False),
        (Rule(fault=Refused(), until_ms=5_001), True),
        (Rule(fault=Refused(), until_ms=5_000), False),
    ],
)
def test_a_rule_concerns_what_matches_it(rule: Rule, is_concerned: bool) -> None:
    assert rule.concerns(host="isp-a", path="/video/0/1.m4s", now_ms=5_000) is is_concerned


def test_a_rule_meets_all_it_concerns_unless_told_how_many() -> None:
    assert met_by(Rule(fault=Refused())) == [0, 1, 2, 3, 4]
    assert met_by(Rule(fault=Refused(), most=2)) == [0, 1]
    assert met_by(Rule(fault=Refused(), spared=3)) == [3, 4]
    assert met_by(Rule(fault=Refused(), spared=2, most=1)) == [2]


def met_by(rule: Rule) -> list[int]:
    return [before for before in range(5) if rule.meets(before)]
