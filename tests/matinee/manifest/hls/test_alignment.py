from itertools import accumulate

import pytest

from matinee.manifest.hls.alignment import Marks, offset_us
from matinee.manifest.hls.media_playlist import MediaPlaylist, read_playlist
from tests.support.playlists import MEDIA_URL, PLACE, listed, media

DURATIONS = ["4.0045", "3.9955", "2.002666", "6.005"] * 60


def reading(
    first: int,
    count: int,
    *extra: str,
    before: MediaPlaylist | None = None,
    beside: MediaPlaylist | None = None,
    ends: bool = False,
) -> MediaPlaylist:
    """A live window of `count` segments from number `first` on."""
    document = media(f"#EXT-X-MEDIA-SEQUENCE:{first}", *extra, *listed(*DURATIONS[first : first + count]), ends=ends)
    return read_playlist(document, url=MEDIA_URL, place=PLACE, before=before, beside=beside)


def starts(playlist: MediaPlaylist) -> dict[int, int]:
    return {segment.number: segment.start_ms for segment in playlist.segments}


@pytest.mark.parametrize("step", [0, 1, 2, 5, 6])
def test_readings_of_one_playlist_go_on_with_the_timeline_without_drift(step: int) -> None:
    true_us = list(accumulate((round(float(duration) * 1_000_000) for duration in DURATIONS), initial=0))
    found = reading(0, 6)
    for round_number in range(1, 30):
        found = reading(round_number * step, 6, before=found)
        assert starts(found) == {number: true_us[number] // 1000 for number in starts(found)}
    assert found.live is not None
    last = reading(29 * step, 6, before=found, ends=True)
    assert (last.live, starts(last)) == (None, starts(found))


def test_a_playlist_that_ran_away_goes_on_where_it_is_likely_to_be() -> None:
    found = reading(20, 4, before=reading(0, 6))
    assert found.segments[0].start_ms == 24_007 + 14 * 4_000


def test_a_packager_that_counts_anew_goes_on_after_what_was() -> None:
    before = reading(40, 6)
    assert reading(0, 6, before=before).segments[0].start_ms == before.end_ms


def test_playlists_beside_one_another_agree_by_number() -> None:
    video = reading(10, 6)
    assert starts(reading(12, 6, beside=video))[13] == starts(video)[13]
    assert starts(reading(8, 6, beside=video))[13] == starts(video)[13]


def test_playlists_beside_one_another_agree_by_wall_time_before_all() -> None:
    video = reading(10, 6, "#EXT-X-PROGRAM-DATE-TIME:2024-01-01T00:00:00Z")
    audio = reading(70, 6, "#EXT-X-PROGRAM-DATE-TIME:2024-01-01T00:00:01.5Z", beside=video)
    assert audio.segments[0].start_ms == 1_500
    assert audio.live is not None
    assert video.live is not None
    assert audio.live.zero_wall_ms == video.live.zero_wall_ms == 1_704_067_200_000


def test_playlists_beside_one_another_agree_by_discontinuity_before_number() -> None:
    video = read_playlist(
        media("#EXT-X-MEDIA-SEQUENCE:5", *listed("4", "4"), "#EXT-X-DISCONTINUITY", *listed("4"), ends=False),
        url=MEDIA_URL,
        place=PLACE,
    )
    audio = read_playlist(
        media("#EXT-X-MEDIA-SEQUENCE:90", *listed("2"), "#EXT-X-DISCONTINUITY", *listed("4"), ends=False),
        url=MEDIA_URL,
        place=PLACE,
        beside=video,
    )
    assert [(segment.start_ms, segment.run) for segment in audio.segments] == [(6_000, 0), (8_000, 1)]


def test_titles_begin_at_0_whatever_their_numbers_and_dates() -> None:
    video = reading(0, 6, "#EXT-X-PROGRAM-DATE-TIME:2024-01-01T00:00:00Z", ends=True)
    audio = reading(3, 6, "#EXT-X-PROGRAM-DATE-TIME:2024-01-01T00:00:00.02Z", beside=video, ends=True)
    assert audio.segments[0].start_ms == 0


def test_a_rendition_first_read_when_the_live_show_is_over_still_agrees_with_the_others() -> None:
    over = reading(6, 6, before=reading(0, 6), ends=True)
    assert starts(reading(6, 6, beside=over, ends=True)) == starts(over)


def test_the_first_reading_begins_the_timeline() -> None:
    marks = Marks(number=9, bounds_us=[0, 4], run_starts_us={}, zero_wall_us=None, target_us=4)
    assert offset_us(marks, before=None, beside=None) == 0
    assert marks.moved(3).bounds_us == [3, 7]
