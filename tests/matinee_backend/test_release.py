"""Saying when a title comes out."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from matinee.errors import RequestInvalid, SettingsInvalid, TitleUnknown
from matinee.wire.title import MediaFile, TitleIndex
from matinee_backend.release import set_release, wall_ms_of
from matinee_backend.state import StateFolder


def state_with(root: Path, **facts: Any) -> StateFolder:
    state = StateFolder(root)
    (state.media / "heat").mkdir(parents=True)
    file = MediaFile(path="manifest.mpd", size_bytes=1, sha256="ab" * 32)
    index = TitleIndex(title_id="heat", name="Heat", duration_ms=1, ladder=(), files=(file,), **facts)
    (state.media / "heat/title.json").write_bytes(msgspec.json.encode(index))
    return state


def test_the_index_says_it_and_keeps_the_rest(tmp_path: Path) -> None:
    state = state_with(tmp_path)
    said = set_release(state, "heat", wall_ms=7_000)
    kept = msgspec.json.decode((state.media / "heat/title.json").read_bytes(), type=TitleIndex)
    assert kept == said
    assert (kept.available_from_wall_ms, len(kept.files)) == (7_000, 1)


@pytest.mark.parametrize("title_id", ["ronin", "../heat", ""])
def test_a_title_that_is_not_there_is_unknown(tmp_path: Path, title_id: str) -> None:
    with pytest.raises(TitleUnknown):
        set_release(state_with(tmp_path), title_id, wall_ms=7_000)


def test_a_title_does_not_come_out_after_its_end(tmp_path: Path) -> None:
    with pytest.raises(RequestInvalid):
        set_release(state_with(tmp_path, available_until_wall_ms=7_000), "heat", wall_ms=7_000)


def test_a_moment_is_read_with_its_offset() -> None:
    assert wall_ms_of("2026-12-24T18:00+01:00") == wall_ms_of("2026-12-24T17:00:00Z") == 1_798_131_600_000


@pytest.mark.parametrize("text", ["tomorrow", "2026-12-24T18:00", "2026-13-01T00:00Z"])
def test_any_other_moment_is_refused(text: str) -> None:
    with pytest.raises(SettingsInvalid):
        wall_ms_of(text)
