"""Tokens in files."""

from pathlib import Path

import pytest

from matinee.errors import SettingsInvalid
from matinee_edge.tokenfile import read_token


def test_a_token_renewed_in_place_is_seen_at_the_next_use(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("one\n")
    assert read_token(path) == "one"
    path.write_text("two")
    assert read_token(path) == "two"


@pytest.mark.parametrize("content", [None, b"", b"  \n", b"\xff\xfe"])
def test_a_file_without_a_token_is_a_setting_to_correct(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsInvalid, match="token"):
        read_token(path)
