"""Media shaped as CMAF and empty within."""

import pytest

from matinee.media.chunks import ChunkSplitter
from matinee.media.header import read_header
from matinee.media.integrity import verify_segment
from matinee.testing.cmaf import fragment, init_segment


@pytest.mark.parametrize("kind", ["video", "audio"])
def test_an_init_segment_describes_a_track_that_counts_milliseconds(kind: str) -> None:
    header = read_header(init_segment(kind))
    assert (header.timescale, header.track_id, header.is_muxed) == (1_000, 1, False)


def test_a_fragment_has_its_size_and_verifies() -> None:
    verify_segment(fragment(5_000))
    assert (len(fragment(5_000)), len(fragment(0))) == (5_000, len(fragment(1)))


def test_a_fragment_says_when_it_plays() -> None:
    splitter = ChunkSplitter(read_header(init_segment("video")))
    [chunk] = splitter.feed(fragment(5_000, start_ms=7_000, duration_ms=500))
    assert (chunk.start_ms, chunk.duration_ms) == (7_000, 500)
