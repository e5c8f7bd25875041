"""Whose profile it is."""

from collections.abc import Mapping

from matinee.errors import RequestInvalid
from matinee.wire.auth import Profile


def listed(profiles: Mapping[str, str]) -> tuple[Profile, ...]:
    """The account's profiles as they travel, oldest first."""
    return tuple(Profile(profile_id=profile_id, name=name) for profile_id, name in profiles.items())


def check_profile(profile_id: str, *, profiles: Mapping[str, str]) -> None:
    """Raises RequestInvalid for a profile that is not one of the account's own `profiles`."""
    if profile_id not in profiles:
        raise RequestInvalid("The account has no such profile.", profile_id=profile_id)
