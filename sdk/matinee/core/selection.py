"""The selection: which tracks were chosen, one of a kind, and what of them is here."""

from collections.abc import Iterable

from matinee.core.listings import Listings
from matinee.core.notices import TrackChoice
from matinee.core.stream import Stream
from matinee.manifest.presentation import Period, Presentation, Track, TrackKind
from matinee.policy.settings import PlayerSettings


class Selection:
    """One stream for each kind of track that is wanted: a picture, a sound, perhaps subtitles."""

    def __init__(self, presentation: Presentation, settings: PlayerSettings, *, position_ms: int) -> None:
        self.presentation = presentation
        self.listings = Listings()
        period = self.period_at(position_ms)
        chosen = [
            _first(period, "video"),
            _first(period, "audio", settings.audio_language),
            _spoken(period, "text", settings.text_language),
        ]
        self._streams: dict[TrackKind, Stream] = {}
        for track in filter(None, chosen):
            self._open(period, track, position_ms=position_ms)

    @property
    def streams(self) -> list[Stream]:
        return list(self._streams.values())

    @property
    def video(self) -> Stream | None:
        return self._streams.get("video")

    @property
    def duration_ms(self) -> int | None:
        """Of the title; None while nobody knows."""
        if self.presentation.duration_ms is not None or self.presentation.live is not None:
            return self.presentation.duration_ms
        ends = [stream.segments(max(stream.rung, 0)) for stream in self._gating if stream.is_listed and stream.is_final]
        return max((segments[-1].end_ms for segments in ends if segments), default=None)

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

    def has_ahead_of(self, position_ms: int) -> bool:
        """Whether there is something to be played from there."""
        return self.buffer_ms(position_ms) > 0

    @property
    def segment_ms(self) -> int:
        """The usual length of a segment of picture, without one of sound."""
        return next((stream.segment_ms for stream in self._gating), 0)

    def left_ms(self, position_ms: int) -> int | None:
        """What is still to be played, by the segments once all are here, until then by the manifest's word."""
        end_ms = self.end_ms if self.is_whole else self.duration_ms
        return None if end_ms is None else end_ms - position_ms

    def idle(self) -> list[Stream]:
        """The streams that wait for nothing and have something to ask for, each in the period where it goes on."""
        for stream in self.streams:
            self._walk(stream)
        return [stream for stream in self.streams if not stream.is_busy and not stream.is_at_end]

    def renew(self, presentation: Presentation) -> None:
        """The manifest was read anew."""
        self.presentation = presentation
        self.listings.keep(presentation.periods)
        for stream in self.streams:
            period = next((it for it in presentation.periods if it.period_id == stream.period.period_id), None)
            same = _like(stream.track, period.tracks) if period else None
            if period is not None and same is not None:
                stream.renew(period, same)
                stream.is_final = self._is_final(period)
            else:
                self._reopen(stream, self.period_at(stream.frontier_ms), position_ms=stream.frontier_ms)

    def move_to(self, position_ms: int) -> None:
        """Everything chosen goes on from there."""
        for stream in self.streams:
            if stream.period is self.period_at(position_ms):
                stream.move_to(position_ms)
            else:
                self._reopen(stream, self.period_at(position_ms), position_ms=position_ms)

    def choose(self, track_id: str, *, position_ms: int) -> Stream | None:
        """Put the track in the place of its kind, from `position_ms` on; None if it is there already or unknown."""
        period = self.period_at(position_ms)
        track = next((it for it in period.tracks if it.track_id == track_id and _is_choosable(it)), None)
        if track is None or self.is_selected(track_id):
            return None
        return self._open(period, track, position_ms=position_ms)

    def stream_of(self, kind: TrackKind) -> Stream | None:
        return self._streams.get(kind)

    def drop(self, kind: TrackKind) -> None:
        self._streams.pop(kind, None)

    def is_selected(self, track_id: str) -> bool:
        return any(stream.track.track_id == track_id for stream in self.streams)

    def choices(self, position_ms: int) -> tuple[TrackChoice, ...]:
        """What a menu shows there."""
        return tuple(
            TrackChoice(
                track_id=track.track_id,
                kind=track.kind,
                language=track.language,
                label=track.label,
                is_selected=self.is_selected(track.track_id),
            )
            for track in self.period_at(position_ms).tracks
            if _is_choosable(track)
        )

    def period_at(self, position_ms: int) -> Period:
        """The period that holds the position; the first before it begins."""
        periods = self.presentation.periods
        return next((it for it in reversed(periods) if it.start_ms <= position_ms), periods[0])

    @property
    def _gating(self) -> list[Stream]:
        return [stream for stream in self.streams if stream.gates_play]

    def _walk(self, stream: Stream) -> None:
        """Into the next period once this one is here; over those that have nothing of its kind."""
        while stream.is_at_end and not stream.is_busy and (period := self._after(stream.period)) is not None:
            track = _like(stream.track, period.tracks)
            if track is not None:
                stream.cross(period, track)
            else:
                stream.pass_over(period)
            stream.is_final = self._is_final(period)

    def _after(self, period: Period) -> Period | None:
        return next((it for it in self.presentation.periods if it.start_ms > period.start_ms), None)

    def _is_final(self, period: Period) -> bool:
        """Whether it is the last, and no manifest read later can change that."""
        live = self.presentation.live
        is_growing = live is not None and (live.refresh_ms is not None or period.end_ms is None)
        return not is_growing and self._after(period) is None

    def _open(self, period: Period, track: Track, *, position_ms: int) -> Stream:
        stream = self._streams[track.kind] = Stream(period, track, self.listings, position_ms=position_ms)
        stream.is_final = self._is_final(period)
        return stream

    def _reopen(self, stream: Stream, period: Period, *, position_ms: int) -> None:
        """The stream begins anew in that period; if it has nothing of the kind, after it."""
        track = _like(stream.track, period.tracks)
        stream.move_to(position_ms)
        if track is not None:
            stream.cross(period, track)
            stream.move_to(position_ms)
        else:
            stream.pass_over(period)
        stream.is_final = self._is_final(period)


def _is_choosable(track: Track) -> bool:
    """Whether a viewer may choose it: not a track of thumbnails, nor one for fast winding only."""
    return track.kind != "image" and "trick-play" not in track.roles


def _spoken(period: Period, kind: TrackKind, language: str) -> Track | None:
    """The first track of the kind in the language; None if there is none or no language is wanted."""
    if not language:
        return None
    tracks = (it for it in period.tracks if it.kind == kind and _is_choosable(it))
    return next((it for it in tracks if it.language.split("-")[0] == language.split("-")[0]), None)


def _first(period: Period, kind: TrackKind, language: str = "") -> Track | None:
    """The track in the language, else the first of the kind."""
    tracks = (it for it in period.tracks if it.kind == kind and _is_choosable(it))
    return _spoken(period, kind, language) or next(tracks, None)


def _like(track: Track, others: Iterable[Track]) -> Track | None:
    """The one of another period that a viewer would take for the same; subtitles only in the same language."""
    alike = [it for it in others if it.kind == track.kind and _is_choosable(it)]
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
