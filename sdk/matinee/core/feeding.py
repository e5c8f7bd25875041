"""Feeding: which stream asks for what next, and when."""

from collections.abc import Iterator

from matinee.core.delivery import AT_ONCE, Delivery, Making
from matinee.core.edge import LiveEdge
from matinee.core.messages import Announce, Command, Forget, MediaTarget, SegmentTarget
from matinee.core.notices import RungSwitched
from matinee.core.playhead import Playhead
from matinee.core.reckoning import Reckoning
from matinee.core.selection import Selection
from matinee.core.stream import Stream
from matinee.policy.buffering import hungry_in_ms
from matinee.policy.settings import BufferingSettings


class Feeding:
    """One segment of each kind is under way at a time: what is asked for is decided as late as can be."""

    def __init__(
        self, settings: BufferingSettings, *, delivery: Delivery, reckoning: Reckoning, edge: LiveEdge
    ) -> None:
        self._settings = settings
        self._delivery = delivery
        self._reckoning = reckoning
        self._edge = edge

    def ask(self, selection: Selection, playhead: Playhead, *, now_ms: int) -> Iterator[Command]:
        """Ask for the next segment of every stream that wants one."""
        position_ms = playhead.position_ms(now_ms=now_ms)
        buffer_ms = max(0, selection.buffer_ms(position_ms))
        for stream in selection.idle():
            due_ms = self._due_ms(stream, playhead, now_ms)
            if due_ms is not None and due_ms <= now_ms:
                yield from self._ask_for(stream, buffer_ms, now_ms)
            if forgotten := stream.inits.take_forgotten():
                yield Forget(forgotten)

    def next_ms(self, selection: Selection, playhead: Playhead, *, now_ms: int) -> int | None:
        """When the next stream will want something; None while nothing but an event can bring that about."""
        due_ms = (self._due_ms(stream, playhead, now_ms) for stream in selection.idle())
        return min((it for it in due_ms if it is not None), default=None)

    def _due_ms(self, stream: Stream, playhead: Playhead, now_ms: int) -> int | None:
        """When there is room for the next segment of the stream, and it, or word of it, is to be had.

        None while it is full and the playhead stands still, if it is no longer kept, or if live is not known yet.
        """
        ahead_ms = stream.frontier_ms - playhead.position_ms(now_ms=now_ms)
        hungry_ms = hungry_in_ms(buffer_ms=ahead_ms, full_ms=self._settings.full_ms)
        if hungry_ms and not playhead.is_moving:
            return None
        due_ms = now_ms + playhead.lasts_ms(hungry_ms)
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
        rung = self._reckoning.rung_for(stream, buffer_ms=buffer_ms)
        due_ms = stream.index_due_ms(rung)
        if due_ms is not None and due_ms > now_ms:
            rung, due_ms = max(before, 0), stream.index_due_ms(max(before, 0))
        if due_ms is not None:
            yield from self._delivery.ask(stream.want_index(rung), now_ms=now_ms)
            return
        for target in stream.want(rung):
            yield from self._delivery.ask(target, now_ms=now_ms, making=self._making(stream, target))
        if stream.kind == "video" and before not in (-1, stream.rung):
            yield Announce(RungSwitched(stream.ladder[before], stream.ladder[stream.rung]))

    def _making(self, stream: Stream, target: MediaTarget) -> Making:
        """How it comes: in parts, if it is asked for before it is whole."""
        early_ms = stream.rendition.early_ms
        if not isinstance(target, SegmentTarget) or early_ms == 0:
            return AT_ONCE
        until_ms = self._edge.clock.available_ms(end_ms=target.segment.end_ms, early_ms=0) or 0
        return Making(until_ms, max(0, target.segment.duration_ms - early_ms))
