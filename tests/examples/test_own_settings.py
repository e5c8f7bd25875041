"""A player told what it may do."""

import re
from pathlib import Path

from tests.support.servers import MediaServer
from tests.support.stories import told_by


async def test_no_rung_above_the_allowed_is_played(server: MediaServer, tmp_path: Path) -> None:
    # The title has rungs of about 22 and 28 kbps.
    (tmp_path / "saver.toml").write_text("[abr]\nhighest_kbps = 25\n")
    told = await told_by("own_settings", f"{server.url}/manifest.mpd", str(tmp_path / "saver.toml"))
    assert (told.status, told.complaint) == (0, "")
    (line,) = told.lines
    allowed, played = map(int, re.findall(r"\d+", line))
    assert (allowed, 0 < played <= allowed) == (25, True)


async def test_without_a_file_the_data_saver_of_the_story_counts(server: MediaServer) -> None:
    told = await told_by("own_settings", f"{server.url}/manifest.mpd")
    assert told.status == 0
    assert told.lines[0].startswith("Allowed: at most 750 kbps.")


async def test_a_knob_that_does_not_exist_is_named(server: MediaServer, tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text("[abr]\nhighest_mbps = 1\n")
    told = await told_by("own_settings", f"{server.url}/manifest.mpd", str(tmp_path / "wrong.toml"))
    assert (told.status, told.lines) == (1, [])
    assert "highest_mbps" in told.complaint
