"""Reckoning: what the link has shown so far, and the rung that follows from it."""

import msgspec

from matinee.core.outlook import Outlook
from matinee.core.stream import Stream, segment_ms_of
from matinee.policy.abr.decision import AbrState, Choice, InFlight, Memo
from matinee.policy.abr.policies import POLICIES
from matinee.policy.custom import Policies
from matinee.policy.ladder import Ladder, highest_within, likely_kbps
from matinee.policy.settings import AbrSettings
from matinee.policy.throughput import ESTIMATORS, Link, Sample, blended_kbps, with_sample
from matinee.wire.cmsd import NOTHING, Cmsd

AUDIO_SHARE_PERCENT = 10
"""Of the throughput: sound is worth more than its bits, but must not cost the picture."""


class Reckoning:
    """The link of one session, and the ABR policy that reads it."""

    def __init__(self, settings: AbrSettings, policies: Policies | None = None) -> None:
        own = policies or Policies()
        self._settings = settings
        self._policy = own.abr or POLICIES[settings.policy]
        self._estimate = own.estimator or ESTIMATORS[settings.estimator]
        self._link = Link()
        self._cmsd = NOTHING
        self._memo: Memo = ()

    @property
    def throughput_kbps(self) -> int:
        """The estimate; 0 before the first sample."""
        return self._estimate(self._link) if self._link.samples else 0

    def measured(self, *, size_bytes: int, elapsed_ms: int, first_byte_ms: int = 0) -> None:
        """Remember an answer that came, whole or in part; one that came out of a cache is nothing to measure."""
        sample = Sample(size_bytes=size_bytes, elapsed_ms=elapsed_ms, first_byte_ms=first_byte_ms)
        self._link = with_sample(self._link, sample)

    def hinted(self, cmsd: Cmsd) -> None:
        """What the server said with its last answer; nothing takes back what was said before."""
        self._cmsd = cmsd

    def rung_for(self, stream: Stream, *, buffer_ms: int) -> int:
        """The rung of the stream's next segment; `buffer_ms` is ahead of the playhead, >= 0."""
        return self.choice_for(stream, Outlook(), buffer_ms=buffer_ms).rung

    def choice_for(self, stream: Stream, outlook: Outlook, *, buffer_ms: int) -> Choice:
        """The rung of the stream's next segment, and how long to wait before asking for it."""
        if stream.track.kind != "video":
            return Choice(highest_within(stream.ladder, self._usable_kbps(stream.ladder) * AUDIO_SHARE_PERCENT // 100))
        choice = self._policy.choose(self._state(stream, outlook, buffer_ms=buffer_ms))
        self._memo = choice.memo
        return Choice(min(choice.rung, self._ceiling(stream)), choice.delay_ms)

    def rung_instead(self, stream: Stream, outlook: Outlook, *, buffer_ms: int, flight: InFlight) -> int | None:
        """The lower rung that the segment in flight is worth leaving for; None to let it come.

        Whoever leaves it says what came of it to `measured` then.
        """
        state = self._state(stream, outlook, buffer_ms=buffer_ms)
        return self._policy.abandon(msgspec.structs.replace(state, rung=stream.rung_before), flight)

    def _usable_kbps(self, ladder: Ladder) -> int:
        kbps = blended_kbps(
            self.throughput_kbps or self._settings.first_kbps or likely_kbps(ladder),
            told_kbps=self._cmsd.throughput_kbps,
            told_percent=self._settings.cmsd_percent,
        )
        return max(1, kbps * self._settings.safety_percent // 100)

    def _ceiling(self, stream: Stream) -> int:
        told_kbps = self._cmsd.most_kbps if self._settings.heeds_cmsd else 0
        most_kbps = min(self._settings.highest_kbps, told_kbps or self._settings.highest_kbps)
        low_enough = [
            rung
            for rung, rendition in enumerate(stream.track.renditions)
            if not self._settings.highest_height or rendition.height <= self._settings.highest_height
        ]
        return min(highest_within(stream.ladder, most_kbps), max(low_enough, default=0))

    def _state(self, stream: Stream, outlook: Outlook, *, buffer_ms: int) -> AbrState:
        nominal = tuple(kbps * segment_ms_of(stream) // 8 for kbps in stream.ladder)
        return AbrState(
            ladder=stream.ladder,
            sizes_bytes=outlook.sizes_bytes or (nominal,),
            segment_ms=segment_ms_of(stream),
            segments_left=outlook.segments_left,
            buffer_ms=buffer_ms,
            buffer_full_ms=outlook.full_ms,
            rung=stream.rung,
            link=self._link,
            throughput_kbps=self._usable_kbps(stream.ladder),
            memo=self._memo,
        )
