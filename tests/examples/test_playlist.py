"""Titles one after another."""

import re

from tests.support.servers import MediaServer
from tests.support.stories import told_by


async def test_each_is_told_and_all_are_summed_up(server: MediaServer) -> None:
    url = f"{server.url}/manifest.mpd"
    told = await told_by("playlist", url, url)
    assert (told.status, told.complaint) == (0, "")
    assert [line for line in told.lines if re.match(r"\d of 2: ", line)] == [f"1 of 2: {url}", f"2 of 2: {url}"]
    assert len([line for line in told.lines if re.fullmatch(r"    moves after \d+ ms", line)]) == 2
    assert told.lines[-2].startswith("Played 2 of 2: ")


async def test_what_cannot_be_played_is_told_with_who_must_act(server: MediaServer) -> None:
    server.keys = {}
    told = await told_by("playlist", f"{server.url}/manifest.mpd")
    assert told.status == 0
    assert any(line.startswith("    cannot be played: ") and line.endswith("(operator)") for line in told.lines)
    assert told.lines[-2].startswith("Played 0 of 1")
