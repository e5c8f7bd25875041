"""Leaving: what was asked for and kept, and is no longer wanted."""

from collections.abc import Iterator

from matinee.core.delivery import Arrival, Delivery
from matinee.core.messages import Announce, Command, Discard, SegmentTarget
from matinee.core.notices import TracksChanged
from matinee.core.selection import Selection
from matinee.core.stream import Stream


def leave(delivery: Delivery, *streams: Stream) -> Iterator[Command]:
    """What was asked for and kept of the streams is no longer wanted."""
    for stream in streams:
        yield from delivery.cancel(stream.kind)
        yield Discard(stream.kind)


def put_off(delivery: Delivery, selection: Selection) -> None:
    """What is not there yet is asked for anew."""
    for stream in selection.streams:
        if stream.wanted == delivery.early:
            stream.wanted = None
    delivery.early = None


def decline_text(selection: Selection | None, delivery: Delivery) -> Iterator[Command]:
    """The viewer goes on without subtitles."""
    if selection is not None and (text := selection.stream_of("text")):
        yield from leave(delivery, text)
        selection.drop("text")
        yield Announce(TracksChanged())


def take_back(
    blamed: Arrival | None, delivery: Delivery, selection: Selection | None, position_ms: int
) -> Iterator[Command]:
    """A segment is of no use, and what came after it cannot be shown before it: all that is fetched anew."""
    if blamed is None or selection is None:
        return
    yield from blamed.commands
    target = blamed.target
    stream = selection.stream_of(target.of.kind) if isinstance(target, SegmentTarget) else None
    if stream is not None and isinstance(target, SegmentTarget):
        yield from leave(delivery, stream)
        selection.move_to(max(position_ms, target.segment.start_ms), kind=stream.kind)
