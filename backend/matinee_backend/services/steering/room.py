"""Room: how much an appliance can still take, and which share of the sessions that prefer it it keeps.

A heartbeat is seconds old, and a session hears of a decision only at its next question, which may be half a minute
away. A rule that looks at neither moves too many, then too few, for ever. So what was handed out since is counted on
top of what was said, and the demand behind a load is reckoned by the share that was in force when today's sessions
asked (a Smith predictor: O. J. M. Smith, 1957): what is under way already is not moved once more.
"""

from collections import deque

from matinee.wire.steering import Utilization

MOVE_AWAY_PPM = 800_000
"""From here on sessions are moved to others, and new ones are not sent here."""
AIM_PPM = 750_000
"""What moving aims at: within the band in which nothing moves, so that noise moves nobody."""
RETURN_PPM = 700_000
"""Below it those that were moved away come back."""
WHOLE = 1 << 16
"""The share of an appliance that keeps everybody. Shares are in 1/WHOLE."""
LEAST_KEPT = WHOLE >> 6
"""It keeps some always, or its demand could not be seen."""
READINGS = 4
"""Heartbeats that a load is the mean of. Segments of four seconds fill every other heartbeat: a rule that looked at
one alone would let sessions in at each slack, all in step, and make the beat stronger."""
LAG_MS = 5_000
"""From a session's decision to the mean that shows it."""

UNKNOWN_LINK_KBPS = 1_000_000
"""The capacity of those that do not tell it."""
_CONNECTIONS_OF_A_SESSION = 2
_PPM = 1_000_000


class Room:
    """Of one appliance."""

    __slots__ = ("_handed", "_readings_ppm", "_shares", "expected_ppm", "full_ppm", "keeps", "step_ppm")

    def __init__(self) -> None:
        self.full_ppm = 0
        """How full it said it was, on the mean of its last heartbeats."""
        self.step_ppm = 0
        """What one more session adds."""
        self.expected_ppm = 0
        """How full it will say it is, with everybody who was sent here."""
        self.keeps = WHOLE
        """The share of the sessions preferring it that stay."""
        self._readings_ppm = deque[int](maxlen=READINGS)
        self._handed = deque([0], maxlen=READINGS + 1)
        """Who was sent here since the last heartbeat, between that and the one before, and so on."""
        self._shares: deque[tuple[int, int]] = deque([(0, WHOLE)])
        """When each share of the last minute came into force."""

    def hand_out(self) -> None:
        """One more session was sent here."""
        self._handed[0] += 1
        self.expected_ppm += self.step_ppm

    def heard(self, used: Utilization, *, session_kbps: int, ttl_ms: int, wall_ms: int) -> None:
        """A heartbeat. `ttl_ms`: by when every session has asked again."""
        self._readings_ppm.append(fullness_ppm(used))
        self.full_ppm = sum(self._readings_ppm) // len(self._readings_ppm)
        self.step_ppm = _step_ppm(used, session_kbps=session_kbps)
        self._handed.appendleft(0)
        # Who came n heartbeats ago is in the last n readings, in the first of them for half its time.
        unseen = sum(count * (2 * READINGS + 1 - 2 * ago) for ago, count in enumerate(self._handed) if ago)
        self.expected_ppm = self.full_ppm + unseen * self.step_ppm // (2 * READINGS)
        self._settle(ttl_ms=ttl_ms, wall_ms=wall_ms)

    def _settle(self, *, ttl_ms: int, wall_ms: int) -> None:
        if RETURN_PPM <= self.full_ppm <= MOVE_AWAY_PPM or (self.keeps == WHOLE and self.full_ppm < RETURN_PPM):
            return
        demand_ppm = self.full_ppm * WHOLE // self._kept(ttl_ms=ttl_ms, wall_ms=wall_ms)
        wanted = max(LEAST_KEPT, min(WHOLE, AIM_PPM * WHOLE // max(1, demand_ppm)))
        keeps = min(self.keeps, wanted) if self.full_ppm > MOVE_AWAY_PPM else max(self.keeps, wanted)
        if keeps != self.keeps:
            self.keeps = keeps
            self._shares.append((wall_ms, keeps))

    def _kept(self, *, ttl_ms: int, wall_ms: int) -> int:
        """The share that today's sessions met when they asked: its mean over the time in which they did."""
        until_ms = wall_ms - LAG_MS
        since_ms = until_ms - ttl_ms
        while len(self._shares) > 1 and self._shares[1][0] <= since_ms:
            self._shares.popleft()
        kept, ends_ms = 0, until_ms
        for began_ms, share in reversed(self._shares):
            if began_ms < ends_ms:
                kept += share * (ends_ms - max(began_ms, since_ms))
                ends_ms = max(began_ms, since_ms)
        return max(1, kept // ttl_ms)


def fullness_ppm(used: Utilization) -> int:
    """How full an appliance is: by its link, its connections or its processor, whichever is fullest."""
    link_ppm = used.sent_kbps * _PPM // used.link_kbps if used.link_kbps else 0
    connections_ppm = used.connections * _PPM // used.most_connections if used.most_connections else 0
    return max(link_ppm, connections_ppm, used.cpu_permille * 1000)


def _step_ppm(used: Utilization, *, session_kbps: int) -> int:
    link_ppm = session_kbps * _PPM // (used.link_kbps or UNKNOWN_LINK_KBPS)
    connections = used.most_connections
    return max(link_ppm, _CONNECTIONS_OF_A_SESSION * _PPM // connections if connections else 0)
