"""The plan of a title."""

from fractions import Fraction

from matinee_encode.ladder import ladder_for
from matinee_encode.plan import distinct, passes_for, segment_frames, thumbnail_interval_s, tile_name, unit_key


def test_a_segment_is_whole_frames_near_four_seconds() -> None:
    assert segment_frames(Fraction(24)) == 96
    assert segment_frames(Fraction(30000, 1001)) == 120
    assert segment_frames(Fraction(1, 10)) == 1


def test_passes_share_out_every_rung_once_and_evenly() -> None:
    ladder = ladder_for(width=1280, height=720)
    passes = passes_for(ladder, workers=2)
    assert sorted(rung.bitrate_kbps for rungs in passes for rung in rungs) == [rung.bitrate_kbps for rung in ladder]
    assert len(passes) == 4
    assert [rung.bitrate_kbps for rung in passes[0]] == [3000]


def test_there_are_never_more_passes_than_rungs() -> None:
    assert len(passes_for(ladder_for(width=320, height=180), workers=64)) == 5


def test_a_unit_is_named_by_all_that_decides_it() -> None:
    assert unit_key("rung", "abc", Fraction(24).numerator) == unit_key("rung", "abc", 24)
    assert len({unit_key("rung", "abc", 24), unit_key("rung", "abc", 25), unit_key("audio", "abc", 24)}) == 3


def test_names_that_repeat_are_numbered() -> None:
    assert distinct(["en", "fr", "en", "en"]) == ["en", "fr", "en-2", "en-3"]


def test_a_film_has_fewer_thumbnails_an_hour_than_a_clip() -> None:
    assert (thumbnail_interval_s(55_000), thumbnail_interval_s(7_200_000)) == (2, 10)
    assert tile_name(1) == "tile-1.jpg"
