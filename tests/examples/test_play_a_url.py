"""The first lines of a device app."""

from tests.support.servers import MediaServer
from tests.support.stories import told_by


async def test_each_picture_is_a_line(server: MediaServer) -> None:
    told = await told_by("play_a_url", f"{server.url}/manifest.mpd")
    assert (told.status, told.complaint) == (0, "")
    pictures = [[int(number) for number in line.split()] for line in told.lines]
    positions_ms, widths, heights = zip(*pictures, strict=True)
    assert positions_ms[0] == 0
    assert {*positions_ms} <= {number * 1000 // 24 for number in range(48)}
    assert {*zip(widths, heights, strict=True)} <= {(64, 36), (128, 72)}
