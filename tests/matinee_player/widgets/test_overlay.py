"""The overlay."""

from matinee_player.view import Drawing, History, View
from matinee_player.widgets.overlay import WIDTH, overlay_content

VIEW = View(
    title="Reel",
    width=1280,
    height=720,
    bitrate_kbps=2350,
    throughput_kbps=18_400,
    buffer_ms=24_000,
    stalls=1,
    stall_ms=320,
    startup_ms=410,
    appliance="isp-b",
    failovers=1,
    history=History(
        buffer_ms=(0, 12_000, 24_000), bitrate_kbps=(235, 2350), throughput_kbps=(), stalled_ms=(0, 320, 320)
    ),
    drawing=Drawing(shown=1_318, dropped=2, frame_us=1_900, frame_bytes=41_000),
)


def test_every_figure_has_its_line_and_every_course_its_chart() -> None:
    assert overlay_content(VIEW).plain.splitlines() == [
        "Picture    1280×720",
        "Bitrate    2.4 Mbps                       ▁█",
        "Throughput 18.4 Mbps                        ",
        "Buffer     24.0 s                         ▄█",
        "Stalls     1 · 320 ms                     █ ",
        "Appliance  isp-b  1 failover",
        "Start-up   410 ms",
        "Frames     1318 shown, 2 dropped",
        "Drawing    1.9 ms, 41.0 kB a frame",
        "Sound      on",
    ]


def test_nothing_is_wider_than_the_panel() -> None:
    view = View(title="Reel", silence="this machine has no sound device that anybody could hear", appliance="a" * 64)
    assert max(map(len, overlay_content(view).plain.splitlines())) <= WIDTH


def test_what_is_not_known_yet_is_a_dash() -> None:
    lines = overlay_content(View(title="Reel")).plain.splitlines()
    assert [line.split()[1] for line in lines[:3]] == ["–", "–", "–"]
    assert lines[4].split() == ["Stalls", "none"]
