"""The core's two closed unions: Events, what happened, and Commands, what shall be done."""

import msgspec

from matinee.core.notices import Notice
from matinee.manifest.presentation import Presentation
from matinee.wire.steering import Heard

# Targets: what a request is for.


class ManifestTarget(msgspec.Struct, frozen=True):
    """The manifest, on the appliance asked."""


class InitTarget(msgspec.Struct, frozen=True):
    track_id: str
    rung: int


class SegmentTarget(msgspec.Struct, frozen=True):
    track_id: str
    rung: int
    index: int
    """Into the rendition's segments."""


Target = ManifestTarget | InitTarget | SegmentTarget

# Events, in the past tense.


class Started(msgspec.Struct, frozen=True):
    appliances: tuple[str, ...]
    """Best first; at least one."""
    position_ms: int = 0
    """Where to begin."""
    asked_ms: int | None = None
    """When the viewer asked for it, on the clock of `now_ms`: start-up is counted from there. None means now."""
    steer_after_ms: int | None = None
    """When the list of appliances is worth asking for anew; None if only the manifest can say so."""
    fresh_ms: int | None = None
    """How long the tokens of the list are good; None if they have no end."""


class ManifestRead(msgspec.Struct, frozen=True):
    """The manifest arrived and was understood."""

    request_id: int
    size_bytes: int
    presentation: Presentation
    appliances: tuple[str, ...]
    """Where its segments are to be had, best first; at least one."""


class ProgressMade(msgspec.Struct, frozen=True):
    """More bytes of a request came."""

    request_id: int


class Fetched(msgspec.Struct, frozen=True):
    """All bytes of a request are here, and they are what they say they are."""

    request_id: int
    size_bytes: int
    elapsed_ms: int


class FetchFailed(msgspec.Struct, frozen=True):
    request_id: int
    reason: str
    """As `FailedOver.reason`."""
    hint_ms: int = 0
    """The server's wish to be left alone."""


class KeysArrived(msgspec.Struct, frozen=True):
    """The license is here: what was fetched can be decrypted."""


class KeysRefused(msgspec.Struct, frozen=True):
    code: str
    what: str


class SteeringArrived(msgspec.Struct, frozen=True):
    appliances: tuple[str, ...]
    """All there are, best first."""
    ttl_ms: int
    fresh_ms: int | None = None
    """How long their tokens are good; None if they have no end."""


class SteeringFailed(msgspec.Struct, frozen=True):
    hint_ms: int = 0
    is_gone: bool = False
    """The service wants no more questions of this session (410)."""


class MediaRefused(msgspec.Struct, frozen=True):
    """What was fetched whole does not decode: nothing that another appliance could mend."""

    code: str
    what: str


class PauseAsked(msgspec.Struct, frozen=True):
    pass


class ResumeAsked(msgspec.Struct, frozen=True):
    pass


class SeekAsked(msgspec.Struct, frozen=True):
    position_ms: int


class TrackAsked(msgspec.Struct, frozen=True):
    track_id: str


class TextDeclined(msgspec.Struct, frozen=True):
    """No subtitles, please."""


class Woke(msgspec.Struct, frozen=True):
    """The time of the last `WakeAt` has come."""


Event = (
    Started
    | ManifestRead
    | ProgressMade
    | Fetched
    | FetchFailed
    | KeysArrived
    | KeysRefused
    | SteeringArrived
    | SteeringFailed
    | MediaRefused
    | PauseAsked
    | ResumeAsked
    | SeekAsked
    | TrackAsked
    | TextDeclined
    | Woke
)

# Commands, in the imperative.


class Fetch(msgspec.Struct, frozen=True):
    request_id: int
    target: Target
    appliance: str


class Cancel(msgspec.Struct, frozen=True):
    """The request is no longer wanted; nothing more is to be said of it."""

    request_id: int


class FetchKeys(msgspec.Struct, frozen=True):
    """Get the license for these keys; answer with KeysArrived or KeysRefused."""

    key_ids: tuple[str, ...]


class FetchSteering(msgspec.Struct, frozen=True):
    """Ask which appliance is best now; answer with SteeringArrived or SteeringFailed."""

    heard: tuple[Heard, ...] = ()
    """Who delivered since the last question, the one in use last."""


class Append(msgspec.Struct, frozen=True):
    """Decode this segment next on its track; its init segment has arrived before."""

    request_id: int
    target: SegmentTarget
    init_request_id: int | None
    start_ms: int
    end_ms: int
    is_last: bool
    """Nothing follows it on this track."""


class Discard(msgspec.Struct, frozen=True):
    """Forget everything appended to this track: what comes next is elsewhere or another track."""

    track_id: str


class Announce(msgspec.Struct, frozen=True):
    notice: Notice


class WakeAt(msgspec.Struct, frozen=True):
    """Send Woke at this time. Replaces the wish before."""

    now_ms: int


Command = Fetch | Cancel | FetchKeys | FetchSteering | Append | Discard | Announce | WakeAt
