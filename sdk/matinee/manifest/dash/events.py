"""EventStreams: what the MPD announces for moments of a period (ISO/IEC 23009-1, section 5.10.2)."""

from binascii import a2b_base64
from collections.abc import Iterator

from matinee.manifest.elements import Element
from matinee.manifest.presentation import TimedEvent
from matinee.manifest.references import local
from matinee.manifest.timeline import ENDLESS_MS


def read_events(period: Element, *, start_ms: int) -> tuple[TimedEvent, ...]:
    """Those of a period that starts at `start_ms`, by rising start. Raises ManifestInvalid, FormatUnsupported."""
    events = (event for stream in local(period, "EventStream") for event in _events(stream, start_ms=start_ms))
    return tuple(sorted(events, key=lambda event: event.start_ms))


def _events(stream: Element, *, start_ms: int) -> Iterator[TimedEvent]:
    timescale, offset = stream.positive("timescale", 1), stream.whole("presentationTimeOffset", 0)
    scheme, value = stream.get("schemeIdUri"), stream.get("value")
    for event in stream.every("Event"):
        own_ms = start_ms + (event.whole("presentationTime", 0) - offset) * 1000 // timescale
        if abs(own_ms) > ENDLESS_MS:
            raise event.invalid("it lies more than 4,000 years off")
        yield TimedEvent(
            scheme=scheme,
            value=value,
            event_id=event.get("id"),
            start_ms=own_ms,
            duration_ms=event.whole("duration", 0) * 1000 // timescale if "duration" in event.attributes else None,
            data=_data(event),
        )


def _data(event: Element) -> bytes:
    """The message: an attribute, the text, or the text of the one element inside (as in SCTE 214-1, section 6.8.4)."""
    text = event.get("messageData") or event.text
    is_encoded = event.get("contentEncoding") == "base64"
    inner = event
    while not text and len(inner.children) == 1:
        inner = next(iter(inner.children.values()))[0]
        text, is_encoded = inner.text, inner.name == "Binary"
    if not is_encoded:
        return text.encode()
    try:
        return a2b_base64("".join(text.split()), strict_mode=True)
    except ValueError as error:
        raise event.invalid("its data is not base64") from error
