"""Twenty viewers at once."""

from tests.support.servers import MediaServer
from tests.support.stories import told_by


async def test_twenty_viewers_are_summed_up(server: MediaServer) -> None:
    told = await told_by("headless_fleet", f"{server.url}/manifest.mpd")
    assert (told.status, told.complaint) == (0, "")
    assert told.lines[0] == "viewers          20, 20 to the end"
    assert [line.split()[0] for line in told.lines[1:5]] == ["start-up", "stalls", "mean", "delivered"]


async def test_a_viewer_who_saw_nothing_is_counted_with_the_reason(server: MediaServer) -> None:
    server.keys = {}
    told = await told_by("headless_fleet", f"{server.url}/manifest.mpd", "3")
    assert told.status == 0
    assert told.lines[0] == "viewers          3, 0 to the end"
    assert told.lines[-1].startswith("error            3 × ")
