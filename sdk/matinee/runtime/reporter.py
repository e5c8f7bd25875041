"""The reporter: turns what a player announces into telemetry, with no more in it than may be told."""

from typing import TypedDict, assert_never

from matinee.core.messages import SeekAsked, Wish
from matinee.core.notices import (
    Ended,
    EventReached,
    Failed,
    FailedOver,
    FirstFrameReady,
    Jumped,
    Notice,
    PeriodEntered,
    PhaseChanged,
    PlaybackReport,
    PlayerState,
    RungSwitched,
    StallEnded,
    TracksChanged,
)
from matinee.policy.settings import TelemetrySettings
from matinee.runtime.courier import Courier
from matinee.wire.play import PlayReply
from matinee.wire.telemetry import (
    AdReached,
    ApplianceFailed,
    ErrorShown,
    FirstFrameShown,
    PlayEnded,
    PlayheadMoved,
    PlayStarted,
    Sought,
    StallBegan,
    TelemetryEvent,
)
from matinee.wire.telemetry import RungSwitched as RungSwitchedTold
from matinee.wire.telemetry import StallEnded as StallEndedTold

HEARTBEAT_EVERY_MS = 10_000
GOODBYE_DEADLINE_MS = 2_000
"""The last batch must not hold up the program's end."""


class Reporter:
    """The telemetry of one play session."""

    def __init__(self, reply: PlayReply, profile_id: str, courier: Courier, *, settings: TelemetrySettings) -> None:
        self._reply = reply
        self._who = _Who(title_id="", profile_id="")
        if settings.tells_titles:
            self._who = _Who(title_id=reply.title_id, profile_id=profile_id)
        self._settings = settings
        self._courier = courier
        self._courier.put(PlayStarted(**self._said(0), **self._who))

    def ask(self, wish: Wish, state: PlayerState) -> None:
        """Tell what the collector should know of a wish, before it is granted."""
        if isinstance(wish, SeekAsked):
            self._courier.put(Sought(**self._said(state.position_ms), to_ms=wish.position_ms))

    def note(self, notice: Notice, state: PlayerState) -> None:
        """Tell what the collector should know of `notice`."""
        if (event := self._event(notice, state)) is not None:
            self._courier.put(event)

    def beat(self, state: PlayerState) -> None:
        """The heartbeat: where the viewer is."""
        self._courier.put(
            PlayheadMoved(
                **self._said(state.position_ms),
                **self._who,
                bitrate_kbps=state.bitrate_kbps,
                buffer_ms=state.buffer_ms,
                appliance=self._named(state.appliance),
            )
        )

    async def run(self) -> None:
        """Send what is due, until cancelled."""
        await self._courier.run(self._reply.telemetry_url)

    async def say_goodbye(self, report: PlaybackReport, state: PlayerState) -> None:
        """The end of the session, and what was not yet sent, in one last try."""
        self._courier.put(
            PlayEnded(
                **self._said(state.position_ms),
                **self._who,
                played_ms=report.played_ms,
                stalls=report.stalls,
                stall_ms=report.stall_ms,
                mean_bitrate_kbps=report.mean_bitrate_kbps,
                completed=report.ended,
            )
        )
        await self._courier.hurry(self._reply.telemetry_url, deadline_ms=GOODBYE_DEADLINE_MS)

    def _event(self, notice: Notice, state: PlayerState) -> TelemetryEvent | None:
        said = self._said(state.position_ms)
        match notice:
            case FirstFrameReady():
                return FirstFrameShown(**said, startup_ms=notice.startup_ms)
            case PhaseChanged(phase="stalled"):
                return StallBegan(**said, appliance=self._named(state.appliance))
            case StallEnded():
                return StallEndedTold(**said, stall_ms=notice.stall_ms)
            case RungSwitched():
                return RungSwitchedTold(**said, from_kbps=notice.from_kbps, to_kbps=notice.to_kbps)
            case FailedOver():
                failed, healthy = self._named(notice.from_appliance), self._named(notice.to_appliance)
                return ApplianceFailed(**said, appliance=failed, to_appliance=healthy, reason=notice.reason)
            case Jumped():
                return Sought(**self._said(notice.from_ms), to_ms=notice.to_ms, is_asked=False)
            case EventReached(event=event, is_ad=True):
                return AdReached(**said, ad_id=event.event_id[:128], duration_ms=event.duration_ms or 0)
            case Failed():
                return ErrorShown(**said, code=notice.code)
            case PhaseChanged() | TracksChanged() | PeriodEntered() | EventReached() | Ended():
                return None
            case _:
                assert_never(notice)

    def _named(self, appliance: str) -> str:
        """The appliance as it may be told: a name has no dot, port or path."""
        is_address = not appliance.isascii() or any(sign in appliance for sign in ".:/")
        return "" if is_address and not self._settings.tells_addresses else appliance[:128]

    def _said(self, position_ms: int) -> "_Said":
        return _Said(
            event_id=self._courier.new_id(),
            session_id=self._reply.session_id,
            ts=self._courier.clock.wall_ms(),
            position_ms=max(0, position_ms),
        )


class _Said(TypedDict):
    """What every event says."""

    event_id: str
    session_id: str
    ts: int
    position_ms: int


class _Who(TypedDict):
    """What is told only where it may be."""

    title_id: str
    profile_id: str
