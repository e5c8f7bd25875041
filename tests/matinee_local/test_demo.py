"""The demo, all of it real: a film becomes a title, is played, loses its appliance, and nothing is left running."""

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from matinee_encode.reel import make_reel
from matinee_local.processes import is_alive
from matinee_local.record import Record, read_record
from matinee_local.state import StateDir

FILM_S = 9
DEMO = (sys.executable, "-m", "matinee", "demo")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> StateDir:
    """A state directory beside a film; the tests below share the title that the first of them makes."""
    folder = tmp_path_factory.mktemp("demo")
    make_reel(folder / "a short film.mkv", seconds=FILM_S, width=320, height=180)
    state = StateDir(folder / "state")
    state.prepare()
    return state


def arguments(state: StateDir, *more: str) -> Sequence[str]:
    film = state.root.parent / "a short film.mkv"
    return (*DEMO, "--state", str(state.root), "--file", str(film), "--headless", *more)


def test_a_film_is_played_to_its_end_though_its_appliance_dies(house: StateDir, tmp_path: Path) -> None:
    report_file = tmp_path / "report.json"
    ran = subprocess.run(
        arguments(house, "--outage", "--json", str(report_file)),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    report = json.loads(report_file.read_text())
    assert report["title"] == "a short film"
    assert report["ended"]
    assert report["errors"] == []
    assert report["frames_shown"] > 0
    [failover] = report["failovers"]
    assert f"Outage: {failover['from']} was killed" in ran.stdout
    assert set(report["bytes_by_appliance"]) == {failover["from"], failover["to"]}
    assert read_record(house) is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_mid_play_leaves_nothing_running(house: StateDir, number: signal.Signals) -> None:
    with subprocess.Popen(arguments(house), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as demo:
        running = recorded_once_playing(house, demo)
        demo.send_signal(number)
        assert demo.wait(timeout=60) == 128 + number
    assert [entry.name for entry in running.entries if is_alive(entry.process)] == []
    assert read_record(house) is None


def test_a_second_demo_is_refused_in_one_line_and_the_first_goes_on(house: StateDir) -> None:
    with subprocess.Popen(arguments(house), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as demo:
        running = recorded_once_playing(house, demo)
        second = subprocess.run(arguments(house), capture_output=True, text=True, timeout=60, check=False)
        assert (second.returncode, second.stdout) == (1, "")
        assert second.stderr == (
            f"matinee demo: Another `matinee demo` runs in {house.root}. "
            "Stop it first, or name another state directory with --state.\n"
        )
        assert [entry.name for entry in running.entries if not is_alive(entry.process)] == []
        demo.send_signal(signal.SIGINT)


def test_a_film_that_is_not_there_is_named(house: StateDir) -> None:
    ran = subprocess.run(
        (*DEMO, "--state", str(house.root), "--file", "no-such.mkv"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (1, "matinee demo: no-such.mkv is not a file. Correct the setting.\n")


def recorded_once_playing(state: StateDir, demo: "subprocess.Popen[str]") -> Record:
    assert demo.stdout is not None
    said = []
    for line in demo.stdout:
        said.append(line)
        if line.startswith("the picture moves"):
            record = read_record(state)
            assert record is not None
            return record
    pytest.fail("".join(said))
