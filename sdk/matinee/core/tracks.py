"""Tracks: which of a period a viewer would choose, and which of another period is the same to him."""

from collections.abc import Callable, Iterable

import msgspec

from matinee.manifest.codecs import family_of
from matinee.manifest.presentation import TRICK_PLAY, Period, Presentation, Track, TrackKind


def decodable(presentation: Presentation, is_playable: Callable[[str], bool]) -> Presentation:
    """The presentation without renditions whose codecs are not `is_playable`, where others of the kind are."""
    periods = (msgspec.structs.replace(it, tracks=_decodable(it.tracks, is_playable)) for it in presentation.periods)
    return msgspec.structs.replace(presentation, periods=tuple(periods))


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


def _decodable(tracks: tuple[Track, ...], is_playable: Callable[[str], bool]) -> tuple[Track, ...]:
    cut = [
        msgspec.structs.replace(track, renditions=tuple(it for it in track.renditions if is_playable(it.codecs)))
        for track in tracks
    ]
    kinds = {track.kind for track in cut if track.renditions and is_choosable(track)}
    return tuple(
        less if less.renditions else track
        for track, less in zip(tracks, cut, strict=True)
        if less.renditions or track.kind not in kinds
    )


def _likeness(track: Track, other: Track) -> tuple[bool, bool, bool, bool]:
    return (
        other.language == track.language,
        other.roles == track.roles,
        _codec_family(other) == _codec_family(track),
        other.track_id == track.track_id,
    )


def _codec_family(track: Track) -> str:
    return family_of(track.renditions[0].codecs)
