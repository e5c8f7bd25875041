"""A small title and two links, for sessions of ABR policies."""

import json
from pathlib import Path

from benchmarks.qoe.corpus import FAMILIES, Case, Mode
from benchmarks.qoe.network import Period
from benchmarks.qoe.simulator import Abr, Manifest, Session

LADDER = (300, 750, 1850, 4300)
FULL_MS: dict[Mode, int] = {"vod": 60_000, "live": 6_000}
_KBPS = (5200, 900, 2600, 0, 3100, 450, 7800, 1200, 120, 2300, 6400, 1700)


def title(*, segments: int = 40, segment_ms: int = 4000, ladder: tuple[int, ...] = LADDER) -> Manifest:
    """Segments of 80 to 120 % of their nominal size."""
    sizes = tuple(
        tuple(kbps * segment_ms * (80 + (7 * at + 3 * rung) % 41) // 100 for rung, kbps in enumerate(ladder))
        for at in range(segments)
    )
    return Manifest(segment_ms, ladder, sizes)


def restless() -> tuple[Period, ...]:
    """Between 0 and 8 Mbps, never for longer than 9 s."""
    return tuple(
        Period(duration_ms=3000 + 1000 * (at % 7), bandwidth_kbps=kbps, latency_ms=40 + 15 * (at % 9))
        for at, kbps in enumerate(_KBPS)
    )


def steady(kbps: float, *, latency_ms: float = 50) -> tuple[Period, ...]:
    return (Period(duration_ms=10_000, bandwidth_kbps=kbps, latency_ms=latency_ms),)


def case(
    *, mode: Mode = "vod", trace: tuple[Period, ...] | None = None, manifest: Manifest | None = None, name: str = "it"
) -> Case:
    segment_ms = {"vod": 4000, "live": 2000}[mode]
    return Case(
        family="wifi",
        name=name,
        mode=mode,
        manifest=manifest or title(segment_ms=segment_ms),
        trace=trace or restless(),
        buffer_max_ms=FULL_MS[mode],
    )


def write_corpus(folder: Path) -> None:
    """Movies of 8 segments on a ladder of two rungs, and two traces of a fast link in every family."""
    period = {"duration_ms": 1000, "bandwidth_kbps": 30_000, "latency_ms": 80}
    (folder / "movies").mkdir()
    for name, ladder in (("hd", [300, 4300]), ("uhd", [560, 25_000])):
        for mode, segment_ms in (("vod", 4000), ("live", 2000)):
            movie = {
                "segment_duration_ms": segment_ms,
                "bitrates_kbps": ladder,
                "segment_sizes_bits": [[kbps * segment_ms for kbps in ladder]] * 8,
            }
            (folder / "movies" / f"{name}_{mode}.json").write_text(json.dumps(movie))
    for family in FAMILIES:
        (folder / family).mkdir()
        for name in ("a", "b"):
            (folder / family / f"{name}.json").write_text(json.dumps([period]))


class Scripted(Abr):
    """Asks for given rungs; remembers what it is told."""

    def __init__(self, session: Session, *rungs: int, delays_ms: tuple[float, ...] = ()) -> None:
        super().__init__(session)
        self._rungs, self._delays_ms = rungs, delays_ms
        self.full_ms: list[float] = []
        self.levels_ms: list[float] = []

    def get_first_quality(self) -> int:
        return self._rungs[0]

    def get_quality_delay(self, segment_index: int) -> tuple[int, float]:
        self.levels_ms.append(self.session.get_buffer_level())
        delay_ms = self._delays_ms[segment_index] if self._delays_ms else 0
        return self._rungs[min(segment_index, len(self._rungs) - 1)], delay_ms

    def report_delay(self, delay: float) -> None:
        self.full_ms.append(delay)
