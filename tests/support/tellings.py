"""What players tell, made up: events and the requests that carry them."""

from matinee.wire.telemetry import (
    ApplianceFailed,
    ErrorShown,
    FirstFrameShown,
    PlayheadMoved,
    PlayStarted,
    StallEnded,
    TelemetryEvent,
)
from matinee_backend.services.telemetry.quality import Attribution, Happened
from matinee_backend.services.telemetry.rules import Told


def told(*events: TelemetryEvent, account_id: str = "a", site: str = "berlin", heard_wall_ms: int = 0) -> Told:
    return Told(account_id=account_id, heard_wall_ms=heard_wall_ms, site=site, events=events)


def happened(it: Told) -> list[Happened]:
    """By a memory that knows nothing yet."""
    return list(Attribution().happened(it))


def started(session_id: str = "s", *, ts: int = 0, title_id: str = "sintel") -> PlayStarted:
    return PlayStarted(event_id="e", session_id=session_id, ts=ts, title_id=title_id)


def first_frame(startup_ms: int, session_id: str = "s", *, ts: int = 0) -> FirstFrameShown:
    return FirstFrameShown(event_id="e", session_id=session_id, ts=ts, startup_ms=startup_ms)


def moved(kbps: int = 3_000, session_id: str = "s", *, ts: int = 0, appliance: str = "isp-a") -> PlayheadMoved:
    return PlayheadMoved(
        event_id="e", session_id=session_id, ts=ts, title_id="sintel", bitrate_kbps=kbps, appliance=appliance
    )


def stalled(stall_ms: int, session_id: str = "s", *, ts: int = 0) -> StallEnded:
    return StallEnded(event_id="e", session_id=session_id, ts=ts, stall_ms=stall_ms)


def failed(appliance: str = "isp-a", session_id: str = "s", *, ts: int = 0) -> ApplianceFailed:
    return ApplianceFailed(
        event_id="e", session_id=session_id, ts=ts, appliance=appliance, to_appliance="isp-b", reason="reset"
    )


def error(session_id: str = "s", *, ts: int = 0) -> ErrorShown:
    return ErrorShown(event_id="e", session_id=session_id, ts=ts, code="segment-unavailable")
