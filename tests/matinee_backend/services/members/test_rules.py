"""Whose profile it is."""

import pytest

from matinee.errors import RequestInvalid
from matinee.wire.auth import Profile
from matinee_backend.services.members.rules import check_profile, listed


def test_profiles_travel_in_their_order() -> None:
    assert listed({"b": "Bob", "a": "Ada"}) == (
        Profile(profile_id="b", name="Bob"),
        Profile(profile_id="a", name="Ada"),
    )


def test_an_accounts_own_profile_passes_and_no_other() -> None:
    check_profile("a", profiles={"a": "Ada"})
    with pytest.raises(RequestInvalid, match="no such profile"):
        check_profile("b", profiles={"a": "Ada"})
