"""The live console as text."""

import re

from matinee_backend.services.telemetry.observe import Outlook
from matinee_backend.services.telemetry.quality import Board, Line
from matinee_backend.services.telemetry.screen import lines
from matinee_backend.services.telemetry.storm import StormSignal


def outlook(*, storm: bool = False, titles: int = 2) -> Outlook:
    good = Line(name="sintel", starts=12, startup_ms=310, watched_ms=600_000, bitrate_kbps=4_200)
    bad = Line(name="x" * 60, starts=3, watched_ms=60_000, stalls=4, stall_permille=50, bitrate_kbps=900, errors=2)
    board = Board(
        wall_ms=0,
        span_ms=300_000,
        total=good,
        titles=(good, bad, *(Line(name=f"t{number}") for number in range(titles - 2))),
        sites=(Line(name="berlin", starts=1),),
        appliances=(Line(name="isp-a", watched_ms=1_000),),
    )
    signal = StormSignal(is_on=storm, tries=90, failures=80, usual_tries=4)
    return Outlook(board=board, storm=signal, unwell_permille={"isp-a": 420}, behind=0)


def test_it_says_what_viewers_got() -> None:
    text = "\n".join(lines(outlook(), width=160, height=40, is_colored=False))
    assert re.search(r"sintel +12 +310 ms +10\.0 m +4\.2 Mb/s +0 +0\.0 % +0 +0", text)
    assert "players: 42 % in trouble" in text
    assert "berlin" in text
    assert "no storm" in text
    assert "\x1b" not in text
    assert "retry storm: 80 of 90" in "\n".join(lines(outlook(storm=True), width=160, height=40, is_colored=False))


def test_it_fits_the_terminal_whatever_its_size() -> None:
    for width, height in ((20, 5), (80, 24), (200, 60)):
        shown = lines(outlook(titles=50), width=width, height=height, is_colored=True)
        assert len(shown) <= height
        assert all(len(re.sub(r"\x1b\[\d+m", "", line)) <= width for line in shown)
    assert any("isp-a" in line for line in lines(outlook(titles=50), width=80, height=24, is_colored=False))


def test_on_eighty_columns_the_errors_are_seen() -> None:
    shown = lines(outlook(), width=80, height=24, is_colored=False)
    assert any(line.endswith("errors") for line in shown)
    assert [line.split()[-1] for line in shown if line.startswith("xxx")] == ["2"]


def test_where_it_is_bad_it_is_red() -> None:
    shown = lines(outlook(), width=160, height=40, is_colored=True)
    assert [line.startswith("\x1b[31m") for line in shown if "x" * 20 in line] == [True]
    assert not any(line.startswith("\x1b[31m") for line in shown if "sintel" in line)


def test_nothing_told_is_said() -> None:
    empty = Board(wall_ms=0, span_ms=1, total=Line(name="all"), titles=(), sites=(), appliances=())
    quiet = Outlook(
        board=empty, storm=StormSignal(is_on=False, tries=0, failures=0, usual_tries=0), unwell_permille={}, behind=1
    )
    text = "\n".join(lines(quiet, width=100, height=30, is_colored=False))
    assert text.count("nothing yet") == 3
    assert "still reading the log" in text
