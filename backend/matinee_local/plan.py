"""Which processes make a system, with which arguments, in which order: pure."""

from collections.abc import Mapping, Sequence

import msgspec

from matinee_local.state import StateDir

CONTROL_PLANE, ORIGIN, EXCHANGE = "control-plane", "origin", "exchange"
ISP_APPLIANCES = ("isp-a", "isp-b")

DEFAULT_PORT = 8400
"""Of the control plane; all others take what the kernel gives."""


class UrlOf(msgspec.Struct, frozen=True):
    """An argument known only once the process of this name is up: its URL."""

    name: str


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One server, to be run as `python -m module`."""

    name: str
    module: str
    arguments: tuple[str | UrlOf, ...]
    """Without `--host`, `--port` and `--ready-file`, which every server takes."""
    port: int = 0
    """0: the kernel chooses."""


def system_plan(state: StateDir, *, port: int = DEFAULT_PORT) -> tuple[Process, ...]:
    """Every process of the system, each after those whose URL it must know."""
    return (
        Process(
            name=CONTROL_PLANE, module="matinee_backend", arguments=("serve", "--state", str(state.root)), port=port
        ),
        _appliance(state, ORIGIN, kind="origin", parent=None),
        _appliance(state, EXCHANGE, kind="exchange", parent=ORIGIN),
        *(_appliance(state, name, kind="isp", parent=EXCHANGE) for name in ISP_APPLIANCES),
    )


def init_arguments(state: StateDir) -> tuple[str, ...]:
    """What is run once, before any process, as `python -m …`: secrets, trust and the demo account exist after it."""
    return ("matinee_backend", "init", "--state", str(state.root))


def command_of(
    process: Process, urls: Mapping[str, str], *, host: str, port: int, ready_file: str, python: str
) -> tuple[str, ...]:
    """The command line that runs `process`, tethered to whoever starts it."""
    arguments = [urls[item.name] if isinstance(item, UrlOf) else item for item in process.arguments]
    listening = ("--host", host, "--port", str(port), "--ready-file", ready_file)
    return (python, "-m", "matinee_local.tether", process.module, *arguments, *listening)


def restart_delay_ms(crashes: int, *, first_ms: int, cap_ms: int) -> int:
    """How long to wait before the start that follows the crash number `crashes` (from 0) in a row."""
    return min(cap_ms, first_ms << min(crashes, 32))


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell, two spaces apart."""
    widths = [max(len(row[column]) for row in (heading, *rows)) for column in range(len(heading))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (heading, *rows))
    return "\n".join(line.rstrip() for line in lines)


def _appliance(state: StateDir, name: str, *, kind: str, parent: str | None) -> Process:
    # The origin's shelf is the store into which the encoder publishes.
    shelf = state.media if kind == "origin" else state.shelf(name)
    filling = ("--fill-at-once", "--media-token-file", str(state.token(name, "media")))
    upstream = () if parent is None else ("--parent", UrlOf(parent), *filling)
    return Process(
        name=name,
        module="matinee_edge",
        arguments=(
            *("--name", name, "--kind", kind, "--shelf", str(shelf), "--trust", str(state.trust)),
            *upstream,
            *("--control", UrlOf(CONTROL_PLANE), "--control-token-file", str(state.token(name, "control"))),
        ),
    )
