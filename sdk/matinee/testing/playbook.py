"""Playbooks: a viewer without a network, whose events a test plays and whose commands it reads."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from matinee.core.health import ApplianceHealth
from matinee.core.listings import Listings
from matinee.core.messages import (
    Announce,
    Append,
    Command,
    Event,
    Fetch,
    Fetched,
    FetchFailed,
    InitTarget,
    ManifestRead,
    ManifestTarget,
    RenditionRef,
    SegmentTarget,
    Started,
    WakeAt,
    Woke,
)
from matinee.core.notices import Notice
from matinee.core.playback import Playback
from matinee.core.stream import Stream
from matinee.manifest.presentation import BaseUrl, Period, Presentation, Rendition, Resource, Segment, Track, TrackKind
from matinee.policy.settings import PlayerSettings

SEGMENT_MS = 4_000


def track(
    kind: TrackKind = "video",
    *,
    ladder: Sequence[int] = (300, 1_000, 3_000),
    segments: int = 5,
    segment_ms: int = SEGMENT_MS,
    language: str = "und",
    track_id: str = "",
    key_ids: tuple[str, ...] = (),
    has_init: bool = True,
) -> Track:
    """A track of equal segments."""
    renditions = tuple(
        Rendition(
            rendition_id=f"{kind}-{kbps}",
            bitrate_kbps=kbps,
            mime_type=f"{kind}/mp4",
            segments=tuple(
                Segment(
                    number=at + 1,
                    start_ms=at * segment_ms,
                    duration_ms=segment_ms,
                    resource=Resource(path=f"{kbps}/{at}"),
                    init=Resource(path=f"{kbps}/init.mp4") if has_init else None,
                )
                for at in range(segments)
            ),
        )
        for kbps in ladder
    )
    return Track(
        track_id=track_id or f"{kind}-{language}", kind=kind, renditions=renditions, language=language, key_ids=key_ids
    )


def presentation(*tracks: Track) -> Presentation:
    chosen = tracks or (track(),)
    last = chosen[0].renditions[0].segments[-1]
    return Presentation(
        duration_ms=last.end_ms,
        base_urls=(BaseUrl(url="http://a.test/", service_location="a"),),
        periods=(Period(end_ms=last.end_ms, tracks=chosen),),
    )


def stream_of(shown: Track, *, position_ms: int = 0) -> Stream:
    """A stream of the track, the only one of its kind."""
    return Stream(presentation(shown).periods[0], shown, Listings(), position_ms=position_ms)


def init_of(shown: Track, rung: int) -> InitTarget:
    init = shown.renditions[rung].segments[0].init
    assert init is not None
    return InitTarget(_ref(shown, rung), init)


def segment_of(shown: Track, rung: int, index: int) -> SegmentTarget:
    return SegmentTarget(_ref(shown, rung), shown.renditions[rung].segments[index])


def _ref(shown: Track, rung: int) -> RenditionRef:
    mime_type = shown.renditions[rung].mime_type
    return RenditionRef(kind=shown.kind, track_id=shown.track_id, rung=rung, mime_type=mime_type)


@dataclass
class Viewer:
    """One viewer of one title, and everything that was commanded so far."""

    appliances: tuple[str, ...] = ("a", "b")
    settings: PlayerSettings = field(default_factory=PlayerSettings)
    health: ApplianceHealth | None = None
    seed: int = 1
    now_ms: int = 1_000

    def __post_init__(self) -> None:
        health = self.health or ApplianceHealth(self.settings.failover)
        self.playback: Playback = Playback(self.settings, health, seed=self.seed)
        self.commands: list[Command] = []
        self.wake_at_ms: int | None = None

    def receive(self, event: Event, *, after_ms: int = 0) -> list[Command]:
        """Send one event; the commands it caused, alarms left out (`wake_at_ms` holds the last)."""
        self.now_ms += after_ms
        commands = self.playback.receive(event, now_ms=self.now_ms)
        for command in commands:
            if isinstance(command, WakeAt):
                self.wake_at_ms = command.now_ms
        self.commands += commands
        return [command for command in commands if not isinstance(command, WakeAt)]

    def start(self, shown: Presentation | None = None, *, position_ms: int = 0) -> list[Command]:
        """Up to the manifest; the commands that the manifest caused."""
        [fetch] = self.receive(Started(self.appliances, position_ms))
        assert isinstance(fetch, Fetch)
        assert isinstance(fetch.target, ManifestTarget)
        return self.receive(ManifestRead(fetch.request_id, 2_000, shown or presentation(), self.appliances))

    def deliver(self, fetch: Fetch, *, kbps: int = 8_000, after_ms: int = 100) -> list[Command]:
        """The bytes of a request, at a given speed of the link."""
        size_bytes = 1_000 if isinstance(fetch.target, InitTarget) else kbps * after_ms // 8
        return self.receive(Fetched(fetch.request_id, size_bytes, after_ms), after_ms=after_ms)

    def fail(self, fetch: Fetch, reason: str = "refused", *, hint_ms: int = 0) -> list[Command]:
        return self.receive(FetchFailed(fetch.request_id, reason, hint_ms))

    def wake(self) -> list[Command]:
        """Let the time of the last alarm come."""
        assert self.wake_at_ms is not None
        self.now_ms = max(self.now_ms, self.wake_at_ms)
        return self.receive(Woke())

    def play_through(self, commands: list[Command], *, kbps: int = 8_000, most_steps: int = 1_000) -> None:
        """Deliver whatever is asked for, and wake whenever nothing is, until the end."""
        pending = fetches(commands)
        for _ in range(most_steps):
            if self.playback.state(now_ms=self.now_ms).phase in ("ended", "failed"):
                return
            caused = self.deliver(pending.pop(0), kbps=kbps) if pending else self.wake()
            pending += fetches(caused)
        raise AssertionError("the title did not end")

    @property
    def notices(self) -> list[Notice]:
        return [command.notice for command in self.commands if isinstance(command, Announce)]

    @property
    def appended(self) -> list[SegmentTarget]:
        return [command.target for command in self.commands if isinstance(command, Append)]


def fetches(commands: Sequence[Command]) -> list[Fetch]:
    return [command for command in commands if isinstance(command, Fetch)]


def segment_fetch(commands: Sequence[Command]) -> Fetch:
    """The one request for a segment among the commands."""
    [fetch] = [fetch for fetch in fetches(commands) if isinstance(fetch.target, SegmentTarget)]
    return fetch
