"""BOLA of Sabre: BOLA-U/O ("bola") and BOLA-E ("bolae"), with Sabre's options at their defaults."""

import math
from collections.abc import Sequence

from benchmarks.qoe.network import Download
from benchmarks.qoe.peers.throughput import InsufficientBuffer, rung_within
from benchmarks.qoe.simulator import Abr, Session

_MINIMUM_BUFFER_MS = 10_000
_MINIMUM_BUFFER_PER_RUNG_MS = 2_000


class BolaU(Abr):
    """The rung of the best utility per bit at this buffer, raised to one above what the link carries at most.

    Source: Spiteri et al., "BOLA", INFOCOM 2016; `Bola` of `src/sabre.py` at 09b03bb with gamma p = 5.
    """

    _GAMMA_P = 5.0

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._utilities = session.manifest.utilities
        self._last = 0
        self._tune(session.buffer_max_ms)

    def get_quality_delay(self, segment_index: int) -> tuple[int, float]:
        session, manifest = self.session, self.session.manifest
        segments = max(min(segment_index, len(manifest.segments) - segment_index) / 2, 3)
        self._tune(min(session.buffer_max_ms, segments * manifest.segment_time))
        rung = best_rung(scores(self._most_ms, session.get_buffer_level(), manifest.bitrates))
        if rung > self._last:
            carried = rung_within(session, session.get_throughput())
            if rung > carried:
                rung = self._last if self._last > carried else carried + 1
        self._last = rung
        return rung, 0

    def check_abandon(self, progress: Download, buffer_level: float) -> int | None:
        left = progress.size - progress.downloaded
        if self._most_ms[progress.quality] < buffer_level:
            return None
        rung = cheaper_rung(self._most_ms, self.session.manifest.bitrates, progress, level_ms=buffer_level, left=left)
        if rung is not None:
            self._last = rung
        return rung

    def _tune(self, buffer_ms: float) -> None:
        v = (buffer_ms - self.session.manifest.segment_time) / (self._utilities[-1] + self._GAMMA_P)
        self._most_ms = [v * (utility + self._GAMMA_P) for utility in self._utilities]


class BolaE(Abr):
    """BOLA for any buffer: a placeholder stands for what is not there, and a throughput estimate starts it.

    It climbs to one rung above what the link carries; where it `stays_within` (Sabre's `-ao`, dash.js), not above that.
    Source: Spiteri, Sitaraman, Sparacio, MMSys 2018; `BolaEnh` of `src/sabre.py` at 09b03bb.
    """

    def __init__(self, session: Session, *, stays_within: bool = False) -> None:
        super().__init__(session)
        self._excess = 0 if stays_within else 1
        bitrates = session.manifest.bitrates
        # Rounded as in Sabre: where a download was abandoned, two rungs are worth the same.
        self._utilities = [math.log(bitrate) + (1 - math.log(bitrates[0])) for bitrate in bitrates]
        buffer_ms = max(_MINIMUM_BUFFER_MS + _MINIMUM_BUFFER_PER_RUNG_MS * len(bitrates), session.buffer_max_ms)
        self._gamma_p = (self._utilities[-1] - 1) / (buffer_ms / _MINIMUM_BUFFER_MS - 1)
        self._v = _MINIMUM_BUFFER_MS / self._gamma_p
        # By rung: beyond that much buffer, waiting is better.
        self._most_ms = [self._v * (utility + self._gamma_p) for utility in self._utilities]
        self._insufficient = InsufficientBuffer(session)
        self._has_started = False
        self._placeholder_ms = 0.0
        self._last = 0

    def get_quality_delay(self, segment_index: int) -> tuple[int, float]:
        session, level_ms = self.session, self.session.get_buffer_level()
        carried = rung_within(session, session.get_throughput())
        if not self._has_started:
            self._has_started = True
            self._placeholder_ms = max(0, self._least_buffer_ms(carried) - level_ms)
            return carried, 0
        rung = best_rung(scores(self._most_ms, level_ms + self._placeholder_ms, session.manifest.bitrates))
        if rung > self._last and rung > carried:
            rung = max(self._last, carried) + self._excess
        delay_ms = self._delay_ms(rung, level_ms)
        limit = self._insufficient.limit()
        if limit < rung:
            rung, delay_ms = limit, 0
            self._placeholder_ms = min(max(0, self._least_buffer_ms(rung) - level_ms), self._placeholder_ms)
        return rung, delay_ms

    def report_delay(self, delay: float) -> None:
        self._placeholder_ms += delay

    def report_download(self, metrics: Download, is_replacement: bool) -> None:
        self._last = metrics.quality
        level_ms = self.session.get_buffer_level()
        abandoned_for = metrics.abandon_to_quality
        if abandoned_for is not None:
            if not is_replacement:
                wanted_ms = self._least_buffer_ms(abandoned_for) if abandoned_for > 0 else _MINIMUM_BUFFER_MS
                self._placeholder_ms = min(self._placeholder_ms, max(0, wanted_ms - level_ms))
        elif is_replacement:
            self._placeholder_ms += self.session.manifest.segment_time
        else:
            before_ms = level_ms + metrics.time
            most_ms = max(0, self._most_ms[metrics.quality] - before_ms)
            self._placeholder_ms = min(self._placeholder_ms, most_ms)
            if level_ms > 0:
                least_ms = self._least_buffer_ms(metrics.quality) - before_ms
                self._placeholder_ms = max(self._placeholder_ms, least_ms)

    def check_abandon(self, progress: Download, buffer_level: float) -> int | None:
        latency_ms = progress.time_to_first_bit
        level_ms = max(0, buffer_level + self._placeholder_ms - latency_ms)
        throughput = progress.downloaded / (progress.time - latency_ms)
        left = progress.size - progress.downloaded - latency_ms * throughput
        if progress.downloaded <= 0 or left <= 0:
            return None
        return cheaper_rung(self._most_ms, self.session.manifest.bitrates, progress, level_ms=level_ms, left=left)

    def _delay_ms(self, rung: int, level_ms: float) -> float:
        """Too full a buffer is taken from the placeholder first, then waited for."""
        excess_ms = max(0, level_ms + self._placeholder_ms - self._most_ms[rung])
        from_placeholder_ms = min(excess_ms, self._placeholder_ms)
        if excess_ms > 0:
            self._placeholder_ms -= from_placeholder_ms
        return excess_ms - from_placeholder_ms if rung < len(self._utilities) - 1 else 0

    def _least_buffer_ms(self, rung: int) -> float:
        """From here on this rung is better than those below."""
        bitrates, utilities = self.session.manifest.bitrates, self._utilities
        levels = [
            self._v
            * (
                self._gamma_p
                + (bitrates[rung] * utilities[lower] - bitrates[lower] * utilities[rung])
                / (bitrates[rung] - bitrates[lower])
            )
            for lower in range(rung)
        ]
        return max(0, *levels) if levels else 0


def scores(most_ms: Sequence[float], level_ms: float, sizes: Sequence[float]) -> list[float]:
    """What each rung brings by the bit at this buffer."""
    return [(most - level_ms) / size for most, size in zip(most_ms, sizes, strict=True)]


def best_rung(scores: Sequence[float]) -> int:
    return scores.index(max(scores))


def cheaper_rung(
    most_ms: Sequence[float], bitrates: Sequence[int], progress: Download, *, level_ms: float, left: float
) -> int | None:
    """The lower rung that scores best, if more than what is left of this download, and is smaller than that."""
    sizes = [progress.size * bitrate / bitrates[progress.quality] for bitrate in bitrates]
    chosen, best = None, (most_ms[progress.quality] - level_ms) / left
    for rung, score in enumerate(scores(most_ms, level_ms, sizes)[: progress.quality]):
        if sizes[rung] < left and score > best:
            chosen, best = rung, score
    return chosen
