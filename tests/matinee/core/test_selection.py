"""Which tracks are chosen, and what of them is here."""

import msgspec
import pytest

from matinee.core.messages import InitTarget, SegmentTarget
from matinee.core.selection import Selection
from matinee.core.stream import Stream
from matinee.manifest.presentation import Track
from matinee.policy.settings import PlayerSettings
from matinee.testing.playbook import presentation, track

VIDEO, ENGLISH, GERMAN = track(), track("audio", language="en"), track("audio", language="de-AT")
SUBTITLES = track("text", language="de", segments=1, segment_ms=20_000, has_init=False)


def selection(*tracks: Track, settings: PlayerSettings | None = None, position_ms: int = 0) -> Selection:
    return Selection(presentation(*tracks), settings or PlayerSettings(), position_ms=position_ms)


def selected(it: Selection) -> list[str]:
    return [choice.track_id for choice in it.choices(0) if choice.is_selected]


def bring(stream: Stream) -> None:
    for request_id, target in enumerate(stream.want(0)):
        assert isinstance(target, InitTarget | SegmentTarget)
        stream.arrived(target, request_id)


def test_without_wishes_it_is_the_first_picture_and_sound_and_no_subtitles() -> None:
    assert selected(selection(VIDEO, ENGLISH, GERMAN, SUBTITLES)) == ["video-und", "audio-en"]


@pytest.mark.parametrize(("language", "audio"), [("de", "audio-de-AT"), ("de-CH", "audio-de-AT"), ("fr", "audio-en")])
def test_the_sound_is_in_the_preferred_language_whatever_the_region_if_there_is_one(language: str, audio: str) -> None:
    it = selection(VIDEO, ENGLISH, GERMAN, settings=PlayerSettings(audio_language=language))
    assert selected(it) == ["video-und", audio]


@pytest.mark.parametrize(("language", "texts"), [("de", ["text-de"]), ("fr", []), ("", [])])
def test_subtitles_are_shown_in_the_wanted_language_or_not_at_all(language: str, texts: list[str]) -> None:
    it = selection(VIDEO, SUBTITLES, settings=PlayerSettings(text_language=language))
    assert selected(it) == ["video-und", *texts]


def test_thumbnails_and_tracks_for_fast_winding_are_listed_with_their_roles_and_never_chosen() -> None:
    winding = msgspec.structs.replace(track(track_id="winding"), roles=("trick-play",))
    it = selection(winding, VIDEO, track("image"))
    assert [(choice.track_id, choice.is_choosable, choice.roles) for choice in it.choices(0)] == [
        ("winding", False, ("trick-play",)),
        ("video-und", True, ()),
        ("image-und", False, ()),
    ]
    assert selected(it) == ["video-und"]
    assert it.choose("winding", position_ms=0) is None
    assert it.choose("image-und", position_ms=0) is None


def test_a_choice_takes_the_place_of_its_kind_and_begins_where_the_viewer_is() -> None:
    it = selection(VIDEO, ENGLISH, GERMAN)
    chosen = it.choose("audio-de-AT", position_ms=9_000)
    assert chosen is not None
    segment = chosen.next_segment(0)
    assert segment is not None
    assert segment.start_ms == 8_000
    assert selected(it) == ["video-und", "audio-de-AT"]


@pytest.mark.parametrize("track_id", ["audio-en", "unheard-of"])
def test_choosing_what_is_chosen_or_unknown_changes_nothing(track_id: str) -> None:
    it = selection(VIDEO, ENGLISH, GERMAN)
    assert it.choose(track_id, position_ms=0) is None
    assert selected(it) == ["video-und", "audio-en"]


def test_the_keys_of_all_tracks_are_wanted_chosen_or_not() -> None:
    english, german = (track("audio", language=language, key_ids=(f"key-{language}",)) for language in ("en", "de"))
    assert presentation(track(key_ids=("key-video",)), english, german).key_ids == ("key-de", "key-en", "key-video")


def test_the_buffer_is_that_of_the_stream_which_runs_dry_first() -> None:
    it = selection(VIDEO, ENGLISH)
    video, audio = it.streams
    bring(video)
    assert it.buffer_ms(0) == 0
    bring(audio)
    bring(video)
    assert it.buffer_ms(1_000) == 3_000


def test_subtitles_that_come_late_hold_nobody_up() -> None:
    it = selection(VIDEO, SUBTITLES, settings=PlayerSettings(text_language="de"))
    video, _ = it.streams
    bring(video)
    assert it.buffer_ms(0) == 4_000


def test_a_sound_that_ends_sooner_does_not_end_the_picture() -> None:
    it = selection(track(segments=2), track("audio", segments=1))
    video, audio = it.streams
    bring(audio)
    bring(video)
    assert (it.is_whole, it.buffer_ms(3_000)) == (False, 1_000)
    bring(video)
    assert (it.is_whole, it.end_ms, it.buffer_ms(5_000)) == (True, 8_000, 3_000)


def test_what_is_left_is_reckoned_by_the_segments_once_all_are_here() -> None:
    it = Selection(
        msgspec.structs.replace(presentation(track(segments=1)), duration_ms=4_700), PlayerSettings(), position_ms=0
    )
    assert it.left_ms(1_000) == 3_700
    bring(it.streams[0])
    assert it.left_ms(1_000) == 3_000
