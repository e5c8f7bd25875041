"""Events within segments, in both versions of their box."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.errors import MediaCorrupt, MediaInvalid
from matinee.manifest.presentation import TimedEvent
from matinee.media.events import MAX_EVENTS, MAX_MESSAGE_BYTES, may_hold_events, read_events
from matinee.media.fragments import read_fragments
from tests.support.media import make_video

NAMES = b"urn:scte:scte35:2013:bin\0\xc3\xa9\0"


def emsg(
    *,
    version: int,
    time: int = 1_500,
    timescale: int = 1_000,
    duration: int = 9_000,
    names: bytes = NAMES,
    data: bytes = b"hi",
) -> bytes:
    if version:
        content = struct.pack(">IQII", timescale, time, duration, 7) + names + data
    else:
        content = names + struct.pack(">IIII", timescale, time, duration, 7) + data
    return struct.pack(">I4sI", 12 + len(content), b"emsg", version << 24) + content


@pytest.mark.parametrize(("version", "start_ms"), [(0, 61_500), (1, -500)])
def test_an_event_is_placed_by_its_segment_or_by_media_time(version: int, start_ms: int) -> None:
    assert read_events(emsg(version=version), start_ms=60_000, shift_ms=-2_000) == (
        TimedEvent(
            scheme="urn:scte:scte35:2013:bin",
            value="é",
            event_id="7",
            start_ms=start_ms,
            duration_ms=9_000,
            data=b"hi",
        ),
    )


def test_where_nothing_else_says_so_the_first_sample_starts_with_the_segment() -> None:
    media = make_video(seconds=2).segments[1]
    [fragment] = read_fragments(media, None)
    assert fragment.decode_time > 0
    segment = emsg(version=1, time=fragment.decode_time + 1_500) + media
    [event] = read_events(segment, start_ms=60_000, shift_ms=None)
    assert event.start_ms == 61_500


def test_most_segments_are_known_at_once_to_hold_none() -> None:
    media = struct.pack(">I4s", 8, b"moof") + struct.pack(">I4s", 8, b"mdat")
    assert [may_hold_events(segment) for segment in (media, emsg(version=0) + media)] == [False, True]


def test_times_are_in_the_events_own_timescale() -> None:
    [event] = read_events(emsg(version=1, time=270_000, timescale=90_000, duration=45_000), start_ms=0)
    assert (event.start_ms, event.duration_ms) == (3_000, 500)


def test_a_duration_may_be_unknown() -> None:
    [event] = read_events(emsg(version=0, duration=0xFFFF_FFFF), start_ms=0)
    assert event.duration_ms is None


def test_all_events_of_a_segment_are_told_wherever_they_stand() -> None:
    moof, mdat = struct.pack(">I4s", 8, b"moof"), struct.pack(">I4s", 8, b"mdat")
    segment = emsg(version=0) + moof + mdat + emsg(version=1) + moof + mdat
    assert len(read_events(segment, start_ms=0)) == 2
    assert read_events(moof + mdat, start_ms=0) == ()


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize(
    "broken",
    [
        {"timescale": 0},
        {"names": b"\xff\0\0"},
        {"names": b"a" * 3_000 + b"\0\0"},
        {"data": bytes(MAX_MESSAGE_BYTES + 1)},
    ],
)
def test_what_breaks_the_format_or_the_bounds_is_invalid(version: int, broken: dict[str, object]) -> None:
    with pytest.raises(MediaInvalid) as caught:
        read_events(emsg(version=version, **broken), start_ms=0)  # type: ignore[arg-type]
    assert caught.value.facts["box"] == "emsg"


def test_a_version_that_nobody_defined_is_invalid() -> None:
    with pytest.raises(MediaInvalid, match="version 2"):
        read_events(emsg(version=2), start_ms=0)


def test_more_events_than_any_segment_needs_are_refused() -> None:
    with pytest.raises(MediaInvalid, match="the most"):
        read_events(emsg(version=0) * (MAX_EVENTS + 1), start_ms=0)


def test_no_cut_of_an_event_is_read() -> None:
    whole = emsg(version=0)
    for size in range(1, len(whole)):
        with pytest.raises(MediaCorrupt):
            read_events(whole[:size], start_ms=0)


@settings(max_examples=200, deadline=None)
@given(version=st.integers(0, 1), at=st.integers(0, 60), value=st.binary(min_size=1, max_size=8))
def test_a_damaged_event_is_read_or_refused(version: int, at: int, value: bytes) -> None:
    whole = emsg(version=version)
    with suppress(MediaInvalid, MediaCorrupt):
        read_events(whole[:at] + value + whole[at + len(value) :], start_ms=0)
