"""The core's two closed unions: Events, what happened, and Commands, what shall be done."""

from collections.abc import Sequence

import msgspec

from matinee.core.notices import Notice
from matinee.manifest.presentation import (
    ClockSource,
    Live,
    Period,
    Presentation,
    Rendition,
    Resource,
    Segment,
    TimedEvent,
    TrackKind,
    WholeKey,
)
from matinee.wire.cmsd import NOTHING, Cmsd
from matinee.wire.steering import Heard

# Targets: what a request is for.


class ManifestTarget(msgspec.Struct, frozen=True):
    """The manifest, on the appliance asked."""


class RenditionRef(msgspec.Struct, frozen=True, kw_only=True):
    """The rendition that a target belongs to, as far as a driver must know it."""

    kind: TrackKind
    track_id: str
    rung: int
    mime_type: str
    places: tuple[str, ...] = ()
    """As `Rendition.places`."""
    is_chunked: bool = False
    """Whether its segments are asked for while they are made, and their parts used as they come."""
    carries_sound: bool = False
    """Whether its sound is to be heard besides its pictures being seen."""


class IndexTarget(msgspec.Struct, frozen=True):
    """What lists the segments of a rendition: a `sidx` box, a media playlist."""

    of: RenditionRef
    period: Period
    rendition: Rendition


class InitTarget(msgspec.Struct, frozen=True):
    of: RenditionRef
    resource: Resource
    key: WholeKey | None = None
    """What opens it, where it is encrypted as a whole."""
    is_licensed: bool = True
    """Whether samples that it says are encrypted are opened by a license."""


class SegmentTarget(msgspec.Struct, frozen=True):
    of: RenditionRef
    segment: Segment


MediaTarget = IndexTarget | InitTarget | SegmentTarget
Target = ManifestTarget | MediaTarget

# Events, in the past tense.


class Started(msgspec.Struct, frozen=True):
    appliances: tuple[str, ...]
    """Where the manifest is to be had, best first; at least one."""
    position_ms: int = 0
    """Where to begin; what is live begins at the live edge unless this is said."""
    asked_ms: int | None = None
    """When the viewer asked for it, on the clock of `now_ms`: start-up is counted from there. None means now."""
    steer_after_ms: int | None = None
    """When the list of appliances is worth asking for anew; None if only the manifest can say so."""
    fresh_ms: int | None = None
    """How long the tokens of the list are good; None if they have no end."""
    is_ahead: bool = False
    """Nobody looks yet: no more is fetched than a start needs, and it begins with ResumeAsked."""


class ManifestRead(msgspec.Struct, frozen=True):
    """The manifest arrived and was understood."""

    request_id: int
    size_bytes: int
    presentation: Presentation
    appliances: tuple[str, ...]
    """Where its segments are to be had, best first; at least one."""


class IndexRead(msgspec.Struct, frozen=True):
    """What lists the segments of a rendition arrived and was understood."""

    request_id: int
    size_bytes: int
    segments: Sequence[Segment]
    """At least one."""
    live: Live | None = None
    """None: no more will come."""
    key_ids: tuple[str, ...] = ()
    """What a license must open; the manifest need not have said so."""
    events: tuple[TimedEvent, ...] = ()
    """What the playlist says of moments of the title."""


class EventsFound(msgspec.Struct, frozen=True):
    """A segment holds events; the same may have been told before."""

    events: tuple[TimedEvent, ...]


class ClockSynced(msgspec.Struct, frozen=True):
    """The wall clock by which a live presentation goes, at this moment."""

    wall_ms: int


class ProgressMade(msgspec.Struct, frozen=True):
    """More bytes of a request came."""

    request_id: int
    received_bytes: int
    """So far."""
    size_bytes: int
    """Of the whole answer; 0 if the server did not say."""
    flowing_bytes: int = 0
    """Of an answer that is made as it comes: what came within chunks..."""
    flowing_ms: int = 0
    """... and in what time: the waits for the next chunk to be made say nothing of the link."""
    is_between: bool = False
    """Whether what came ends with a chunk."""


class PartArrived(msgspec.Struct, frozen=True):
    """Of a segment that is made as it comes, more can be played."""

    request_id: int
    ready_ms: int
    """So much, from its beginning."""


class Fetched(msgspec.Struct, frozen=True):
    """All bytes of a request are here, and they are what they say they are."""

    request_id: int
    size_bytes: int
    elapsed_ms: int
    cmsd: Cmsd = NOTHING
    """What the server said of the link."""
    key_ids: tuple[str, ...] = ()
    """What a license must open, by the word of an init segment; no manifest need have said so."""


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
    facts: dict[str, object] = {}


class SteeringArrived(msgspec.Struct, frozen=True):
    appliances: tuple[str, ...]
    """All there are, best first; at least one."""
    ttl_ms: int
    fresh_ms: int | None = None
    """How long their tokens are good; None if they have no end."""
    bases: dict[str, str] = {}
    """Of each clone among them the place whose media it holds."""


class SteeringFailed(msgspec.Struct, frozen=True):
    hint_ms: int = 0
    is_gone: bool = False
    """The service wants no more questions of this session (410)."""


class SegmentCorrupt(msgspec.Struct, frozen=True):
    """What was appended does not decode: it is wanted again, from another appliance."""

    request_id: int


class MediaRefused(msgspec.Struct, frozen=True):
    """What was fetched whole does not decode: nothing that another appliance could mend."""

    code: str
    what: str
    facts: dict[str, object] = {}


class PauseAsked(msgspec.Struct, frozen=True):
    pass


class ResumeAsked(msgspec.Struct, frozen=True):
    pass


class SeekAsked(msgspec.Struct, frozen=True):
    position_ms: int


class LiveAsked(msgspec.Struct, frozen=True):
    """Go to where it is live, and stay there."""


class RateAsked(msgspec.Struct, frozen=True):
    """How fast to play: 1000 is normal."""

    permille: int


class LoopAsked(msgspec.Struct, frozen=True):
    """Begin again at the end, or no longer."""

    is_on: bool


class TrackAsked(msgspec.Struct, frozen=True):
    track_id: str


class TextDeclined(msgspec.Struct, frozen=True):
    """No subtitles, please."""


class Woke(msgspec.Struct, frozen=True):
    """The time of the last `WakeAt` has come."""


Wish = PauseAsked | ResumeAsked | SeekAsked | LiveAsked | RateAsked | LoopAsked | TrackAsked | TextDeclined
"""What the viewer wants."""

Event = (
    Started
    | ManifestRead
    | IndexRead
    | EventsFound
    | ClockSynced
    | ProgressMade
    | PartArrived
    | Fetched
    | FetchFailed
    | KeysArrived
    | KeysRefused
    | SteeringArrived
    | SteeringFailed
    | SegmentCorrupt
    | MediaRefused
    | Wish
    | Woke
)

# Commands, in the imperative.


class Fetch(msgspec.Struct, frozen=True):
    request_id: int
    target: Target
    appliance: str
    urgency: int = 3
    """As `matinee.policy.requests`: 0 comes first."""


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


class SyncClock(msgspec.Struct, frozen=True):
    """Ask for the wall clock by which the presentation goes; answer with ClockSynced."""

    sources: tuple[ClockSource, ...]


class Append(msgspec.Struct, frozen=True):
    """Decode this segment, or what of it is new, next of its kind; its init segment has arrived before."""

    request_id: int
    target: SegmentTarget
    init_request_id: int | None
    start_ms: int
    end_ms: int
    run: str
    """Another than that of the Append before: timestamps, codec and keys begin anew; the same for all kinds."""
    is_last: bool
    """Nothing follows it of its kind."""
    from_ms: int | None = None
    """What of it lies before is not to be shown; None: all is."""
    until_ms: int | None = None
    """What of it lies there or later is not to be shown: another period begins."""
    is_part: bool = False
    """More of the segment follows."""


class Forget(msgspec.Struct, frozen=True):
    """These init segments will not be named again."""

    request_ids: tuple[int, ...]


class Discard(msgspec.Struct, frozen=True):
    """Forget everything appended of this kind: what comes next is elsewhere or another track."""

    kind: TrackKind


class Enter(msgspec.Struct, frozen=True):
    """The viewer begins, or goes on, there: what lies before is not shown and not missed."""

    position_ms: int


class Announce(msgspec.Struct, frozen=True):
    notice: Notice


class WakeAt(msgspec.Struct, frozen=True):
    """Send Woke at this time. Replaces the wish before."""

    now_ms: int


Command = Fetch | Cancel | FetchKeys | FetchSteering | SyncClock | Append | Forget | Discard | Enter | Announce | WakeAt
