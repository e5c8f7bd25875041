"""The commands `matinee up`, `status`, `fill`, `down` and `demo`."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from matinee.clock import SystemClock
from matinee.errors import MatineeError
from matinee_local.detach import IS_UP, go_quiet, start_detached
from matinee_local.filling import fill_table, fillings
from matinee_local.interrupts import run_until_stopped
from matinee_local.plan import DEFAULT_PORT, init_arguments, system_plan, table
from matinee_local.record import read_record
from matinee_local.startup import started
from matinee_local.state import StateDir
from matinee_local.status import status_table, system_status
from matinee_local.supervisor import SupervisorSettings, stop_recorded

_BY_SIGNAL = 128
"""Exit statuses from here on say that a signal ended the program."""
_WATCH_EVERY_MS = 2_000


def up(argv: list[str]) -> int:
    """Runs the system until it is told to stop; with `--detach`, leaves it running."""
    parser = _parser(
        "up", "Start the whole system on this machine: control plane, origin, exchange, two ISP appliances."
    )
    parser.add_argument("--host", default="127.0.0.1", help="where all of it listens (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=DEFAULT_PORT, help="of the control plane (default: %(default)s)")
    parser.add_argument("--detach", action="store_true", help="return once all are healthy, and let it run")
    parser.add_argument("--log-file", type=Path, help="once all are healthy, say everything here")
    given = parser.parse_args(argv)
    state = StateDir(given.state.resolve())
    state.prepare()
    if given.detach:
        log = str(state.log("supervisor"))
        listening = ("--host", given.host, "--port", str(given.port))
        return start_detached(("--state", str(state.root), *listening, "--log-file", log), tell=_say)
    return run_until_stopped(_up(state, host=given.host, port=given.port, log=given.log_file))


def status(argv: list[str]) -> int:
    """Prints how the system fares; 0 only if all of it is healthy."""
    parser = _parser("status", "Show every process of the system and how it fares.")
    parser.add_argument("--json", action="store_true", help="for programs")
    given = parser.parse_args(argv)
    state = StateDir(given.state.resolve())
    seen = asyncio.run(system_status(state, clock=SystemClock()))
    if given.json:
        _say(msgspec.json.encode(seen).decode())
        return 0 if seen.is_healthy else 1
    if not seen.processes:
        _say(f"Nothing runs in {state.root}. Start it with `matinee up`.")
        return 1
    _say(status_table(seen))
    if not seen.is_supervised:
        _say("The supervisor is gone: nothing is started again. `matinee down`, then `matinee up`.")
    return 0 if seen.is_healthy else 1


def fill(argv: list[str]) -> int:
    """Prints how fills come on; with `--watch`, again and again until all is whole."""
    parser = _parser("fill", "Show how far appliances are with what was placed on them, and where it comes from.")
    parser.add_argument("urls", nargs="*", metavar="URL", help="appliances elsewhere (default: those of the system)")
    parser.add_argument("--watch", action="store_true", help="every two seconds, until all is whole")
    parser.add_argument("--json", action="store_true", help="for programs")
    given = parser.parse_args(argv)
    record = read_record(StateDir(given.state.resolve()))
    urls = given.urls or [entry.url for entry in (record.entries if record is not None else ()) if entry.url]
    return asyncio.run(_watch_fills(urls, is_watched=given.watch, is_json=given.json))


def down(argv: list[str]) -> int:
    """Stops the system, also one whose supervisor is gone."""
    given = _parser("down", "Stop the system and everything that it started.").parse_args(argv)
    state = StateDir(given.state.resolve())
    stopped = asyncio.run(stop_recorded(state, clock=SystemClock(), settings=SupervisorSettings()))
    _say(f"Stopped: {', '.join(stopped)}." if stopped else f"Nothing runs in {state.root}.")
    return 0


def demo(argv: list[str]) -> int:
    """Encodes a clip, starts the system, shows the title, and leaves nothing running."""
    # PyAV takes a third of a second to load: the other commands go without.
    from matinee_local.demo import DemoSettings, Evening, has_terminal

    parser = _parser("demo", "Make a title of a clip, start the system, and watch it.")
    parser.add_argument("--file", type=Path, help="any film that FFmpeg reads (default: a trailer, fetched once)")
    parser.add_argument("--headless", action="store_true", help="print a report instead, as without a terminal")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report there, too; implies --headless")
    parser.add_argument("--outage", action="store_true", help="kill the appliance in use after a third of the title")
    parser.add_argument("--keep", action="store_true", help="leave the system running")
    given = parser.parse_args(argv)
    state = StateDir(given.state.resolve())
    settings = DemoSettings(
        file=given.file,
        is_headless=given.headless or given.json is not None or not has_terminal(),
        json_path=given.json,
        has_outage=given.outage,
    )
    evening = Evening(settings=settings, state=state, clock=SystemClock(), tell=_say)
    status = run_until_stopped(evening.run())
    if given.keep and status < _BY_SIGNAL:
        kept = start_detached(("--state", str(state.root), "--log-file", str(state.log("supervisor"))), tell=_say)
        return status or kept
    return status


async def _up(state: StateDir, *, host: str, port: int, log: Path | None) -> int:
    plan, init = system_plan(state, port=port), init_arguments(state)
    async with started(plan, init=init, state=state, host=host, clock=SystemClock(), tell=_say) as system:
        _say(table(("name", "url", "pid"), [(it.name, it.url, str(it.pid)) for it in system.children]))
        if log is None:
            _say("Ctrl-C or `matinee down` stops it.")
        else:
            _say(IS_UP)
            go_quiet(log)
        await asyncio.Event().wait()
    return 0


async def _watch_fills(urls: Sequence[str], *, is_watched: bool, is_json: bool) -> int:
    """0 if something is filled and all of it is whole."""
    clock = SystemClock()
    while True:
        told = await fillings(urls)
        is_whole = bool(told) and all(it.fill is not None and it.fill.state == "whole" for it in told)
        if is_json:
            _say(msgspec.json.encode(told).decode())
        else:
            _say(fill_table(told) if told else "No appliance says that it fills.")
        if is_whole or not is_watched:
            return 0 if is_whole else 1
        await clock.wait_until(clock.now_ms() + _WATCH_EVERY_MS)


def _parser(command: str, does: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"matinee {command}", description=does)
    parser.add_argument(
        "--state",
        type=Path,
        default=Path(os.environ.get("MATINEE_STATE", ".matinee")),
        metavar="DIR",
        help="where all of it lies (default: $MATINEE_STATE or .matinee)",
    )
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65_535:
        raise ValueError
    return port


def _say(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    """`python -m matinee_local COMMAND …` does what `matinee COMMAND …` does."""
    commands = {command.__name__: command for command in (up, status, fill, down, demo)}
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        print(f"usage: matinee_local {{{','.join(commands)}}} ...", file=sys.stderr)
        return 2
    try:
        return commands[sys.argv[1]](sys.argv[2:])
    except MatineeError as error:
        print(f"matinee {sys.argv[1]}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
