"""What a bar asks and what was measured: clauses, and the report of a trial with the machine that it ran on."""

from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from benchmarks.machine import Machine

RESULTS = Path(__file__).parent / "results"
SMOKE = RESULTS / "smoke"
"""Numbers of a smoke mean nothing: they stay apart."""


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a bar asks."""

    number: int
    """Of the bar, in docs/benchmarks.md; 0 for what no bar there asks."""
    text: str
    ours: float
    sign: Literal["≤", "≥"]
    bar: float
    holds: bool
    unit: str = ""
    peers: str = ""
    """What others come to, measured in the same run or derived from their sources."""
    is_timed: bool = False
    """Whether the speed of the machine is in it, and whatever else ran on it."""


class Measured(NamedTuple):
    """What came of a trial."""

    clauses: list[Clause]
    details: Any
    """Everything that was measured, for the JSON file."""
    skipped: str = ""
    """Why nothing was."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A trial's JSON file. It holds no date: what is equal reads equal."""

    name: str
    is_smoke: bool
    machine: Machine
    clauses: list[Clause]
    skipped: str
    details: Any


def at_most(
    text: str, ours: float, *, bar: float, number: int = 0, unit: str = "", peers: str = "", is_timed: bool = False
) -> Clause:
    return Clause(
        number=number,
        text=text,
        ours=ours,
        sign="≤",
        bar=bar,
        holds=ours <= bar,
        unit=unit,
        peers=peers,
        is_timed=is_timed,
    )


def at_least(
    text: str, ours: float, *, bar: float, number: int = 0, unit: str = "", peers: str = "", is_timed: bool = False
) -> Clause:
    return Clause(
        number=number,
        text=text,
        ours=ours,
        sign="≥",
        bar=bar,
        holds=ours >= bar,
        unit=unit,
        peers=peers,
        is_timed=is_timed,
    )


def keep(report: Report, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _file(report.name, folder).write_bytes(msgspec.json.format(msgspec.json.encode(report)))


def forget(name: str, folder: Path) -> None:
    """What was measured before is not shown for what is measured now."""
    _file(name, folder).unlink(missing_ok=True)


def kept(name: str, folder: Path) -> Report | None:
    """The report of that trial's last run, if it came to an end."""
    file = _file(name, folder)
    return msgspec.json.decode(file.read_bytes(), type=Report) if file.is_file() else None


def _file(name: str, folder: Path) -> Path:
    return folder / f"{name}.json"
