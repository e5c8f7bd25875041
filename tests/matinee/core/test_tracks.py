"""Which tracks a viewer would choose, and take for the same."""

import msgspec
import pytest

from matinee.core.tracks import counterpart_of, decodable, first_of, is_choosable, spoken_of
from matinee.manifest.presentation import Period, Track
from matinee.testing.playbook import presentation, track

VIDEO, ENGLISH, AUSTRIAN = track(), track("audio", language="en"), track("audio", language="de-AT")
WINDING = msgspec.structs.replace(track(track_id="winding"), roles=("trick-play",))
COMMENTED = msgspec.structs.replace(track("audio", language="en", track_id="commented"), roles=("commentary",))
PERIOD = Period(tracks=(WINDING, VIDEO, ENGLISH, AUSTRIAN, track("image")))


def coded(shown: Track, codecs: str) -> Track:
    renditions = tuple(msgspec.structs.replace(it, codecs=codecs) for it in shown.renditions)
    return msgspec.structs.replace(shown, renditions=renditions)


def test_neither_thumbnails_nor_tracks_for_winding_can_be_chosen() -> None:
    assert [it.track_id for it in PERIOD.tracks if is_choosable(it)] == ["video-und", "audio-en", "audio-de-AT"]


@pytest.mark.parametrize(
    ("language", "found"), [("de", AUSTRIAN), ("de-CH", AUSTRIAN), ("en", ENGLISH), ("fr", None), ("", None)]
)
def test_a_language_is_understood_whatever_its_region(language: str, found: Track | None) -> None:
    assert spoken_of(PERIOD, "audio", language) == found


def test_without_the_language_it_is_the_first_of_the_kind() -> None:
    assert (first_of(PERIOD, "audio", "fr"), first_of(PERIOD, "video"), first_of(PERIOD, "text")) == (
        ENGLISH,
        VIDEO,
        None,
    )


def test_the_same_language_matters_more_than_the_same_role() -> None:
    assert counterpart_of(COMMENTED, (ENGLISH, AUSTRIAN)) == ENGLISH
    assert counterpart_of(COMMENTED, (ENGLISH, COMMENTED)) == COMMENTED


def test_among_equals_it_is_the_one_of_the_same_codec() -> None:
    modern, usual = coded(track(track_id="1"), "av01.0.04M.08"), coded(track(track_id="2"), "avc1.64001f")
    assert counterpart_of(coded(track(track_id="1"), "avc1.640028"), (modern, usual)) == usual


def test_sound_in_another_language_is_better_than_none_subtitles_are_not() -> None:
    assert counterpart_of(ENGLISH, (AUSTRIAN,)) == AUSTRIAN
    assert counterpart_of(track("text", language="en"), (track("text", language="de"),)) is None


def test_what_is_not_decoded_here_is_left_out_where_others_of_the_kind_are() -> None:
    plain, strange = coded(track(ladder=(300,)), "avc1"), coded(track(ladder=(900,), track_id="strange"), "vvc1")
    mixed = msgspec.structs.replace(plain, track_id="mixed", renditions=(*plain.renditions, *strange.renditions))
    dolby, wound = coded(track("audio"), "ac-4"), msgspec.structs.replace(plain, roles=("trick-play",))

    def left(*tracks: Track) -> list[Track]:
        return list(decodable(presentation(*tracks), lambda codecs: codecs == "avc1").periods[0].tracks)

    assert left(strange, plain, dolby) == [plain, dolby]
    assert left(mixed) == [msgspec.structs.replace(mixed, renditions=plain.renditions)]
    assert left(strange, wound) == [strange, wound]
