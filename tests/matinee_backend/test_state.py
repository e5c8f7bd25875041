"""The state folder: small files, whole and private."""

from pathlib import Path

import pytest

from matinee.errors import SettingsInvalid
from matinee_backend.state import StateFolder


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
