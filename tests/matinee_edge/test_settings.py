"""Settings go to another process and come back as they were."""

from pathlib import Path

import msgspec
import pytest

from matinee_edge.settings import EdgeSettings, read_settings, write_settings

SETTINGS = EdgeSettings(
    name="isp-a",
    kind="isp",
    shelf=Path("/srv/shelf"),
    trust=Path("trust.json"),
    subnets=("10.0.0.0/8",),
    tls_certificate=Path("certificate.pem"),
    workers=4,
)


def test_what_was_written_is_read_as_it_was() -> None:
    assert read_settings(write_settings(SETTINGS)) == SETTINGS


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="colour"):
        read_settings(write_settings(SETTINGS)[:-1] + b',"colour":"red"}')
