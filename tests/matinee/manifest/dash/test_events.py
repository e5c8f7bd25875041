import pytest

from matinee.errors import ManifestInvalid
from matinee.manifest.dash.events import read_events
from matinee.manifest.elements import read_elements
from matinee.manifest.presentation import TimedEvent


def events(stream: str, *, start_ms: int = 0) -> tuple[TimedEvent, ...]:
    return read_events(read_elements(f"<Period>{stream}</Period>".encode()), start_ms=start_ms)


def test_events_lie_on_the_timeline_of_the_presentation_in_order() -> None:
    late, early = (
        '<Event id="2" presentationTime="270000">late</Event>',
        '<Event id="1" presentationTime="135000" duration="45000" messageData="early"/>',
    )
    stream = (
        f'<EventStream schemeIdUri="urn:x" value="v" timescale="90000" presentationTimeOffset="90000">{late}{early}'
    )
    assert events(stream + "</EventStream>", start_ms=10_000) == (
        TimedEvent(scheme="urn:x", value="v", event_id="1", start_ms=10_500, duration_ms=500, data=b"early"),
        TimedEvent(scheme="urn:x", value="v", event_id="2", start_ms=12_000, data=b"late"),
    )


@pytest.mark.parametrize(
    "event",
    [
        '<Event contentEncoding="base64">/DAh\nAAA=</Event>',
        '<Event contentEncoding="base64" messageData="/DAhAAA="/>',
        '<Event><Signal xmlns="urn:scte"><Binary>/DAhAAA=</Binary></Signal></Event>',
    ],
)
def test_binary_data_is_decoded(event: str) -> None:
    (only,) = events(f'<EventStream schemeIdUri="urn:scte:scte35:2014:xml+bin">{event}</EventStream>')
    assert only.data == b"\xfc0!\x00\x00"


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ('<Event contentEncoding="base64">~</Event>', "not base64"),
        ('<Event presentationTime="9223372036854775807"/>', "years off"),
        ('<Event presentationTime="soon"/>', "not a whole number"),
    ],
)
def test_events_that_break_the_format_are_refused(event: str, reason: str) -> None:
    with pytest.raises(ManifestInvalid, match=reason):
        events(f"<EventStream>{event}</EventStream>")


def test_a_period_without_streams_has_no_events() -> None:
    assert events("") == ()
