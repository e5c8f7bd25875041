"""Which segments each rendition has."""

import msgspec

from matinee.core.listings import LEAST_REFRESH_MS, Listings
from matinee.core.messages import IndexTarget, RenditionRef
from matinee.manifest.presentation import Live, Period, Rendition, Resource, Segment
from matinee.testing.playbook import track

SEGMENTS = track().renditions[0].segments
LISTED = Rendition(rendition_id="v1", bitrate_kbps=800, mime_type="video/mp4", index=Resource(path="v1.m3u8"))
KNOWN = msgspec.structs.replace(LISTED, index=None, segments=SEGMENTS)
PERIOD = Period(tracks=(track(),))
LIVE = Live(refresh_ms=4_000)


def target(rendition: Rendition = LISTED) -> IndexTarget:
    return IndexTarget(RenditionRef(kind="video", track_id="1", rung=0, mime_type="video/mp4"), PERIOD, rendition)


def listings(*segments: Segment, live: Live | None = None, now_ms: int = 0) -> Listings:
    it = Listings()
    it.learn(target(), segments, live, now_ms=now_ms)
    return it


def test_what_the_manifest_lists_needs_no_index() -> None:
    it = Listings()
    assert (it.segments(PERIOD, KNOWN), it.is_open(PERIOD, KNOWN)) == (SEGMENTS, False)


def test_an_index_is_due_at_once_and_when_whole_read_once() -> None:
    it = Listings()
    assert (it.segments(PERIOD, LISTED), it.is_open(PERIOD, LISTED), it.due_ms(PERIOD, LISTED)) == ((), True, 0)
    it = listings(*SEGMENTS)
    assert (it.segments(PERIOD, LISTED), it.is_open(PERIOD, LISTED)) == (SEGMENTS, False)


def test_a_live_playlist_is_read_again_after_the_time_it_says() -> None:
    it = listings(*SEGMENTS[:2], live=LIVE, now_ms=1_000)
    assert (it.is_open(PERIOD, LISTED), it.due_ms(PERIOD, LISTED)) == (True, 5_000)


def test_one_that_brought_nothing_new_is_read_again_after_half_of_that() -> None:
    it = listings(*SEGMENTS[:2], live=LIVE)
    assert not it.learn(target(), SEGMENTS[:2], LIVE, now_ms=4_000)
    assert it.due_ms(PERIOD, LISTED) == 6_000
    assert it.learn(target(), SEGMENTS[1:3], LIVE, now_ms=6_000)
    assert it.due_ms(PERIOD, LISTED) == 10_000


def test_an_eager_service_is_not_asked_without_pause() -> None:
    assert listings(*SEGMENTS, live=Live(refresh_ms=1)).due_ms(PERIOD, LISTED) == LEAST_REFRESH_MS


def test_the_word_that_there_will_be_no_more_is_news_though_nothing_else_is() -> None:
    it = listings(*SEGMENTS, live=LIVE)
    assert it.learn(target(), SEGMENTS, None, now_ms=4_000)
    assert not it.is_open(PERIOD, LISTED)


def test_what_was_read_of_a_period_that_is_gone_is_forgotten() -> None:
    it = listings(*SEGMENTS)
    it.keep([PERIOD])
    assert it.segments(PERIOD, LISTED) == SEGMENTS
    it.keep([msgspec.structs.replace(PERIOD, period_id="next")])
    assert it.segments(PERIOD, LISTED) == ()
