"""The throughput rule of dash.js, as Sabre has it (`ThroughputRule`, options at their defaults)."""

from benchmarks.qoe.network import Download
from benchmarks.qoe.simulator import Abr, Session

_SAFETY = 0.9
_LATE_SHARE = 1.8
_GRACE_MS = 500


class Throughput(Abr):
    """The rung that 90 % of the estimate carries, and never more than the buffer is sure to pay for.

    A download that will take 1.8 segments is abandoned for one that is smaller than what it still lacks.
    Source: `src/sabre.py` at 09b03bb; dash.js `ThroughputRule`, `InsufficientBufferRule`, `AbandonRequestsRule`.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.insufficient = InsufficientBuffer(session)

    def get_quality_delay(self, segment_index: int) -> tuple[int, float]:
        rung = rung_within(self.session, self.session.get_throughput() * _SAFETY)
        return min(rung, self.insufficient.limit()), 0

    def check_abandon(self, progress: Download, buffer_level: float) -> int | None:
        transfer_ms = progress.time - progress.time_to_first_bit
        if progress.time < _GRACE_MS or transfer_ms <= 0:
            return None
        throughput = progress.downloaded / transfer_ms
        left = progress.size - progress.downloaded
        if progress.time + left / throughput <= _LATE_SHARE * self.session.manifest.segment_time:
            return None
        rung = rung_within(self.session, throughput * _SAFETY)
        bitrates = self.session.manifest.bitrates
        size = progress.size * bitrates[rung] / bitrates[progress.quality]
        return rung if rung < progress.quality and size < left else None


class InsufficientBuffer:
    """The highest rung whose nominal segment arrives in a share of the buffer that falls from 0.9 to 0.5."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._share = 0.9

    def limit(self) -> int:
        session, manifest = self._session, self._session.manifest
        safe = self._share * (session.get_buffer_level() - session.get_latency()) * session.get_throughput()
        self._share = max(self._share * 0.9, 0.5)
        for rung, higher in enumerate(manifest.bitrates[1:]):
            if higher * manifest.segment_time > safe:
                return rung
        return len(manifest.bitrates) - 1


def rung_within(session: Session, throughput: float) -> int:
    """The highest rung, going up from the lowest, whose nominal segment arrives in a segment's time."""
    rung, segment_time = 0, session.manifest.segment_time
    for higher in session.manifest.bitrates[1:]:
        if session.get_latency() + segment_time * higher / throughput > segment_time:
            break
        rung += 1
    return rung
