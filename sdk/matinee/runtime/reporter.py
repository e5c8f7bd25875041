"""The reporter: turns what a player announces into telemetry and sends it, in batches, when it is due."""

import asyncio
from typing import TypedDict, assert_never

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
from matinee.core.outbox import Outbox
from matinee.policy.settings import RetrySettings
from matinee.runtime.http import FetchFailure
from matinee.runtime.service import DEADLINE_MS, Service
from matinee.wire.play import PlayReply
from matinee.wire.telemetry import (
    ApplianceFailed,
    ErrorShown,
    FirstFrameShown,
    PlayEnded,
    PlayheadMoved,
    PlayStarted,
)
from matinee.wire.telemetry import RungSwitched as RungSwitchedTold
from matinee.wire.telemetry import StallEnded as StallEndedTold

HEARTBEAT_EVERY_MS = 10_000
GOODBYE_DEADLINE_MS = 2_000
"""The last batch must not hold up the program's end."""


class Reporter:
    """The telemetry of one play session."""

    def __init__(self, reply: PlayReply, profile_id: str, service: Service, *, retry: RetrySettings) -> None:
        self._reply = reply
        self._profile_id = profile_id
        self._service = service
        self._clock = service.clock
        self._outbox = Outbox(retry, seed=service.draw(), now_ms=self._clock.now_ms())
        self._outbox.put(PlayStarted(**self._said(0), title_id=reply.title_id, profile_id=profile_id))

    def note(self, notice: Notice, state: PlayerState) -> None:
        """Tell what the collector should know of `notice`."""
        said = self._said(state.position_ms)
        match notice:
            case FirstFrameReady():
                self._outbox.put(FirstFrameShown(**said, startup_ms=notice.startup_ms))
            case StallEnded():
                self._outbox.put(StallEndedTold(**said, stall_ms=notice.stall_ms))
            case RungSwitched():
                self._outbox.put(RungSwitchedTold(**said, from_kbps=notice.from_kbps, to_kbps=notice.to_kbps))
            case FailedOver():
                self._outbox.put(
                    ApplianceFailed(
                        **said,
                        appliance=notice.from_appliance,
                        to_appliance=notice.to_appliance,
                        reason=notice.reason,
                    )
                )
            case Failed():
                self._outbox.put(ErrorShown(**said, code=notice.code))
            case PhaseChanged() | TracksChanged() | PeriodEntered() | EventReached() | Jumped() | Ended():
                pass
            case _:
                assert_never(notice)

    def beat(self, state: PlayerState) -> None:
        """The heartbeat: where the viewer is."""
        self._outbox.put(
            PlayheadMoved(
                **self._said(state.position_ms),
                title_id=self._reply.title_id,
                profile_id=self._profile_id,
                bitrate_kbps=state.bitrate_kbps,
                buffer_ms=state.buffer_ms,
                appliance=state.appliance,
            )
        )

    async def run(self) -> None:
        """Send what is due, until cancelled."""
        while not self._outbox.is_closed:
            await self._clock.wait_until(self._outbox.due_ms)
            await self._send()

    async def say_goodbye(self, report: PlaybackReport, state: PlayerState) -> None:
        """The end of the session, and everything not yet sent, in one last try."""
        self._outbox.put(
            PlayEnded(
                **self._said(state.position_ms),
                title_id=self._reply.title_id,
                profile_id=self._profile_id,
                played_ms=report.played_ms,
                stalls=report.stalls,
                stall_ms=report.stall_ms,
                mean_bitrate_kbps=report.mean_bitrate_kbps,
                completed=report.ended,
            )
        )
        await self._send(deadline_ms=GOODBYE_DEADLINE_MS)

    async def _send(self, *, deadline_ms: int = DEADLINE_MS) -> None:
        batch = self._outbox.batch()
        if batch is None:
            self._outbox.accepted(now_ms=self._clock.now_ms())
            return
        try:
            await self._service.tell(self._reply.telemetry_url, batch, deadline_ms=deadline_ms)
        except FetchFailure as failure:
            self._outbox.refused(
                now_ms=self._clock.now_ms(), hint_ms=failure.hint_ms, for_good=failure.status in (400, 410)
            )
        except asyncio.CancelledError:
            self._outbox.refused(now_ms=self._clock.now_ms())
            raise
        else:
            self._outbox.accepted(now_ms=self._clock.now_ms())

    def _said(self, position_ms: int) -> "_Said":
        return _Said(
            event_id=f"{self._service.draw():016x}",
            session_id=self._reply.session_id,
            ts=self._clock.wall_ms(),
            position_ms=max(0, position_ms),
        )


class _Said(TypedDict):
    """What every event says."""

    event_id: str
    session_id: str
    ts: int
    position_ms: int
