"""The selection: which tracks were chosen, one of a kind, and what of them is here."""

from matinee.core.listings import Listings
from matinee.core.notices import TrackChoice
from matinee.core.stream import Stream, segment_ms_of
from matinee.core.tracks import counterpart_of, first_of, is_choosable, spoken_of
from matinee.manifest.presentation import Period, Presentation, Track, TrackKind
from matinee.policy.settings import PlayerSettings


class Selection:
    """One stream for each kind of track that is wanted: a picture, a sound, perhaps subtitles."""

    def __init__(self, presentation: Presentation, settings: PlayerSettings, *, position_ms: int) -> None:
        self.presentation: Presentation = presentation
        self.listings: Listings = Listings()
        period = self.presentation.period_at(position_ms)
        video = first_of(period, "video")
        audio_of = spoken_of if video is not None and video.is_muxed else first_of
        chosen = [
            video,
            audio_of(period, "audio", settings.audio_language),
            spoken_of(period, "text", settings.text_language),
        ]
        self._streams: dict[TrackKind, Stream] = {}
        for track in filter(None, chosen):
            self._open(period, track, position_ms=position_ms)

    @property
    def streams(self) -> list[Stream]:
        return list(self._streams.values())

    @property
    def duration_ms(self) -> int | None:
        """Of the title; None while nobody knows, or while a manifest read later may make it longer."""
        if not self.presentation.is_final(self.presentation.periods[-1]):
            return None
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
        gating = sorted(self._gating, key=_frontier_ms)
        first = next((stream for stream in gating if not stream.is_whole), None)
        return (first.frontier_ms if first else self.end_ms) - position_ms

    @property
    def segment_ms(self) -> int:
        """The usual length of a segment of picture, without one of sound."""
        return next((segment_ms_of(stream) for stream in self._gating), 0)

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
            tracks = {track.track_id: track for track in period.tracks} if period else {}
            if period is not None and stream.track.track_id in tracks:
                stream.renew(period, tracks[stream.track.track_id])
                stream.is_final = presentation.is_final(period)
            elif stream.frontier_ms >= presentation.periods[0].start_ms:
                self._reopen(stream, position_ms=stream.frontier_ms)

    def move_to(self, position_ms: int, *, kind: TrackKind | None = None) -> None:
        """Everything chosen, or what is of that kind, goes on from there."""
        for stream in self.streams:
            if kind not in (None, stream.kind):
                continue
            if stream.period is self.presentation.period_at(position_ms):
                stream.move_to(position_ms)
            else:
                self._reopen(stream, position_ms=position_ms)

    def choose(self, track_id: str, *, position_ms: int) -> Stream | None:
        """Put the track in the place of its kind, from `position_ms` on; None if it is there already or unknown."""
        period = self.presentation.period_at(position_ms)
        track = next((it for it in period.tracks if it.track_id == track_id and is_choosable(it)), None)
        if track is None or any(stream.track.track_id == track_id for stream in self.streams):
            return None
        return self._open(period, track, position_ms=position_ms)

    def stream_of(self, kind: TrackKind) -> Stream | None:
        return self._streams.get(kind)

    def drop(self, kind: TrackKind) -> None:
        self._streams.pop(kind, None)

    def choices(self, position_ms: int) -> tuple[TrackChoice, ...]:
        """All that there is, also what is there for seeking by and not to be played."""
        chosen = {stream.track.track_id for stream in self.streams}
        return tuple(
            TrackChoice(
                track_id=track.track_id,
                kind=track.kind,
                language=track.language,
                label=track.label,
                is_selected=track.track_id in chosen,
                roles=track.roles,
                is_choosable=is_choosable(track),
            )
            for track in self.presentation.period_at(position_ms).tracks
        )

    @property
    def _gating(self) -> list[Stream]:
        return [stream for stream in self._streams.values() if stream.gates_play]

    def _walk(self, stream: Stream) -> None:
        """Into the next period once this one is here; over those that have nothing of its kind."""
        while (
            not stream.is_busy
            and stream.is_at_end
            and (period := self.presentation.period_after(stream.period)) is not None
        ):
            self._lead(stream, period)

    def _open(self, period: Period, track: Track, *, position_ms: int) -> Stream:
        stream = self._streams[track.kind] = Stream(period, track, self.listings, position_ms=position_ms)
        if (video := self._streams.get("video")) is not None:
            video.carries_sound = video.track.is_muxed and "audio" not in self._streams
        stream.is_final = self.presentation.is_final(period)
        return stream

    def _reopen(self, stream: Stream, *, position_ms: int) -> None:
        """The stream begins anew in another period; if that has nothing of the kind, after it."""
        stream.move_to(position_ms)
        self._lead(stream, self.presentation.period_at(position_ms))

    def _lead(self, stream: Stream, period: Period) -> None:
        """Into that period, or over it."""
        track = counterpart_of(stream.track, period.tracks)
        if track is not None:
            stream.cross(period, track)
        else:
            stream.pass_over(period)
        stream.is_final = self.presentation.is_final(period)


def _frontier_ms(stream: Stream) -> int:
    return stream.frontier_ms
