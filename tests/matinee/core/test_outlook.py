"""What is known of the segments to come."""

import msgspec

from matinee.core.outlook import Outlook, outlook_of
from matinee.manifest.presentation import Track
from matinee.testing.playbook import stream_of, track


def in_one_file(shown: Track) -> Track:
    """The track with every rung in a file of its own, whose segments grow by a hundred bytes."""
    renditions = []
    for rung, rendition in enumerate(shown.renditions):
        segments, at = [], 0
        for number, segment in enumerate(rendition.segments):
            size = 1_000 * (rung + 1) + 100 * number
            resource = msgspec.structs.replace(segment.resource, first_byte=at, last_byte=at + size - 1)
            segments.append(msgspec.structs.replace(segment, resource=resource))
            at += size
        renditions.append(msgspec.structs.replace(rendition, segments=tuple(segments)))
    return msgspec.structs.replace(shown, renditions=tuple(renditions))


def test_the_sizes_of_whole_files_are_not_known() -> None:
    assert outlook_of(stream_of(track(segments=9)), full_ms=60_000) == Outlook(segments_left=9, full_ms=60_000)


def test_byte_ranges_tell_the_sizes_by_segment_and_rung() -> None:
    it = stream_of(in_one_file(track(segments=3)), position_ms=4_000)
    assert outlook_of(it, full_ms=60_000).sizes_bytes == ((1_100, 2_100, 3_100), (1_200, 2_200, 3_200))


def test_while_a_segment_is_under_way_it_is_the_next_one() -> None:
    it = stream_of(in_one_file(track(segments=3)))
    it.want(0)
    assert outlook_of(it, full_ms=60_000).sizes_bytes[0] == (1_000, 2_000, 3_000)


def test_of_what_is_live_nobody_knows_how_many_are_left() -> None:
    it = stream_of(track())
    it.is_final = False
    assert outlook_of(it, full_ms=60_000).segments_left == 0


def test_sound_has_no_outlook() -> None:
    assert outlook_of(stream_of(track("audio")), full_ms=60_000) == Outlook(full_ms=60_000)
