"""Tracks: which of a period a viewer would choose, and which of another period is the same to him."""

from collections.abc import Iterable

from matinee.manifest.presentation import TRICK_PLAY, Period, Track, TrackKind


def is_choosable(track: Track) -> bool:
    """Whether a viewer may choose it: not a track of thumbnails, nor one for fast winding only."""
    return track.kind != "image" and TRICK_PLAY not in track.roles


def spoken_of(period: Period, kind: TrackKind, language: str) -> Track | None:
    """The first track of the kind in the language; None if there is none or no language is wanted."""
    if not language:
        return None
    tracks = (it for it in period.tracks if it.kind == kind and is_choosable(it))
    return next((it for it in tracks if it.language.split("-")[0] == language.split("-")[0]), None)


def first_of(period: Period, kind: TrackKind, language: str = "") -> Track | None:
    """The track in the language, else the first of the kind."""
    tracks = (it for it in period.tracks if it.kind == kind and is_choosable(it))
    return spoken_of(period, kind, language) or next(tracks, None)


def counterpart_of(track: Track, others: Iterable[Track]) -> Track | None:
    """The one of another period that a viewer would take for the same; subtitles only in the same language."""
    alike = [it for it in others if it.kind == track.kind and is_choosable(it)]
    if track.kind == "text":
        alike = [it for it in alike if it.language == track.language]
    return max(alike, key=lambda it: _likeness(track, it), default=None)


def _likeness(track: Track, other: Track) -> tuple[bool, bool, bool, bool]:
    return (
        other.language == track.language,
        other.roles == track.roles,
        _codec_family(other) == _codec_family(track),
        other.track_id == track.track_id,
    )


def _codec_family(track: Track) -> str:
    return track.renditions[0].codecs.partition(".")[0]
