"""Settings: parsed once, whole, or refused in one line."""

from pathlib import Path

import pytest

from matinee.errors import SettingsInvalid
from matinee_backend.settings import Settings, chosen, read_settings


def test_without_a_file_the_defaults_hold() -> None:
    assert read_settings(None) == Settings()


def test_a_file_changes_what_it_names_and_the_command_line_comes_last(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[streams]\nlease_ms = 5\n[gateway]\npublic_url = "http://file.example"\n')
    settings = read_settings(file, public_url="http://argv.example/")
    assert settings.streams.lease_ms == 5
    assert settings.gateway.public_url == "http://argv.example"
    assert settings.license == Settings().license


@pytest.mark.parametrize(
    "text", ["[streams]\nlease = 5", "[nonsense]", "[streams]\nlease_ms = 0", '[streams]\nlease_ms = "5"', "not toml"]
)
def test_what_is_unknown_or_out_of_range_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(SettingsInvalid, match=r"settings\.toml"):
        read_settings(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="cannot be read"):
        read_settings(tmp_path / "nothing.toml")


def test_services_are_chosen_by_name_in_their_own_order() -> None:
    assert chosen("", among=("a", "b", "c")) == ("a", "b", "c")
    assert chosen("c, a", among=("a", "b", "c")) == ("a", "c")
    with pytest.raises(SettingsInvalid, match="no service d"):
        chosen("d", among=("a", "b", "c"))
