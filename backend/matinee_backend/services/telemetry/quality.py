"""Quality of experience in sliding windows, by title, network and appliance: starts, stalls, bitrate, errors. Pure."""

from collections import Counter, OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from matinee.wire.telemetry import (
    ApplianceFailed,
    ErrorShown,
    FirstFrameShown,
    PlayheadMoved,
    PlayStarted,
    StallEnded,
    TelemetryEvent,
)
from matinee_backend.services.telemetry.rules import Told
from matinee_backend.services.telemetry.windows import Window, Windows

SPAN_MS = 5 * 60_000
MOST_SESSIONS = 100_000
"""Of which it is known what they play from where; the ones that are silent longest are forgotten."""
BEAT_MS = 10_000
"""What a heartbeat tells of: `matinee.wire.telemetry.PlayheadMoved`."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What viewers got, of one title, network or appliance, within the window."""

    name: str
    starts: int = 0
    startup_ms: int = 0
    """On the mean, to the first picture."""
    watched_ms: int = 0
    stalls: int = 0
    stall_permille: int = 0
    """Of the time that viewers wanted to watch."""
    bitrate_kbps: int = 0
    """On the mean."""
    failovers: int = 0
    errors: int = 0


class Board(msgspec.Struct, frozen=True, kw_only=True):
    wall_ms: int
    span_ms: int
    total: Line
    titles: tuple[Line, ...]
    """Those most watched first."""
    sites: tuple[Line, ...]
    appliances: tuple[Line, ...]


class Happened(NamedTuple):
    """An event with what is known of its session."""

    event: TelemetryEvent
    account_id: str
    at_ms: int
    title_id: str
    site: str
    appliance: str


class Attribution:
    """Events name their session; what it plays, and from where, others of its events have said."""

    def __init__(self, *, most: int = MOST_SESSIONS) -> None:
        self._most = most
        self._sessions: OrderedDict[tuple[str, str], tuple[str, str]] = OrderedDict()

    def happened(self, told: Told) -> Iterator[Happened]:
        """Each event, with when it was: how long before the last of its batch its device says, whatever its clock."""
        last_ms = max((event.ts for event in told.events), default=0)
        for event in told.events:
            title_id, appliance = self._known(told.account_id, event)
            at_ms = told.heard_wall_ms - (last_ms - event.ts)
            yield Happened(event, told.account_id, at_ms, title_id, told.site, appliance)

    def _known(self, account_id: str, event: TelemetryEvent) -> tuple[str, str]:
        session = (account_id, event.session_id)
        title_id, appliance = self._sessions.pop(session, ("", ""))
        title_id = getattr(event, "title_id", "") or title_id
        appliance = getattr(event, "appliance", "") or appliance
        # Whoever failed over plays from elsewhere from now on; what failed is still the other's.
        now = event.to_appliance if isinstance(event, ApplianceFailed) else appliance
        self._sessions[session] = (title_id, now)
        if len(self._sessions) > self._most:
            self._sessions.popitem(last=False)
        return title_id, appliance


class Quality:
    def __init__(self, span_ms: int = SPAN_MS) -> None:
        self._span_ms = span_ms
        self._total = Window(span_ms)
        self._titles, self._sites, self._appliances = Windows(span_ms), Windows(span_ms), Windows(span_ms)

    def note(self, it: Happened, *, wall_ms: int) -> None:
        """Counts it where it belongs."""
        counts = _counts(it.event)
        if not counts:
            return
        self._total.count(counts, at_ms=it.at_ms, wall_ms=wall_ms)
        for name, windows in ((it.title_id, self._titles), (it.site, self._sites), (it.appliance, self._appliances)):
            if name:
                windows.count(name, counts, at_ms=it.at_ms, wall_ms=wall_ms)

    def board(self, *, wall_ms: int, most: int) -> Board:
        """The window that ends now; of each table the `most` watched."""
        return Board(
            wall_ms=wall_ms,
            span_ms=self._span_ms,
            total=_line("all", self._total.sums(wall_ms=wall_ms)),
            titles=_lines(self._titles, wall_ms=wall_ms, most=most),
            sites=_lines(self._sites, wall_ms=wall_ms, most=most),
            appliances=_lines(self._appliances, wall_ms=wall_ms, most=most),
        )


def _counts(event: TelemetryEvent) -> dict[str, int]:
    match event:
        case PlayStarted():
            return {"starts": 1}
        case FirstFrameShown(startup_ms=startup_ms):
            return {"frames": 1, "startup_ms": startup_ms}
        case PlayheadMoved(bitrate_kbps=bitrate_kbps):
            return {"beats": 1, "kbps": bitrate_kbps}
        case StallEnded(stall_ms=stall_ms):
            return {"stalls": 1, "stall_ms": stall_ms}
        case ApplianceFailed():
            return {"failovers": 1}
        case ErrorShown():
            return {"errors": 1}
        case _:
            return {}


def _lines(windows: Windows, *, wall_ms: int, most: int) -> tuple[Line, ...]:
    lines = [_line(name, sums) for name, sums in windows.sums(wall_ms=wall_ms)]
    return tuple(sorted(lines, key=lambda it: (-it.watched_ms, -it.starts, -it.errors, it.name))[:most])


def _line(name: str, sums: Counter[str]) -> Line:
    watched_ms = sums["beats"] * BEAT_MS
    return Line(
        name=name,
        starts=sums["starts"],
        startup_ms=sums["startup_ms"] // max(1, sums["frames"]),
        watched_ms=watched_ms,
        stalls=sums["stalls"],
        stall_permille=1000 * sums["stall_ms"] // max(1, watched_ms + sums["stall_ms"]),
        bitrate_kbps=sums["kbps"] // max(1, sums["beats"]),
        failovers=sums["failovers"],
        errors=sums["errors"],
    )
