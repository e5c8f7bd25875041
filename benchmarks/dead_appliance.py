"""Bar 4: an appliance dies before a thousand sessions of one process, and comes back after some cool-downs.

Virtual time and the real `Playback`. Segments are long, so that each session asks for little in a quarter of an hour.
"""

import random

import msgspec

from benchmarks.world import BEGAN_MS, Answers, Viewer, World
from matinee.core.health import ApplianceHealth
from matinee.core.messages import Event, Fetch, Fetched, FetchFailed, ManifestRead, ManifestTarget, SegmentTarget
from matinee.policy.failover import cooldown_ms
from matinee.policy.settings import BufferingSettings, PlayerSettings
from matinee.testing.playbook import presentation, track

SETTINGS = PlayerSettings(buffering=BufferingSettings(full_ms=40_000))
SEGMENT_MS, KBPS, LINK_KBPS = 20_000, 300, 8_000
SHOWN = presentation(track(ladder=(KBPS,), segments=60, segment_ms=SEGMENT_MS))
NAMES = ("a", "b", "c")
DIED_MS, DEAD_MS, FURTHER_MS = BEGAN_MS + 60_000, 430_000, 330_000
"""It is dead through cool-downs of 60, 120 and 240 s; the one of 300 s that follows begins while it is."""


class Death(msgspec.Struct, frozen=True, kw_only=True):
    """How an appliance's death went by."""

    sessions: int
    under_way: int
    """Requests that it was answering when it died."""
    asked_unknowing: int
    """Requests sent to it before any session of the process could know: no probes."""
    probes_ms: list[int]
    """When it was asked from then on, until it was back; from the first failure."""
    gap_least_percent: int
    """The shortest time from a failure to the next probe, of the cool-down that it brought."""
    cooldown_ms: int
    """The last one."""
    back_ms: int
    """From its recovery until it was asked again."""


class Dying:
    """Appliances, of which `a` dies and comes back."""

    def __init__(self) -> None:
        self.under_way = 0
        self.asked_ms: list[int] = []
        """When `a` was asked since it died."""
        self.told_ms: list[int] = []
        """When a failure of `a` reached a session."""
        self._dice = random.Random(2)

    def __call__(self, viewer: Viewer, fetch: Fetch, at_ms: int) -> Answers:
        after_ms, answer = _whole(fetch, latency_ms=self._dice.randrange(20, 80))
        if fetch.appliance != "a" or at_ms + after_ms < DIED_MS:
            return [(after_ms, answer)]
        if at_ms < DIED_MS:
            self.under_way += 1
            return self._failure(fetch, "reset", at_ms, DIED_MS - at_ms + self._dice.randrange(10, 40))
        self.asked_ms.append(at_ms)
        if at_ms < DIED_MS + DEAD_MS:
            return self._failure(fetch, "refused", at_ms, self._dice.randrange(20, 80))
        return [(after_ms, answer)]

    def _failure(self, fetch: Fetch, reason: str, at_ms: int, after_ms: int) -> Answers:
        self.told_ms.append(at_ms + after_ms)
        return [(after_ms, FetchFailed(fetch.request_id, reason))]


def dead_appliance(*, sessions: int) -> Death:
    """All share what they know, as sessions of a process do."""
    dying, health = Dying(), ApplianceHealth(SETTINGS.failover)
    world = World(dying)
    for number in range(sessions):
        world.enter(Viewer(SETTINGS, health, number=number), NAMES, at_ms=BEGAN_MS + number * SEGMENT_MS // sessions)
    back_ms = DIED_MS + DEAD_MS
    world.run(until_ms=back_ms + FURTHER_MS)
    known_ms = min(dying.told_ms)
    probes_ms = [at_ms for at_ms in dying.asked_ms if known_ms <= at_ms < back_ms]
    failed_ms = [known_ms, *(min(told for told in dying.told_ms if told > at_ms) for at_ms in probes_ms)]
    gaps = [
        100 * (probe_ms - failure_ms) // _cooldown_ms(strikes)
        for strikes, (failure_ms, probe_ms) in enumerate(zip(failed_ms, probes_ms, strict=False), start=1)
    ]
    return Death(
        sessions=sessions,
        under_way=dying.under_way,
        asked_unknowing=sum(at_ms < known_ms for at_ms in dying.asked_ms),
        probes_ms=[at_ms - known_ms for at_ms in probes_ms],
        gap_least_percent=min(gaps),
        cooldown_ms=_cooldown_ms(len(failed_ms)),
        back_ms=min(at_ms for at_ms in dying.asked_ms if at_ms >= back_ms) - back_ms,
    )


def _cooldown_ms(strikes: int) -> int:
    failover = SETTINGS.failover
    return cooldown_ms(strikes=strikes, first_ms=failover.cooldown_first_ms, cap_ms=failover.cooldown_cap_ms)


def _whole(fetch: Fetch, *, latency_ms: int) -> tuple[int, Event]:
    if isinstance(fetch.target, SegmentTarget):
        size_bytes = KBPS * SEGMENT_MS // 8
        return latency_ms + KBPS * SEGMENT_MS // LINK_KBPS, Fetched(fetch.request_id, size_bytes, latency_ms)
    if isinstance(fetch.target, ManifestTarget):
        return latency_ms, ManifestRead(fetch.request_id, 2_000, SHOWN, NAMES)
    return latency_ms, Fetched(fetch.request_id, 1_000, latency_ms)
