"""What a player tells the program around it: the closed union `Notice`, and a snapshot of its state."""

from typing import Literal

import msgspec

from matinee.errors import MatineeError, error_of_code
from matinee.manifest.presentation import TimedEvent, TrackKind

Phase = Literal["starting", "playing", "paused", "seeking", "stalled", "ended", "failed"]


class PhaseChanged(msgspec.Struct, frozen=True):
    phase: Phase


class FirstFrameReady(msgspec.Struct, frozen=True):
    startup_ms: int
    """From the wish to play until the picture could move."""


class StallEnded(msgspec.Struct, frozen=True):
    stall_ms: int
    """While the viewer wanted to play: a pause in between is none of it."""


class RungSwitched(msgspec.Struct, frozen=True):
    from_kbps: int
    to_kbps: int


class FailedOver(msgspec.Struct, frozen=True):
    at_ms: int
    """Media position."""
    from_appliance: str
    to_appliance: str
    reason: str
    """`refused`, `reset`, `timeout`, `silence`, `truncated`, `corrupt`, `unresolved`, `unreachable`, `withdrawn`
    (steering took the place off its list), or `http-<status>`."""


class TracksChanged(msgspec.Struct, frozen=True):
    """The tracks are known, or another one was chosen."""


class PeriodEntered(msgspec.Struct, frozen=True):
    """The viewer came into another period: an advertisement, the next program."""

    period_id: str


class EventReached(msgspec.Struct, frozen=True):
    """The viewer came to something that the manifest, a playlist or a segment announced for this moment."""

    event: TimedEvent

    @property
    def is_ad(self) -> bool:
        """Whether it announces a break (ANSI/SCTE 214-1, table 1)."""
        return self.event.scheme.startswith("urn:scte:scte35:")


class Jumped(msgspec.Struct, frozen=True):
    """The viewer was moved: what lay there is gone, or live was too far away."""

    from_ms: int
    to_ms: int


class Failed(msgspec.Struct, frozen=True):
    """Playback cannot go on."""

    code: str
    """As of `matinee.errors`."""
    what: str
    facts: dict[str, object] = {}

    @property
    def error(self) -> MatineeError:
        """The same as an exception: its class says who must act."""
        return error_of_code(self.code, self.what, self.facts)


class Ended(msgspec.Struct, frozen=True):
    """The last frame was due."""


Notice = (
    PhaseChanged
    | FirstFrameReady
    | StallEnded
    | RungSwitched
    | FailedOver
    | TracksChanged
    | PeriodEntered
    | EventReached
    | Jumped
    | Failed
    | Ended
)


class ItemEntered(msgspec.Struct, frozen=True):
    """Another item of the playlist plays from now on; what is told before the next one is of it."""

    at: int
    """Its place in the list as it was given."""
    item: str


class ItemFailed(msgspec.Struct, frozen=True):
    """An item could not be played to its end; the next one has its turn."""

    at: int
    item: str
    failure: Failed


PlaylistNotice = ItemEntered | ItemFailed | Notice
"""What a playlist tells."""


class TrackChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A track as a menu shows it."""

    track_id: str
    kind: TrackKind
    language: str
    label: str
    is_selected: bool
    roles: tuple[str, ...] = ()
    """As `matinee.manifest.presentation.Track.roles`."""
    is_choosable: bool = True
    """Whether it may be played: not a track of thumbnails, nor one for fast winding only."""


class PlayerState(msgspec.Struct, frozen=True, kw_only=True):
    """How playback stands, at the moment of asking."""

    phase: Phase
    position_ms: int
    duration_ms: int
    """0 while nobody knows: until the manifest is here, and as long as it is live."""
    live_lag_ms: int | None = None
    """How far behind live the viewer is; None if nothing is live."""
    rate_permille: int = 1000
    """1000 is normal speed."""
    buffer_ms: int
    """Media ahead of the playhead, of the least buffered track."""
    bitrate_kbps: int
    """Of the video rung fetched last; 0 before the first."""
    width: int
    height: int
    throughput_kbps: int
    """The estimate; 0 before the first sample."""
    appliance: str
    """Where the last segment came from."""
    stalls: int
    stall_ms: int
    is_whole: bool = False
    """Whether everything that is left to play is here."""
    tracks: tuple[TrackChoice, ...]


class Failover(msgspec.Struct, frozen=True, rename={"from_appliance": "from", "to_appliance": "to"}):
    at_ms: int
    from_appliance: str
    to_appliance: str
    reason: str


class PlaybackReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the viewer got: the QoE report, in this spelling also as JSON."""

    title: str
    ended: bool
    played_ms: int
    startup_ms: int
    stalls: int
    stall_ms: int
    switches: int
    mean_bitrate_kbps: int
    frames_shown: int
    frames_dropped: int
    failovers: tuple[Failover, ...]
    bytes_by_appliance: dict[str, int]
    errors: tuple[str, ...]
