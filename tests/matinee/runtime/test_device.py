"""What a device keeps: its key and logins, for its owner alone."""

import stat
from pathlib import Path

import pytest

from matinee.errors import SettingsInvalid
from matinee.runtime.device import Device
from matinee.wire.auth import Login

LOGIN = Login(access_token="token", expires_wall_ms=1, account_id="a", device_id="d", profiles=(), service_keys={})


def test_key_and_login_are_there_after_a_restart(tmp_path: Path) -> None:
    device = Device(tmp_path / "deep" / "device.json")
    device.keep("http://service", LOGIN)
    again = Device(tmp_path / "deep" / "device.json")
    assert again.key.public == device.key.public
    assert again.login_at("http://service") == LOGIN
    assert again.login_at("http://another") is None


def test_nobody_but_its_owner_reads_the_file(tmp_path: Path) -> None:
    Device(tmp_path / "device.json").keep("http://service", LOGIN)
    assert stat.S_IMODE((tmp_path / "device.json").stat().st_mode) == 0o600


def test_a_forgotten_login_is_gone_and_the_key_stays(tmp_path: Path) -> None:
    device = Device(tmp_path / "device.json")
    device.keep("http://service", LOGIN)
    device.forget("http://service")
    again = Device(tmp_path / "device.json")
    assert again.login_at("http://service") is None
    assert again.key.public == device.key.public


def test_a_garbage_file_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "device.json"
    path.write_text("{")
    with pytest.raises(SettingsInvalid, match=r"device\.json"):
        Device(path)
    assert path.read_text() == "{"


def test_without_a_file_every_device_is_a_new_one() -> None:
    assert Device().key.public != Device().key.public
