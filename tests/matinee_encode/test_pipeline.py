"""Making a title, from the command line too: interrupted, resumed, refused, out of room."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from matinee.errors import MezzanineInvalid, ServiceUnavailable
from matinee.wire.title import SealedKeys, TitleIndex
from matinee_encode.checkpoints import Checkpoints
from matinee_encode.pipeline import make_title
from matinee_encode.progress import Event, UnitFinished, UnitKept
from matinee_encode.settings import settings_for


@pytest.fixture
def heeded_interrupts() -> Iterator[None]:
    """Children begin with SIGINT heeded: a shell's background jobs ignore it (POSIX, 2.11), and so would theirs."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def command(source: Path, state: Path, *others: str) -> list[str]:
    fast = ("--preset", "ultrafast", "--workers", "1")
    module = [sys.executable, "-m", "matinee_encode"]
    return [*module, str(source), "--title", "Night", "--state", str(state), *fast, *others]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False)


def nothing_is_published(state: Path) -> bool:
    return not any((state / "media").glob("*")) and not any((state / "keys").glob("*"))


def test_the_same_wish_is_granted_at_once(made: tuple[Path, TitleIndex], reel: Path) -> None:
    state, title = made
    subtitles = (("en", state / "evening.vtt"),)
    events: list[Event] = []
    settings = settings_for(
        name="The Reel", state=state, workers=1, preset="ultrafast", subtitles=subtitles, genres=("Test",)
    )
    assert make_title(reel, settings, report=events.append) == title
    assert events == []


def test_keys_are_sealed_apart_from_the_media(made: tuple[Path, TitleIndex]) -> None:
    state, title = made
    keys = msgspec.json.decode((state / "keys" / "the-reel.json").read_bytes(), type=SealedKeys)
    assert tuple(entry.key_id for entry in keys.keys) == title.key_ids
    assert (state / "keys" / "the-reel.json").stat().st_mode & 0o077 == 0


def test_the_command_says_what_it_made_and_where(reel: Path, tmp_path: Path) -> None:
    done = run(*command(reel, tmp_path, "--id", "late-night"))
    assert done.returncode == 0
    assert done.stdout.startswith("Night: 6.0 s, 5 rungs up to 320×180")
    assert str(tmp_path / "media" / "late-night") in done.stdout
    assert "packaging: done" in done.stderr


def units(state: Path) -> list[str]:
    """Finished parts of a film."""
    return sorted(unit.name for unit in (state / "encode").glob("*-*") if unit.suffix != ".draft")


@pytest.mark.usefixtures("heeded_interrupts")
@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_encode_takes_up_where_it_stopped(reel: Path, tmp_path: Path, stop: signal.Signals) -> None:
    with subprocess.Popen(command(reel, tmp_path), stderr=subprocess.PIPE, text=True, bufsize=1) as first:
        assert first.stderr is not None
        finished = first.stderr.readline().removesuffix(": done\n")
        first.send_signal(stop)
        first.stderr.read()
    assert nothing_is_published(tmp_path)
    assert units(tmp_path)
    events: list[Event] = []
    settings = settings_for(name="Night", state=tmp_path, workers=1, preset="ultrafast")
    title = make_title(reel, settings, report=events.append)
    assert UnitKept(finished) in events
    assert UnitFinished(finished) not in events
    assert len(title.ladder) == 5
    assert units(tmp_path) == []  # a published title leaves nothing in the clear


@pytest.mark.usefixtures("heeded_interrupts")
def test_an_interrupt_ends_the_command_quietly(reel: Path, tmp_path: Path) -> None:
    with subprocess.Popen(command(reel, tmp_path), stderr=subprocess.PIPE, text=True, bufsize=1) as encode:
        assert encode.stderr is not None
        encode.stderr.readline()
        encode.send_signal(signal.SIGINT)
        rest = encode.stderr.read()
    assert encode.returncode == 130
    assert "interrupted; the same command takes up where it stopped" in rest
    assert "Traceback" not in rest


@pytest.mark.parametrize("data", [b"", b"garbage" * 1000])
def test_what_is_no_film_is_refused_in_one_line_and_nothing_is_published(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bad.mp4").write_bytes(data)
    refused = run(*command(tmp_path / "bad.mp4", tmp_path / "state"))
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "bad.mp4 cannot be read" in refused.stderr
    assert nothing_is_published(tmp_path / "state")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MezzanineInvalid, match="not a file"):
        make_title(tmp_path / "absent.mp4", settings_for(name="A", state=tmp_path, workers=1))


def test_subtitles_without_a_language_are_refused(reel: Path, tmp_path: Path) -> None:
    refused = run(*command(reel, tmp_path, "--subtitles", "evening.vtt"))
    assert refused.returncode == 1
    assert "LANG=FILE.vtt" in refused.stderr


def test_a_state_in_use_is_not_shared(reel: Path, tmp_path: Path) -> None:
    with Checkpoints(tmp_path / "encode").locked(), pytest.raises(ServiceUnavailable):
        make_title(reel, settings_for(name="A", state=tmp_path, workers=1))


def test_a_full_disk_is_called_so_publishes_nothing_and_keeps_what_is_finished(reel: Path, tmp_path: Path) -> None:
    """In a process that may write no file larger than 200 kB, less than the largest rungs need."""
    limited = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000));"
        "sys.argv = ['encode', *sys.argv[1:]]; runpy.run_module('matinee_encode', run_name='__main__')"
    )
    assert run(*command(reel, tmp_path, "--id", "one")).returncode == 0
    finished = {path.name for path in (tmp_path / "encode").iterdir()}
    arguments = command(reel, tmp_path, "--id", "two")[3:]
    full = run(sys.executable, "-c", limited, *arguments, "--preset", "superfast")
    assert full.returncode == 1
    assert "no room left" in full.stderr
    assert "Traceback" not in full.stderr
    assert {path.name for path in (tmp_path / "encode").iterdir()} >= finished
    assert not any((tmp_path / "encode").glob("*.draft"))
    assert [path.name for path in (tmp_path / "media").iterdir()] == ["one"]
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["one.json"]
