"""Our default policy as a plug-in of unmodified Sabre: `PYTHONPATH=sdk python sabre.py -a …/sabre_plugin.py`.

Sabre wants a class of the file's name. It shows a plug-in what its buffer holds but not how much of that was played,
and says nothing of the first download; both follow from what it does report.
"""

from typing import Any

from matinee.policy.abr.decision import HORIZON, AbrState, InFlight, Memo
from matinee.policy.abr.policies import POLICIES
from matinee.policy.ladder import likely_kbps
from matinee.policy.settings import AbrSettings
from matinee.policy.throughput import ESTIMATORS, Link, Sample, with_sample

LIVE_BUFFER_MS = 10_000
"""A session that buffers no more than this is live: it does not know its end."""


class sabre_plugin:
    """Bridges Sabre's kbit/s, bits and float ms to the policy's whole kbps, bytes and ms."""

    session: Any
    """Set by Sabre."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._settings = AbrSettings()
        self._policy = POLICIES[self._settings.policy]
        self._buffer_full_ms = int(config["buffer_size"])
        self._manifest = self.session.manifest
        self._link = Link()
        self._memo: Memo = ()
        self._buffer_ms, self._rung = 0.0, -1

    def get_first_quality(self) -> int:
        self._rung = self._choose(0)[0]
        return self._rung

    def get_quality_delay(self, segment_index: int) -> tuple[int, float]:
        if not self._link.samples:
            first_ms = self._manifest.segments[0][self._rung] / self.session.get_throughput()
            self._measure(self._manifest.segments[0][self._rung], first_ms, 0)
            self._buffer_ms = self._manifest.segment_time
        return self._choose(segment_index)

    def report_delay(self, delay: float) -> None:
        self._buffer_ms -= delay

    def report_seek(self, where: float) -> None:
        self._buffer_ms = 0

    def report_download(self, metrics: Any, is_replacement: bool) -> None:
        self._measure(metrics.downloaded, metrics.time, metrics.time_to_first_bit)
        self._buffer_ms = max(0, self._buffer_ms - metrics.time)
        if metrics.abandon_to_quality is None:
            self._buffer_ms += self._manifest.segment_time
            self._rung = metrics.quality

    def check_abandon(self, progress: Any, buffer_level: float) -> int | None:
        flight = InFlight(
            rung=progress.quality,
            size_bytes=progress.size // 8,
            got_bytes=int(progress.downloaded / 8),
            elapsed_ms=int(progress.time),
            first_byte_ms=int(progress.time_to_first_bit),
        )
        return self._policy.abandon(self._state(progress.index, buffer_level), flight)

    def _choose(self, segment: int) -> tuple[int, float]:
        choice = self._policy.choose(self._state(segment, self._buffer_ms))
        self._memo = choice.memo
        self._buffer_ms = max(0, self._buffer_ms - choice.delay_ms)
        return choice.rung, choice.delay_ms

    def _measure(self, bits: float, elapsed_ms: float, first_byte_ms: float) -> None:
        sample = Sample(size_bytes=int(bits / 8), elapsed_ms=int(elapsed_ms), first_byte_ms=int(first_byte_ms))
        self._link = with_sample(self._link, sample)

    def _state(self, segment: int, buffer_ms: float) -> AbrState:
        manifest, is_live = self._manifest, self._buffer_full_ms <= LIVE_BUFFER_MS
        ladder = tuple(manifest.bitrates)
        coming = manifest.segments[segment : segment + HORIZON]
        known_kbps = ESTIMATORS[self._settings.estimator](self._link) if self._link.samples else 0
        believed_kbps = known_kbps or self._settings.first_kbps or likely_kbps(ladder)
        return AbrState(
            ladder=ladder,
            sizes_bytes=tuple(tuple(size // 8 for size in sizes) for sizes in coming),
            segment_ms=manifest.segment_time,
            segments_left=0 if is_live else len(manifest.segments) - segment,
            buffer_ms=int(buffer_ms),
            buffer_full_ms=self._buffer_full_ms,
            rung=self._rung,
            link=self._link,
            throughput_kbps=max(1, believed_kbps * self._settings.safety_percent // 100),
            memo=self._memo,
        )
