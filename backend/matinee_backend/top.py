"""`matinee top`: how viewers fare now, on a screen that an operator leaves open."""

import argparse
import asyncio
import os
import shutil
import sys

import msgspec

from matinee.clock import Clock, SystemClock
from matinee.errors import ServiceUnavailable
from matinee_backend.operator import add_options, ask
from matinee_backend.services.telemetry.observe import Outlook
from matinee_backend.services.telemetry.screen import lines

PATH = "/v1/quality"
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
"""The other screen, without a cursor, and back."""
_HOME, _CLEAR_LINE, _CLEAR_REST = "\x1b[H", "\x1b[K", "\x1b[J"


def top(argv: list[str]) -> int:
    """Shows until Ctrl-C; once where nobody watches, with `--once` or `--json`."""
    parser = argparse.ArgumentParser(prog="matinee top", description="How viewers fare now: starts, stalls, errors.")
    parser.add_argument("--once", action="store_true", help="print it and end")
    parser.add_argument("--every", type=float, default=2.0, metavar="S", help="seconds (default: %(default)s)")
    add_options(parser)
    given = parser.parse_args(argv)
    if given.json:
        sys.stdout.write(msgspec.json.encode(asyncio.run(ask(given, PATH, Outlook))).decode() + "\n")
    elif given.once or not sys.stdout.isatty():
        sys.stdout.write("\n".join(_shown(asyncio.run(ask(given, PATH, Outlook)))) + "\n")
    else:
        _watch(given)
    return 0


def _watch(given: argparse.Namespace) -> None:
    sys.stdout.write(_ENTER)
    try:
        asyncio.run(_refresh(given, SystemClock()))
    except KeyboardInterrupt:
        return
    finally:
        sys.stdout.write(_LEAVE)
        sys.stdout.flush()


async def _refresh(given: argparse.Namespace, clock: Clock) -> None:
    """For ever. A control plane that is away is asked again; the last screen stays."""
    shown: list[str] = []
    while True:
        try:
            shown, says = _shown(await ask(given, PATH, Outlook)), ""
        except ServiceUnavailable as error:
            says = error.what
        body = "".join(f"{line}{_CLEAR_LINE}\r\n" for line in [*shown, says][: _height()])
        sys.stdout.write(_HOME + body + _CLEAR_REST)
        sys.stdout.flush()
        await clock.wait_until(clock.now_ms() + max(200, int(given.every * 1000)))


def _shown(outlook: Outlook) -> list[str]:
    is_colored = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return lines(outlook, width=shutil.get_terminal_size((120, 40)).columns, height=_height(), is_colored=is_colored)


def _height() -> int:
    return shutil.get_terminal_size((120, 40)).lines - 1
