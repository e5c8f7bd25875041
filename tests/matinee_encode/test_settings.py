"""How a title is to be made, checked at the door."""

from pathlib import Path

import pytest

from matinee.errors import SettingsInvalid
from matinee_encode.settings import settings_for, slug


def test_a_title_id_is_made_of_the_name() -> None:
    assert slug("  Amélie: Le Fabuleux Destin! ") == "amelie-le-fabuleux-destin"
    assert settings_for(name="Big Buck Bunny", state=Path(), workers=1).title_id == "big-buck-bunny"


@pytest.mark.parametrize(
    ("name", "title_id", "workers"), [("", "a", 1), ("映画", "", 1), ("A", "../a", 1), ("A", "a", 0), ("A", "a", 1000)]
)
def test_settings_out_of_range_are_refused_by_name(name: str, title_id: str, workers: int) -> None:
    with pytest.raises(SettingsInvalid):
        settings_for(name=name, title_id=title_id, state=Path(), workers=workers)


def test_unknown_settings_are_refused() -> None:
    with pytest.raises(SettingsInvalid, match="bitrate"):
        settings_for(name="A", state=Path(), workers=1, bitrate=3)
