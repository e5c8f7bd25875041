"""The plan of a title: segment length, decoding passes, and the names under which finished work is found. Pure."""

import hashlib
from collections.abc import Sequence
from fractions import Fraction

import msgspec

from matinee_encode.ladder import LadderRung

SEGMENT_S = 4
AUDIO_RATE, AUDIO_KBPS = 48_000, 128
PASSES_PER_WORKER = 2
"""More passes mean more decoding and finer checkpoints. On the 55 s 720p trailer (eight rungs, two cores) a
pass costs 4 of about 85 CPU seconds: two for each worker keep both busy to the end."""

COLUMNS, ROWS = 5, 5
"""Of thumbnails on a tile sheet."""

_RECIPES = {"pictures": 2}
"""Which way a kind of unit is made, 1 where nothing is said. Raised when the same facts begin to mean other bytes:
older checkpoints of that kind are then not found, those of other kinds still are."""


class ThumbnailTrack(msgspec.Struct, frozen=True, kw_only=True):
    """The tiles of a title, as a manifest describes them."""

    width: int
    height: int
    """Of one tile sheet."""
    interval_ms: int
    """Between thumbnails."""
    count: int
    """Of thumbnails; sheets hold COLUMNS × ROWS each."""
    size_bytes: int
    """Of all sheets."""


def segment_frames(rate: Fraction) -> int:
    """Frames in a segment, and so in a GOP: as near to four seconds as whole frames come, at least one."""
    return max(1, round(SEGMENT_S * rate))


def passes_for(rungs: Sequence[LadderRung], *, workers: int) -> list[tuple[LadderRung, ...]]:
    """The rungs, shared out over decoding passes of about equal work, the longest pass first.

    Each rung goes, from the costliest down, to the pass that has least to do (LPT; Graham 1969).
    """
    passes: list[list[LadderRung]] = [[] for _ in range(min(len(rungs), workers * PASSES_PER_WORKER))]
    for rung in sorted(rungs, key=lambda rung: (rung.pixels, rung.bitrate_kbps), reverse=True):
        min(passes, key=_pixels).append(rung)
    return [tuple(rungs) for rungs in sorted(passes, key=_pixels, reverse=True)]


def thumbnail_interval_s(duration_ms: int) -> int:
    """Two seconds in a short title, ten in a film: about 30 sheets at most for three hours."""
    return 2 if duration_ms <= 600_000 else 10


def tile_name(number: int) -> str:
    """As in the manifest's `$Number$`, from 1."""
    return f"tile-{number}.jpg"


def unit_key(kind: str, *facts: object) -> str:
    """The name of a unit of work: equal exactly if all that decides its outcome is equal."""
    return f"{kind}-{hashlib.sha256(msgspec.json.encode([_RECIPES.get(kind, 1), kind, *facts])).hexdigest()[:32]}"


def distinct(names: Sequence[str]) -> list[str]:
    """The names, those that came before marked with a number: en, en-2, fr."""
    return [
        name if (nth := names[:index].count(name)) == 0 else f"{name}-{nth + 1}" for index, name in enumerate(names)
    ]


def _pixels(rungs: Sequence[LadderRung]) -> int:
    return sum(rung.pixels for rung in rungs)
