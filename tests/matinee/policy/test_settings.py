"""Every knob of a player."""

import pytest

from matinee.errors import SettingsInvalid
from matinee.policy.settings import AbrSettings, PlayerSettings, settings_from


def test_what_is_not_said_stays_as_we_would_choose() -> None:
    assert settings_from({"abr": {"highest_kbps": 750}}) == PlayerSettings(abr=AbrSettings(highest_kbps=750))


@pytest.mark.parametrize(
    ("values", "knob"),
    [
        ({"buffer": {}}, "buffer"),
        ({"abr": {"polici": "hybrid"}}, r"polici.*\$\.abr"),
        ({"abr": {"policy": "prophecy"}}, r"\$\.abr\.policy"),
        ({"abr": {"safety_percent": 101}}, r"\$\.abr\.safety_percent"),
        ({"retry": {"cap_ms": 0}}, r"\$\.retry\.cap_ms"),
        ({"failover": {"silence_least_ms": "1 s"}}, r"\$\.failover\.silence_least_ms"),
    ],
)
def test_an_invalid_setting_is_named(values: object, knob: str) -> None:
    with pytest.raises(SettingsInvalid, match=knob):
        settings_from(values)
