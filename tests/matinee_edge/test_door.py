"""A door has the bounds and the certificate that the settings name."""

from pathlib import Path

import pytest

from matinee.clock import SystemClock
from matinee.errors import SettingsInvalid
from matinee_edge.appliance import Appliance
from matinee_edge.door import door
from matinee_edge.front.server import Front
from matinee_edge.settings import EdgeSettings
from matinee_edge.tally import Tally
from tests.support.edge import Issuer, origin_settings
from tests.support.fronts import echo


def door_of(settings: EdgeSettings, *, is_private: bool = False) -> Front:
    clock = SystemClock()
    hits = Appliance(settings, url="", clock=clock, draw=lambda: 0).hits
    return door(echo, hits, settings=settings, tally=Tally(), clock=clock, is_private=is_private)


async def test_the_bounds_are_those_of_the_settings(tmp_path: Path) -> None:
    settings = origin_settings(tmp_path / "media", Issuer(tmp_path), max_connections=7, write_deadline_ms=11)
    bounds = door_of(settings).bounds
    assert (bounds.max_connections, bounds.write_deadline_ms) == (7, 11)
    assert (bounds.idle_deadline_ms, bounds.max_head_bytes) == (settings.idle_deadline_ms, settings.max_head_bytes)


async def test_a_certificate_is_needed_only_where_tls_is_spoken(tmp_path: Path) -> None:
    absent = tmp_path / "absent.pem"
    settings = origin_settings(tmp_path / "media", Issuer(tmp_path), tls_certificate=absent, tls_key=absent)
    with pytest.raises(SettingsInvalid, match=r"absent\.pem"):
        door_of(settings)
    door_of(settings, is_private=True)


async def test_a_private_door_logs_nothing_twice(tmp_path: Path) -> None:
    settings = origin_settings(tmp_path / "media", Issuer(tmp_path), access_log=True)
    assert door_of(settings).is_logging
    assert not door_of(settings, is_private=True).is_logging
