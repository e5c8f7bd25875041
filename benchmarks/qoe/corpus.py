"""The public traces and movies: where they are, which movie goes with which trace, and the split.

Policies are tuned on one half of every family and reported on the other. Another 330 traces are held back by the
owners of the bar; nothing here has seen them.
"""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Literal

import msgspec

from benchmarks.qoe.network import Period
from benchmarks.qoe.simulator import Manifest

FAMILIES = ("fcc16", "fcc18", "hsdpa3g", "lte_be", "lumos4g", "lumos5g", "oboe", "puffer", "wifi")
FAST_FAMILIES = ("lte_be", "lumos4g", "lumos5g")
"""Those of the UHD movies."""

Mode = Literal["vod", "live"]
Part = Literal["tune", "report", "all"]

BUFFER_MAX_MS: dict[Mode, int] = {"vod": 60_000, "live": 6_000}


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A movie to be played over a trace."""

    family: str
    name: str
    """Of the trace."""
    mode: Mode
    manifest: Manifest
    trace: tuple[Period, ...]
    buffer_max_ms: int


def traces_folder(option: str | None = None) -> Path | None:
    """The option, else what MATINEE_TRACES says, else the folder beside the repository; None if it is not there."""
    beside = Path(__file__).parents[2] / "../shared/traces"
    folder = Path(option or os.environ.get("MATINEE_TRACES") or beside)
    return folder if (folder / "movies").is_dir() else None


def cases(folder: Path, mode: Mode, *, part: Part, most: int | None = None) -> Iterator[Case]:
    """Family by family; `most` limits how many of each."""
    for family in FAMILIES:
        movie = folder / "movies" / f"{'uhd' if family in FAST_FAMILIES else 'hd'}_{mode}.json"
        manifest = read_movie(movie)
        for path in split([*(folder / family).glob("*.json")], part)[:most]:
            yield Case(
                family=family,
                name=path.stem,
                mode=mode,
                manifest=manifest,
                trace=read_trace(path),
                buffer_max_ms=BUFFER_MAX_MS[mode],
            )


def split(paths: list[Path], part: Part) -> list[Path]:
    """By the hash of a trace's name, which nobody chose: the first half of a family tunes, the rest reports."""
    ordered = sorted(paths, key=lambda path: sha256(path.stem.encode()).digest())
    half = len(ordered) // 2
    match part:
        case "tune":
            return ordered[:half]
        case "report":
            return ordered[half:]
        case "all":
            return ordered


def read_trace(path: Path) -> tuple[Period, ...]:
    return msgspec.json.decode(path.read_bytes(), type=tuple[Period, ...])


def read_movie(path: Path) -> Manifest:
    movie = msgspec.json.decode(path.read_bytes(), type=_Movie)
    return Manifest(movie.segment_duration_ms, movie.bitrates_kbps, movie.segment_sizes_bits)


class _Movie(msgspec.Struct):
    segment_duration_ms: int
    bitrates_kbps: tuple[int, ...]
    segment_sizes_bits: tuple[tuple[int, ...], ...]
