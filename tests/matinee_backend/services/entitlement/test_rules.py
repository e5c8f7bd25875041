"""Who may play what, and when."""

from typing import Any

import pytest

from matinee.errors import NotEntitled
from matinee_backend.records import StreamLease
from matinee_backend.services.entitlement.rules import (
    STREAMS_BY_PLAN,
    check_entitled,
    is_playable,
    is_shown,
    streams_allowed,
    streams_in_use,
    too_many,
)
from tests.support.control_plane import account_of, catalog_title, device_of

ADA = account_of(password_hash="")


def test_a_title_without_bounds_is_for_every_active_account() -> None:
    check_entitled(ADA, catalog_title(), wall_ms=0)
    assert is_playable(ADA, catalog_title(), wall_ms=0)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"countries": ("FR", "DE")}, "country"),
        ({"available_from_wall_ms": 1_001}, "not-yet"),
        ({"available_until_wall_ms": 1_000}, "no-longer"),
    ],
)
def test_a_title_out_of_country_or_window_is_refused_with_its_reason(facts: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotEntitled) as refused:
        check_entitled(ADA, catalog_title(**facts), wall_ms=1_000)
    assert refused.value.facts["reason"] == reason
    assert not is_playable(ADA, catalog_title(**facts), wall_ms=1_000)


def test_the_window_is_open_from_its_first_millisecond_to_before_its_end() -> None:
    title = catalog_title(available_from_wall_ms=1_000, available_until_wall_ms=1_001, countries=("US",))
    check_entitled(ADA, title, wall_ms=1_000)


def test_an_account_that_is_not_active_plays_nothing() -> None:
    with pytest.raises(NotEntitled) as refused:
        check_entitled(account_of(password_hash="", is_active=False), catalog_title(), wall_ms=0)
    assert refused.value.facts["reason"] == "account"


def test_a_title_is_shown_where_it_is_offered() -> None:
    assert is_shown(catalog_title(countries=("US",)), country="US")
    assert not is_shown(catalog_title(countries=("FR",)), country="US")


def test_the_plan_bounds_the_streams_and_an_unknown_plan_has_one() -> None:
    assert {plan: streams_allowed(account_of(password_hash="", plan=plan)) for plan in STREAMS_BY_PLAN} == dict(
        STREAMS_BY_PLAN
    )
    assert streams_allowed(account_of(password_hash="", plan="of tomorrow")) == 1


def test_the_refusal_names_the_devices_in_the_way() -> None:
    leases = tuple(
        StreamLease(account_id="a", session_id=f"s{n}", device_id=f"d{n}", title_id="t", expires_wall_ms=9)
        for n in range(2)
    )
    in_use = streams_in_use(ADA, leases, (device_of("d0", name="Television"),))
    assert [stream.device_name for stream in in_use.streams] == ["Television", ""]
    refusal = too_many(ADA, in_use)
    assert refusal.facts["devices"] == ["Television", "d1"]
    assert refusal.facts["allowed"] == 4
