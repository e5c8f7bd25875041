"""The state folder: small files, whole and private."""

import stat
from pathlib import Path

import pytest

from matinee.errors import SettingsInvalid
from matinee_backend.state import StateFolder, write_whole


def test_a_file_is_written_whole_and_with_its_mode_over_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    (tmp_path / "secret.draft").write_text("left by a crash")
    for content in (b"one", b"two"):
        write_whole(path, content, mode=0o600)
        assert path.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]


def test_a_folder_that_was_not_prepared_is_said_so(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    for read in (state.master_key, state.signing_key, state.public_keys):
        with pytest.raises(SettingsInvalid, match="init"):
            read()


def test_a_garbled_key_is_said_so(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    state.secrets.mkdir()
    state.signing_key_file.write_bytes(b"short")
    with pytest.raises(SettingsInvalid, match="Ed25519"):
        state.signing_key()


@pytest.mark.parametrize("text", ["[]", "{", '{"id": "AAAA"}', '{"id": 1}'])
def test_trust_that_holds_no_keys_is_said_so(tmp_path: Path, text: str) -> None:
    state = StateFolder(tmp_path)
    state.trust_file.write_text(text)
    with pytest.raises(SettingsInvalid, match="public keys"):
        state.public_keys()
