"""Reckoning: what the link has shown so far, and the rung that follows from it."""

from matinee.core.stream import Stream
from matinee.policy.abr import POLICIES, AbrState
from matinee.policy.ladder import highest_within
from matinee.policy.settings import AbrSettings
from matinee.policy.throughput import Throughput, estimate_kbps, with_sample

AUDIO_SHARE_PERCENT = 10
"""Of the throughput: sound is worth more than its bits, but must not cost the picture."""


class Reckoning:
    """The throughput estimate of one session, and the ABR policy that uses it."""

    def __init__(self, settings: AbrSettings) -> None:
        self._settings = settings
        self._policy = POLICIES[settings.policy]
        self._throughput = Throughput()

    @property
    def throughput_kbps(self) -> int:
        """The estimate; 0 before the first sample."""
        return estimate_kbps(self._throughput, unknown_kbps=0)

    def measured(self, *, size_bytes: int, elapsed_ms: int) -> None:
        self._throughput = with_sample(self._throughput, size_bytes=size_bytes, elapsed_ms=elapsed_ms)

    def rung_for(self, stream: Stream, *, buffer_ms: int) -> int:
        """The rung of the stream's next segment; `buffer_ms` is ahead of the playhead, >= 0."""
        link_kbps = estimate_kbps(self._throughput, unknown_kbps=self._settings.first_kbps)
        usable_kbps = max(1, link_kbps * self._settings.safety_percent // 100)
        if stream.track.kind != "video":
            return highest_within(stream.ladder, usable_kbps * AUDIO_SHARE_PERCENT // 100)
        ceiling = highest_within(stream.ladder, self._settings.highest_kbps)
        state = AbrState(
            ladder=stream.ladder,
            throughput_kbps=usable_kbps,
            buffer_ms=buffer_ms,
            segment_ms=stream.segment_ms,
            rung=stream.rung,
        )
        return min(self._policy(state), ceiling)
