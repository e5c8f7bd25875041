"""An evening at the real system."""

from pathlib import Path

from tests.support.stories import told_by
from tests.support.system import House


async def test_the_rows_the_events_and_the_report_are_told(house: House, tmp_path: Path) -> None:
    account = str(house.state.secrets / "demo-account.json")
    told = await told_by("press_play", house.url, account, str(tmp_path / "device.json"))
    assert (told.status, told.complaint) == (0, "")
    assert "New: The Reel" in told.lines
    assert any("FirstFrameReady" in line for line in told.lines)
    assert told.lines[-1].startswith("PlaybackReport(title='The Reel', ended=True")


async def test_a_service_that_is_away_is_told_in_one_line(house: House, tmp_path: Path) -> None:
    account = str(house.state.secrets / "demo-account.json")
    told = await told_by("press_play", "http://127.0.0.1:9", account, str(tmp_path / "device.json"))
    assert (told.status, told.lines) == (1, [])
    assert told.complaint == "http://127.0.0.1:9 does not answer (refused). Check the connection and the address.\n"
