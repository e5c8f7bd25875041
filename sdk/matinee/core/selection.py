"""The selection: which tracks were chosen, one of a kind, and what of them is here."""

from matinee.core.notices import TrackChoice
from matinee.core.stream import Stream
from matinee.manifest.presentation import Presentation, Track, TrackKind
from matinee.policy.settings import PlayerSettings


class Selection:
    """One stream for each kind of track that is wanted: a picture, a sound, perhaps subtitles."""

    def __init__(self, presentation: Presentation, settings: PlayerSettings, *, position_ms: int) -> None:
        self.presentation = presentation
        chosen = [
            _first(presentation, "video"),
            _first(presentation, "audio", settings.audio_language),
            _spoken(presentation, "text", settings.text_language),
        ]
        self._streams = {track.kind: Stream(track, position_ms=position_ms) for track in chosen if track}

    @property
    def streams(self) -> list[Stream]:
        return list(self._streams.values())

    @property
    def key_ids(self) -> tuple[str, ...]:
        """All keys that any track needs, so that switching tracks never waits for a license."""
        return tuple(sorted({key_id for track in self.presentation.tracks for key_id in track.key_ids}))

    @property
    def video(self) -> Stream | None:
        return self._streams.get("video")

    @property
    def is_whole(self) -> bool:
        """Whether picture and sound are here up to the end."""
        return all(stream.is_whole for stream in self._gating)

    @property
    def end_ms(self) -> int:
        """How far the longest of picture and sound is here."""
        return max((stream.frontier_ms for stream in self._gating), default=0)

    def buffer_ms(self, position_ms: int) -> int:
        """Media ahead of the playhead: of the stream that runs dry first, or up to the end."""
        growing = [stream.frontier_ms for stream in self._gating if not stream.is_whole]
        return min(growing, default=self.end_ms) - position_ms

    def left_ms(self, position_ms: int) -> int:
        """What is still to be played, by the segments once all are here, until then by the manifest's word."""
        return (self.end_ms if self.is_whole else self.presentation.duration_ms) - position_ms

    def idle(self) -> list[Stream]:
        """The streams that wait for nothing and are not whole."""
        return [stream for stream in self.streams if stream.wanted is None and not stream.is_whole]

    def choose(self, track_id: str, *, position_ms: int) -> Stream | None:
        """Put the track in the place of its kind, from `position_ms` on; None if it is there already or unknown."""
        track = next((it for it in self.presentation.tracks if it.track_id == track_id and _is_choosable(it)), None)
        if track is None or self.is_selected(track_id):
            return None
        self._streams[track.kind] = Stream(track, position_ms=position_ms)
        return self._streams[track.kind]

    def find(self, track_id: str) -> Track | None:
        return next((it for it in self.presentation.tracks if it.track_id == track_id), None)

    def stream_of(self, kind: TrackKind) -> Stream | None:
        return self._streams.get(kind)

    def drop(self, kind: TrackKind) -> None:
        self._streams.pop(kind, None)

    def is_selected(self, track_id: str) -> bool:
        return any(stream.track.track_id == track_id for stream in self.streams)

    def choices(self) -> tuple[TrackChoice, ...]:
        """What a menu shows."""
        return tuple(
            TrackChoice(
                track_id=track.track_id,
                kind=track.kind,
                language=track.language,
                label=track.label,
                is_selected=self.is_selected(track.track_id),
            )
            for track in self.presentation.tracks
            if _is_choosable(track)
        )

    @property
    def _gating(self) -> list[Stream]:
        return [stream for stream in self.streams if stream.gates_play]


def _is_choosable(track: Track) -> bool:
    """Whether a viewer may choose it: not a track of thumbnails, nor one for fast winding only."""
    return track.kind != "image" and "trick-play" not in track.roles


def _spoken(presentation: Presentation, kind: TrackKind, language: str) -> Track | None:
    """The first track of the kind in the language; None if there is none or no language is wanted."""
    if not language:
        return None
    tracks = (it for it in presentation.tracks if it.kind == kind and _is_choosable(it))
    return next((it for it in tracks if it.language.split("-")[0] == language.split("-")[0]), None)


def _first(presentation: Presentation, kind: TrackKind, language: str = "") -> Track | None:
    """The track in the language, else the first of the kind."""
    tracks = (it for it in presentation.tracks if it.kind == kind and _is_choosable(it))
    return _spoken(presentation, kind, language) or next(tracks, None)
