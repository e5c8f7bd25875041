"""A stream: the media of one kind, what of it is here, and which segment comes next."""

from collections.abc import Sequence

from matinee.core.inits import Inits
from matinee.core.listings import Listings
from matinee.core.messages import Append, IndexTarget, InitTarget, MediaTarget, RenditionRef, SegmentTarget
from matinee.manifest.presentation import Period, Rendition, Segment, Track, TrackKind
from matinee.manifest.segments import index_at
from matinee.policy.ladder import Ladder, ladder_of


class Stream:
    """A run of media from where the viewer entered it: grows at its end by one segment at a time, period by period."""

    def __init__(self, period: Period, track: Track, listings: Listings, *, position_ms: int) -> None:
        self.kind: TrackKind = track.kind
        self.frontier_ms: int = position_ms
        """How far it is here; before the first segment, where the viewer entered."""
        self.rung: int = -1
        """Chosen last; -1 before the first."""
        self.rung_before: int = -1
        """Chosen before that."""
        self.wanted: SegmentTarget | None = None
        """The segment asked for; None while there is none."""
        self.carries_sound = False
        """Whether its segments of pictures bring the sound as well."""
        self.is_final = True
        """Whether no period follows."""
        self._listings = listings
        self._is_entering = True
        self._index_wanted: IndexTarget | None = None
        self._growing: tuple[int, int] | None = None
        """The request that brought the segment, and up to where."""
        self._is_here = False
        """Whether that is all of it."""
        self.appended_ms: int | None = None
        """Up to where parts of the segment that is wanted were appended; None before the first."""
        self._shown_from_ms: int | None = None
        """What of the segment that is wanted lies before is here at another rung; None: nothing of it."""
        self.inits: Inits = Inits()
        self._seam = _Seam()
        self._enter(period, track)

    @property
    def gates_play(self) -> bool:
        """Whether the picture waits for it: subtitles may come late, and what a period lacks never comes."""
        return self.kind in ("video", "audio") and not self._has_nothing

    @property
    def is_busy(self) -> bool:
        """Whether something was asked for that must come first."""
        return self.wanted is not None or self._index_wanted is not None

    @property
    def is_listed(self) -> bool:
        """Whether the segments of the rung in use are known to their end."""
        return self._has_nothing or not self._listings.is_open(self.period, self.rendition)

    @property
    def is_at_end(self) -> bool:
        """Whether everything of this period from the entry on is here."""
        return self.next_segment(max(self.rung, 0)) is None and self.is_listed

    @property
    def is_whole(self) -> bool:
        """Whether everything from the entry to the end is here."""
        return self.is_final and self.is_at_end

    def move_to(self, position_ms: int) -> None:
        """Enter anew, in this period, with the segment that holds `position_ms`; nothing asked for is wanted."""
        self.frontier_ms = position_ms
        self._is_entering = True
        self.wanted = self._index_wanted = self._shown_from_ms = None
        self.inits.stop_waiting()

    def cross(self, period: Period, track: Track) -> None:
        """Go on in the next period, once this one is here."""
        self.move_to(max(self.frontier_ms, period.start_ms))
        self._enter(period, track)
        self.rung = -1

    def pass_over(self, period: Period) -> None:
        """The next period has nothing of this kind: nothing is missed until its end."""
        self.period: Period = period
        self._has_nothing = True
        if period.end_ms is not None:
            self.frontier_ms = max(self.frontier_ms, period.end_ms)

    def renew(self, period: Period, track: Track) -> None:
        """The manifest was read anew: the same period and track, perhaps with more in them."""
        in_use = self.rendition.rendition_id
        was_chosen = self.rung >= 0
        self._enter(period, track)
        same = (rung for rung, rendition in enumerate(track.renditions) if rendition.rendition_id == in_use)
        self.rung = next(same, 0) if was_chosen else -1

    def next_segment(self, rung: int) -> Segment | None:
        """The segment of that rung that continues the run; None at the end of the period, or of what is listed.

        Rungs need not be cut at the same milliseconds: the segment more than half of which is missing is next.
        """
        if self._has_nothing:
            return None
        segment = self._seam.after(self.frontier_ms, self.segments(rung), is_entering=self._is_entering)
        if segment is None:
            return None
        is_before = self._is_entering and segment.end_ms <= self.frontier_ms
        ends_before = is_before and not (self.is_final and self.is_listed)
        begins_after = self.period.end_ms is not None and segment.start_ms >= self.period.end_ms
        return None if ends_before or begins_after else segment

    def segments(self, rung: int) -> Sequence[Segment]:
        """As listed; none while the index is unread."""
        return self._listings.segments(self.period, self.track.renditions[rung])

    def index_due_ms(self, rung: int) -> int | None:
        """When what lists the segments must be read before the next can be asked for; None if that is known."""
        rendition = self.track.renditions[rung]
        if self.next_segment(rung) is not None or not self._listings.is_open(self.period, rendition):
            return None
        return self._listings.due_ms(self.period, rendition)

    def want_index(self, rung: int) -> IndexTarget:
        """Ask for what lists the segments of `rung`."""
        self._index_wanted = IndexTarget(_ref(self, rung), self.period, self.track.renditions[rung])
        return self._index_wanted

    def want(self, rung: int) -> list[MediaTarget]:
        """Choose `rung` for the next segment; what is to be asked for. Only while not busy, and if there is one.

        A rung that ends sooner than the one before has nothing to offer for the last segment: then that one goes on.
        """
        assert not self.is_busy
        if self.next_segment(rung) is None:
            rung = max(self.rung, 0)
        segment = self.next_segment(rung)
        assert segment is not None
        self.rung_before, self.rung = self.rung, rung
        self.wanted = SegmentTarget(_ref(self, rung), segment)
        self._growing = self.appended_ms = None
        self._is_here = False
        if segment.init is None or not self.inits.want(segment.init):
            return [self.wanted]
        init = InitTarget(self.wanted.of, segment.init, segment.init_key, is_licensed=segment.key is None)
        return [init, self.wanted]

    def let_go(self) -> None:
        """The segment asked for is not waited for: another choice may be made in its place.

        What of it is here stays; the rest is taken out of the segment that is chosen.
        """
        if self.appended_ms is not None:
            self._is_entering, self._shown_from_ms = True, self.frontier_ms
        self.wanted = self._growing = None
        self.inits.stop_waiting()
        self.rung = self.rung_before

    def arrived(self, target: MediaTarget, request_id: int, *, ready_ms: int | None = None) -> Append | None:
        """Note what came, of a segment perhaps its first `ready_ms` only; the Append that became possible, if any."""
        if isinstance(target, InitTarget):
            self.inits.arrived(target.resource, request_id)
        elif target == self._index_wanted:
            self._index_wanted = None
        elif isinstance(target, SegmentTarget) and target == self.wanted:
            whole_ms = target.segment.duration_ms
            self._growing = (
                request_id,
                target.segment.start_ms + min(whole_ms if ready_ms is None else ready_ms, whole_ms),
            )
            self._is_here = ready_ms is None
        if self.wanted is None or self._growing is None:
            return None
        init = self.wanted.segment.init
        init_id = None if init is None else self.inits.request_id(init)
        if init is not None and init_id is None:
            return None
        request_id, end_ms = self._growing
        is_news = self._is_here or end_ms > (self.appended_ms or self.wanted.segment.start_ms)
        return self._append(self.wanted, request_id, init_id, end_ms=end_ms) if is_news else None

    @property
    def rendition(self) -> Rendition:
        """Of the rung chosen last; of the lowest before the first choice."""
        return self.track.renditions[max(self.rung, 0)]

    def _enter(self, period: Period, track: Track) -> None:
        self.period = period
        self.track = track
        self._has_nothing = False
        self.ladder: Ladder = ladder_of(rendition.bitrate_kbps for rendition in track.renditions)

    def _append(self, target: SegmentTarget, request_id: int, init_id: int | None, *, end_ms: int) -> Append:
        """The segment up to there, without what of it was appended before; the frontier moves."""
        segment, period, start_ms = target.segment, self.period, self.appended_ms or target.segment.start_ms
        from_ms = period.start_ms if segment.start_ms < period.start_ms and period.start_ms > 0 else None
        if self._shown_from_ms is not None:
            from_ms = self._shown_from_ms
        is_cut = not self.is_final and period.end_ms is not None and segment.end_ms > period.end_ms
        until_ms = period.end_ms if is_cut else None
        end_ms = end_ms if until_ms is None else min(end_ms, until_ms)
        if self._is_here:
            self.frontier_ms, self._is_entering, self.wanted = end_ms, False, None
            self._shown_from_ms = None
        else:
            self.frontier_ms, self.appended_ms = max(self.frontier_ms, end_ms), end_ms
        return Append(
            request_id,
            target,
            init_id,
            start_ms=start_ms,
            end_ms=end_ms,
            run=f"{period.period_id}/{segment.run}",
            is_last=self._is_here and self.is_whole,
            from_ms=from_ms,
            until_ms=until_ms,
            is_part=not self._is_here,
        )


def segment_ms_of(stream: Stream) -> int:
    """The usual length of its segments: that of the first of a rung that is listed; 0 while none is."""
    listed = (stream.segments(rung) for rung in (max(stream.rung, 0), *range(len(stream.ladder))))
    return next((segments[0].duration_ms for segments in listed if segments), 0)


def _ref(stream: Stream, rung: int) -> RenditionRef:
    track, rendition = stream.track, stream.track.renditions[rung]
    return RenditionRef(
        kind=track.kind,
        track_id=track.track_id,
        rung=rung,
        mime_type=rendition.mime_type,
        places=rendition.places,
        is_chunked=rendition.early_ms > 0,
        carries_sound=stream.carries_sound,
    )


class _Seam:
    """Where a run goes on. The last answer is remembered: it is asked for many times between two arrivals."""

    def __init__(self) -> None:
        self._segments: Sequence[Segment] = ()
        self._frontier_ms = -1
        self._is_entering = False
        self._answer: Segment | None = None

    def after(self, frontier_ms: int, segments: Sequence[Segment], *, is_entering: bool) -> Segment | None:
        """The segment to continue with at `frontier_ms`; None at the end."""
        is_same = segments is self._segments and is_entering == self._is_entering
        if not is_same or frontier_ms != self._frontier_ms:
            self._segments, self._is_entering = segments, is_entering
            self._frontier_ms = frontier_ms
            self._answer = _following(segments, frontier_ms, is_entering=is_entering)
        return self._answer


def _following(segments: Sequence[Segment], frontier_ms: int, *, is_entering: bool) -> Segment | None:
    at = max(index_at(segments, frontier_ms), 0)
    if at >= len(segments):
        return None
    segment = segments[at]
    if is_entering or (frontier_ms - segment.start_ms) * 2 < segment.duration_ms:
        return segment
    return segments[at + 1] if at + 1 < len(segments) else None
