"""Content keys at rest."""

from pathlib import Path

import msgspec
import pytest

from matinee.crypto.sealing import content_key_context, unseal
from matinee.errors import SettingsInvalid
from matinee.wire.title import SealedKeys
from matinee_encode.vault import forget_others, fresh_content_key, keep_sealed, master_key, sealed


def kept(state: Path) -> SealedKeys:
    return msgspec.json.decode((state / "keys" / "t.json").read_bytes(), type=SealedKeys)


def test_the_master_key_is_made_once_and_for_the_operator_alone(tmp_path: Path) -> None:
    key = master_key(tmp_path)
    assert master_key(tmp_path) == key
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "secrets" / "master.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["master.key"]


def test_a_file_that_is_no_master_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "master.key").write_bytes(b"short")
    with pytest.raises(SettingsInvalid, match="5 bytes"):
        master_key(tmp_path)


def test_a_sealed_key_opens_for_its_title_under_the_master_key(tmp_path: Path) -> None:
    master, key = master_key(tmp_path), fresh_content_key()
    entry = sealed(key, title_id="t", master=master).keys[0]
    context = content_key_context(title_id="t", key_id=entry.key_id)
    assert unseal(entry.sealed, key=master, context=context) == key.secret
    assert len(key.secret) == 16


def test_a_content_key_does_not_print() -> None:
    key = fresh_content_key()
    assert key.secret.hex() not in repr(key)
    assert repr(key.secret) not in repr(key)


def test_earlier_keys_stay_until_they_are_forgotten(tmp_path: Path) -> None:
    master = master_key(tmp_path)
    old, new = (sealed(fresh_content_key(), title_id="t", master=master) for _ in range(2))
    keep_sealed(tmp_path, old)
    keep_sealed(tmp_path, new)
    assert kept(tmp_path).keys == new.keys + old.keys
    forget_others(tmp_path, new)
    assert kept(tmp_path) == new
    assert (tmp_path / "keys" / "t.json").stat().st_mode & 0o777 == 0o600
