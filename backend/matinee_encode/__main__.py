"""The encoder's program: `matinee encode FILE --title NAME`."""

import argparse
import os
import shutil
import sys
from pathlib import Path

from matinee.clock import SystemClock
from matinee.errors import MatineeError, SettingsInvalid
from matinee.wire.title import TitleIndex
from matinee_encode.pipeline import make_title
from matinee_encode.progress import Advanced, Event, Meter
from matinee_encode.settings import PRESETS, EncodeSettings, settings_for


def encode(argv: list[str]) -> int:
    """Makes a title of a file; 0 once it stands at the origin."""
    arguments = _parser().parse_args(argv)
    display = _Display()
    try:
        settings = _settings(arguments)
        title = make_title(arguments.file, settings, report=display.show)
    except MatineeError as error:
        display.clear()
        print(f"matinee encode: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        display.clear()
        print("matinee encode: interrupted; the same command takes up where it stopped.", file=sys.stderr)
        return 130
    display.clear()
    print(_summary(title, settings))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="matinee encode", description="Make an encrypted CMAF title of any file that FFmpeg reads."
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--title", required=True, metavar="NAME", help="as viewers read it")
    parser.add_argument("--id", default="", metavar="TITLE_ID", help="made of the name if not given")
    parser.add_argument("--state", type=Path, default=Path(".matinee"), metavar="DIR", help="default: .matinee")
    parser.add_argument("--description", default="")
    parser.add_argument("--credit", default="", help="who made it and under which license; shown with the title")
    parser.add_argument("--genre", action="append", default=[], help="may be repeated")
    parser.add_argument("--subtitles", action="append", default=[], metavar="LANG=FILE.vtt", help="may be repeated")
    parser.add_argument("--preset", choices=PRESETS, default="veryfast", help="x264's; default: veryfast")
    parser.add_argument("--license-url", default="", metavar="URL", help="an open ClearKey door, for others' players")
    parser.add_argument("--workers", type=int, default=_cores(), help="default: one for each core")
    return parser


def _settings(arguments: argparse.Namespace) -> EncodeSettings:
    return settings_for(
        name=arguments.title,
        title_id=arguments.id,
        state=arguments.state,
        description=arguments.description,
        credit=arguments.credit,
        genres=tuple(arguments.genre),
        subtitles=tuple(_subtitles(each) for each in arguments.subtitles),
        preset=arguments.preset,
        license_url=arguments.license_url,
        workers=arguments.workers,
    )


def _subtitles(argument: str) -> tuple[str, Path]:
    language, equals, file = argument.partition("=")
    if not equals:
        raise SettingsInvalid(f"--subtitles wants LANG=FILE.vtt, not {argument!r}.")
    return language, Path(file)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _summary(title: TitleIndex, settings: EncodeSettings) -> str:
    best = title.ladder[-1]
    size_mb = sum(file.size_bytes for file in title.files) / 1e6
    return (
        f"{title.name}: {title.duration_ms / 1000:.1f} s, {len(title.ladder)} rungs up to {best.width}×{best.height}, "
        f"{size_mb:.1f} MB in {settings.state / 'media' / title.title_id}; watch it with: matinee watch"
    )


class _Display:
    """Progress on standard error: one line that moves on a terminal, a line for each unit elsewhere."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._meter = Meter(now_ms=self._clock.now_ms())
        self._moves = sys.stderr.isatty()

    def show(self, event: Event) -> None:
        line = self._meter.line(event, now_ms=self._clock.now_ms())
        if not isinstance(event, Advanced):
            self.clear()
            print(line, file=sys.stderr, flush=True)
        elif self._moves:
            columns = shutil.get_terminal_size().columns - 1
            print(f"\r\x1b[K{line[:columns]}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._moves:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(encode(sys.argv[1:]))
