"""Every knob of a player."""

import pytest

from matinee.errors import SettingsInvalid
from matinee.policy.settings import AbrSettings, BufferingSettings, PlayerSettings, non_default, settings_from


def test_what_is_not_said_stays_as_we_would_choose() -> None:
    assert settings_from({"abr": {"highest_kbps": 750}}) == PlayerSettings(abr=AbrSettings(highest_kbps=750))


@pytest.mark.parametrize(
    ("values", "knob"),
    [
        ({"bufering": {}}, r"no bufering; the nearest known name is buffering\."),
        ({"abr": {"polici": "hybrid"}}, r"no abr\.polici; the nearest known name is abr\.policy\."),
        ({"retry.first": 1}, r"no retry\.first; the nearest known name is retry\.first_ms\."),
        ({"zzz": 1}, "no zzz"),
        ({"abr": "hybrid"}, "abr holds knobs"),
        ({"decode.video": True}, "decode"),
        ({"abr": {"policy": "prophecy"}}, r"\$\.abr\.policy"),
        ({"abr": {"safety_percent": 101}}, r"\$\.abr\.safety_percent"),
        ({"retry": {"cap_ms": 0}}, r"\$\.retry\.cap_ms"),
        ({"failover": {"silence_least_ms": "1 s"}}, r"\$\.failover\.silence_least_ms"),
    ],
)
def test_an_invalid_setting_is_named(values: dict[str, object], knob: str) -> None:
    with pytest.raises(SettingsInvalid, match=knob):
        settings_from(values)


def test_settings_are_laid_over_others_knob_by_knob() -> None:
    mine = PlayerSettings(abr=AbrSettings(policy="bola", highest_kbps=750), text_language="en")
    told = {"abr": {"highest_kbps": 900}, "buffering": {"full_ms": 10_000}}
    assert settings_from(told, onto=mine) == PlayerSettings(
        abr=AbrSettings(policy="bola", highest_kbps=900),
        buffering=BufferingSettings(full_ms=10_000),
        text_language="en",
    )


def test_a_dotted_name_says_the_same_as_a_nested_one() -> None:
    assert settings_from({"abr.highest_kbps": 750}) == settings_from({"abr": {"highest_kbps": 750}})


def test_what_is_not_the_default_is_listed_and_can_be_read_back() -> None:
    mine = PlayerSettings(abr=AbrSettings(highest_kbps=750), decode=False)
    listed = non_default(mine)
    assert listed == {"abr.highest_kbps": 750, "decode": False}
    assert settings_from(listed) == mine
    assert non_default(PlayerSettings()) == {}
