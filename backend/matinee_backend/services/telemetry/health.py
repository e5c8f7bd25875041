"""Appliances as their players see them: the share of sessions that failed or stalled there. Pure.

Clients write it, so none counts for much: a session counts once, and nothing is said before many sessions, and
troubled ones of several accounts, agree.
"""

from collections import OrderedDict
from collections.abc import Mapping

from matinee.wire.telemetry import ApplianceFailed, StallBegan, StallEnded
from matinee_backend.services.telemetry.quality import Happened

SPAN_MS = 60_000
LEAST_SESSIONS = 20
LEAST_ACCOUNTS = 5
"""Troubled ones."""
MOST_SESSIONS = 100_000


class PlayersView:
    def __init__(self, span_ms: int = SPAN_MS, *, most: int = MOST_SESSIONS) -> None:
        self._span_ms = span_ms
        self._most = most
        self._seen: OrderedDict[tuple[str, str, str], int] = OrderedDict()
        """When each session was last heard of, by appliance, account and session; the latest at the end."""
        self._troubled: dict[tuple[str, str, str], int] = {}

    def note(self, it: Happened) -> None:
        """The session plays from that appliance, or could not."""
        if not it.appliance:
            return
        key = (it.appliance, it.account_id, it.event.session_id)
        self._seen[key] = it.at_ms
        self._seen.move_to_end(key)
        if isinstance(it.event, ApplianceFailed | StallBegan | StallEnded):
            self._troubled[key] = it.at_ms
        while len(self._seen) > self._most:
            gone, _ = self._seen.popitem(last=False)
            self._troubled.pop(gone, None)

    def error_permille(self, *, wall_ms: int) -> Mapping[str, int]:
        """The share of sessions in trouble, by appliance, where enough of them say so. Others are left out."""
        since_ms = wall_ms - self._span_ms
        while self._seen and next(iter(self._seen.values())) < since_ms:
            gone, _ = self._seen.popitem(last=False)
            self._troubled.pop(gone, None)
        sessions: dict[str, int] = {}
        troubled: dict[str, list[str]] = {}
        for key, at_ms in self._seen.items():
            if at_ms >= since_ms:
                sessions[key[0]] = sessions.get(key[0], 0) + 1
                if self._troubled.get(key, since_ms - 1) >= since_ms:
                    troubled.setdefault(key[0], []).append(key[1])
        return {
            appliance: 1000 * len(accounts) // sessions[appliance]
            for appliance, accounts in troubled.items()
            if sessions[appliance] >= LEAST_SESSIONS and len(set(accounts)) >= LEAST_ACCOUNTS
        }
