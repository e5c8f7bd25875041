"""A stream: one chosen track, what of it is here, and which segment comes next."""

from bisect import bisect_right

from matinee.core.messages import Append, InitTarget, SegmentTarget, Target
from matinee.manifest.presentation import Rendition, Segment, Track


class Stream:
    """The run of media of one track from where the viewer entered it: grows at its end, one segment at a time."""

    def __init__(self, track: Track, *, position_ms: int) -> None:
        self.track = track
        self.ladder = tuple(rendition.bitrate_kbps for rendition in track.renditions)
        self.rung = -1
        """Chosen last; -1 before the first."""
        self.wanted: SegmentTarget | None = None
        """The segment asked for; None while there is none."""
        self._init_ids: dict[int, int | None] = {}
        self._segment_id: int | None = None
        self._inits_wanted: set[int] = set()
        self.frontier_ms = 0
        self.move_to(position_ms)

    @property
    def gates_play(self) -> bool:
        """Whether the picture waits for it: subtitles may come late."""
        return self.track.kind in ("video", "audio")

    @property
    def is_whole(self) -> bool:
        """Whether everything from the entry to the end is here."""
        return self.next_index(max(self.rung, 0)) is None

    def move_to(self, position_ms: int) -> None:
        """Enter anew, at the start of the segment that holds `position_ms`; what was asked for is asked no more."""
        segments = self.track.renditions[max(self.rung, 0)].segments
        at = bisect_right(segments, position_ms, key=_start_ms) - 1
        self.frontier_ms = segments[max(at, 0)].start_ms
        self.wanted = None
        self._segment_id = None
        self._inits_wanted.clear()

    def next_index(self, rung: int) -> int | None:
        """The segment of that rung that continues the run, or None at the end.

        Rungs need not be cut at the same milliseconds: the segment more than half of which is missing is next.
        """
        segments = self.track.renditions[rung].segments
        at = max(bisect_right(segments, self.frontier_ms, key=_start_ms) - 1, 0)
        if (self.frontier_ms - segments[at].start_ms) * 2 >= segments[at].duration_ms:
            at += 1
        return at if at < len(segments) else None

    def want(self, rung: int) -> list[Target]:
        """Choose `rung` for the next segment; what is to be asked for. Only while nothing is wanted, before the end.

        A rung that ends sooner than the one before has nothing to offer for the last segment: then that one goes on.
        """
        assert self.wanted is None
        if self.next_index(rung) is None:
            rung = max(self.rung, 0)
        index = self.next_index(rung)
        assert index is not None
        self.rung = rung
        self.wanted = SegmentTarget(self.track.track_id, rung, index)
        if self.rendition.init is None:
            self._init_ids[rung] = None
        if rung in self._init_ids or rung in self._inits_wanted:
            return [self.wanted]
        self._inits_wanted.add(rung)
        return [InitTarget(self.track.track_id, rung), self.wanted]

    def arrived(self, target: InitTarget | SegmentTarget, request_id: int) -> Append | None:
        """Note what came; the Append that became possible, if one did."""
        if isinstance(target, InitTarget):
            self._inits_wanted.discard(target.rung)
            self._init_ids[target.rung] = request_id
        elif target == self.wanted:
            self._segment_id = request_id
        if self.wanted is None or self._segment_id is None or self.wanted.rung not in self._init_ids:
            return None
        segment = self.segment(self.wanted)
        target, request_id = self.wanted, self._segment_id
        self.frontier_ms = segment.start_ms + segment.duration_ms
        self.wanted = None
        self._segment_id = None
        return Append(
            request_id,
            target,
            self._init_ids[target.rung],
            start_ms=segment.start_ms,
            end_ms=self.frontier_ms,
            is_last=self.is_whole,
        )

    def segment(self, target: SegmentTarget) -> Segment:
        return self.track.renditions[target.rung].segments[target.index]

    @property
    def segment_ms(self) -> int:
        """The usual length of a segment: that of the first."""
        return self.rendition.segments[0].duration_ms

    @property
    def rendition(self) -> Rendition:
        """Of the rung chosen last; of the lowest before the first choice."""
        return self.track.renditions[max(self.rung, 0)]


def _start_ms(segment: Segment) -> int:
    return segment.start_ms
