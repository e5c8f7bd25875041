"""Feeding: which stream asks for what next, and when."""

from collections.abc import Iterator

from matinee.core.delivery import AT_ONCE, Delivery, Flight, Making, flight_of
from matinee.core.edge import LiveEdge
from matinee.core.messages import Announce, Command, Forget, MediaTarget, SegmentTarget
from matinee.core.notices import RungSwitched
from matinee.core.outlook import outlook_of
from matinee.core.playhead import Playhead
from matinee.core.reckoning import Reckoning
from matinee.core.selection import Selection
from matinee.core.stream import Stream, segment_ms_of
from matinee.policy.abr.decision import InFlight
from matinee.policy.buffering import hungry_in_ms
from matinee.policy.chunks import ChunkedFlight, rung_in_time
from matinee.policy.live import THIN_MS, patience_ms
from matinee.policy.settings import BufferingSettings

LOOK_AFTER_MS, LOOK_EVERY_MS = 500, 250
"""When and how often a segment under way is looked at: dash.js waits 500 ms, hls.js looks every 100 ms."""


class Feeding:
    """One segment of each kind is under way at a time: what is asked for is decided as late as can be."""

    def __init__(
        self, settings: BufferingSettings, *, delivery: Delivery, reckoning: Reckoning, edge: LiveEdge
    ) -> None:
        self._settings = settings
        self._delivery = delivery
        self._reckoning = reckoning
        self._edge = edge
        self._held_until_ms = 0
        """The policy wants the next picture asked for no sooner."""
        self._look_ms = 0
        """When the segment under way is to be looked at again."""

    def ask(self, selection: Selection, playhead: Playhead, *, now_ms: int) -> Iterator[Command]:
        """Ask for the next segment of every stream that wants one."""
        for stream in selection.idle():
            due_ms = self._due_ms(stream, playhead, now_ms)
            if due_ms is not None and due_ms <= now_ms:
                buffer_ms = max(0, selection.buffer_ms(playhead.position_ms(now_ms=now_ms)))
                yield from self._ask_for(stream, buffer_ms, now_ms)
            if forgotten := stream.inits.take_forgotten():
                yield Forget(forgotten)

    def reconsider(self, selection: Selection, playhead: Playhead, *, now_ms: int) -> Iterator[Command]:
        """Leave a segment of pictures that will be too late for a lower rung, if the policy finds that better."""
        stream = selection.stream_of("video")
        flight = flight_of(self._delivery, "video", now_ms=now_ms) if now_ms >= self._look_ms else None
        if stream is None or flight is None or flight.target != stream.wanted:
            return
        self._look_ms = now_ms + (LOOK_EVERY_MS if flight.elapsed_ms >= LOOK_AFTER_MS else LOOK_AFTER_MS)
        buffer_ms = max(0, selection.buffer_ms(playhead.position_ms(now_ms=now_ms)))
        if flight.lately.flowing_ms:
            instead = self._rung_in_time(stream, flight, buffer_ms, now_ms)
        else:
            instead = self._rung_instead(stream, flight, buffer_ms)
        if instead is None:
            return
        self._learn(flight)
        yield from self._delivery.cancel("video")
        stream.let_go()
        yield from self._want(stream, instead, now_ms)

    def remember(self, *, now_ms: int) -> None:
        """What the segment under way shows of the link is known, though it will be cancelled."""
        flight = flight_of(self._delivery, "video", now_ms=now_ms)
        if flight is not None:
            self._learn(flight)

    def next_ms(self, selection: Selection, playhead: Playhead, *, now_ms: int) -> int | None:
        """When the next stream will want something; None while nothing but an event can bring that about."""
        due_ms = [self._due_ms(stream, playhead, now_ms) for stream in selection.idle()]
        video = selection.stream_of("video")
        if video is not None and video.rung > 0 and flight_of(self._delivery, "video", now_ms=now_ms) is not None:
            due_ms.append(max(now_ms + 1, self._look_ms))
        return min((it for it in due_ms if it is not None), default=None)

    def _due_ms(self, stream: Stream, playhead: Playhead, now_ms: int) -> int | None:
        """When there is room for the next segment of the stream, and it, or word of it, is to be had.

        None while it is full and the playhead stands still, if it is no longer kept, or if live is not known yet.
        """
        ahead_ms = stream.frontier_ms - playhead.position_ms(now_ms=now_ms)
        full_ms = self._settings.start_ms if playhead.is_ahead else self._settings.full_ms
        hungry_ms = hungry_in_ms(buffer_ms=ahead_ms, full_ms=full_ms)
        if hungry_ms and not playhead.is_moving:
            return None
        due_ms = now_ms + playhead.lasts_ms(hungry_ms)
        if stream.kind == "video":
            due_ms = max(due_ms, self._held_until_ms)
        rung = max(stream.rung, 0)
        segment = stream.next_segment(rung)
        if segment is None:
            return max(due_ms, stream.index_due_ms(rung) or 0)
        if self._edge.is_gone(stream.frontier_ms, now_ms=now_ms):
            return None
        there_ms = self._edge.clock.available_ms(end_ms=segment.end_ms, early_ms=stream.rendition.early_ms)
        return None if there_ms is None else max(due_ms, there_ms)

    def _ask_for(self, stream: Stream, buffer_ms: int, now_ms: int) -> Iterator[Command]:
        before = stream.rung
        outlook = outlook_of(stream, full_ms=self._full_ms(stream))
        choice = self._reckoning.choice_for(stream, outlook, buffer_ms=buffer_ms)
        if choice.delay_ms and stream.kind == "video" and now_ms > self._held_until_ms:
            self._held_until_ms = now_ms + choice.delay_ms
            return
        rung = choice.rung
        due_ms = stream.index_due_ms(rung)
        if due_ms is not None and due_ms > now_ms:
            rung, due_ms = max(before, 0), stream.index_due_ms(max(before, 0))
        if due_ms is not None:
            yield from self._delivery.ask(stream.want_index(rung), now_ms=now_ms)
            return
        yield from self._want(stream, rung, now_ms)

    def _want(self, stream: Stream, rung: int, now_ms: int) -> Iterator[Command]:
        before = stream.rung
        for target in stream.want(rung):
            yield from self._delivery.ask(target, now_ms=now_ms, making=self._making(stream, target))
        if stream.kind == "video":
            self._look_ms = now_ms + LOOK_AFTER_MS
        if stream.kind == "video" and before not in (-1, stream.rung):
            yield Announce(RungSwitched(stream.ladder[before], stream.ladder[stream.rung]))

    def _making(self, stream: Stream, target: MediaTarget) -> Making:
        """How it comes: in parts, if it is asked for before it is whole."""
        early_ms = stream.rendition.early_ms
        if not isinstance(target, SegmentTarget) or early_ms == 0:
            return AT_ONCE
        until_ms = self._edge.clock.available_ms(end_ms=target.segment.end_ms, early_ms=0) or 0
        return Making(until_ms, max(0, target.segment.duration_ms - early_ms))

    def _full_ms(self, stream: Stream) -> int:
        """The most that can be buffered: of what is live, no more than there is."""
        full_ms = self._settings.full_ms
        return full_ms if self._edge.live is None else max(1, min(full_ms, self._edge.delay_ms(segment_ms_of(stream))))

    def _learn(self, flight: Flight) -> None:
        """What it shows of the link; where it comes in chunks, of late."""
        size_bytes, flowing_ms = flight.lately
        if flowing_ms == 0:
            size_bytes, flowing_ms = flight.received_bytes, flight.elapsed_ms - flight.first_byte_ms
        self._reckoning.measured(
            size_bytes=size_bytes, elapsed_ms=flight.first_byte_ms + flowing_ms, first_byte_ms=flight.first_byte_ms
        )

    def _rung_instead(self, stream: Stream, flight: Flight, buffer_ms: int) -> int | None:
        if stream.rung <= 0 or flight.size_bytes <= 0 or stream.appended_ms is not None:
            return None
        it = InFlight(
            rung=stream.rung,
            size_bytes=flight.size_bytes,
            got_bytes=flight.received_bytes,
            elapsed_ms=flight.elapsed_ms,
            first_byte_ms=flight.first_byte_ms or flight.elapsed_ms,
        )
        outlook = outlook_of(stream, full_ms=self._full_ms(stream))
        return self._reckoning.rung_instead(stream, outlook, buffer_ms=buffer_ms, flight=it)

    def _rung_in_time(self, stream: Stream, flight: Flight, buffer_ms: int, now_ms: int) -> int | None:
        """The same of a segment that is made while it comes: of that policies know nothing."""
        segment = flight.target.segment
        sizes_bytes = tuple(kbps * segment.duration_ms // 8 for kbps in stream.ladder)
        it = ChunkedFlight(
            rung=stream.rung,
            left_bytes=max(0, (flight.size_bytes or sizes_bytes[stream.rung]) - flight.received_bytes),
            left_ms=segment.end_ms - max(segment.start_ms, stream.frontier_ms),
            made_in_ms=max(0, flight.making.until_ms - now_ms),
            lately=flight.lately,
            latest=flight.latest,
            first_byte_ms=flight.first_byte_ms,
            buffer_ms=buffer_ms,
            reserve_ms=min(THIN_MS, patience_ms(delay_ms=self._edge.delay_ms(segment.duration_ms))),
        )
        return rung_in_time(it, sizes_bytes=sizes_bytes)
