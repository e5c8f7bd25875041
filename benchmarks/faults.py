"""Bars 2, 3 and 4: what an appliance that fails costs its viewers, on virtual time and the real core.

`python -m benchmarks faults`. Peers' numbers are derived from the defaults in their sources, not run.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from statistics import quantiles

import msgspec

from benchmarks.bars import Clause, Measured, at_least, at_most
from benchmarks.dead_appliance import Death, dead_appliance
from benchmarks.world import BEGAN_MS, Answers, Viewer, World
from matinee.core.health import ApplianceHealth
from matinee.core.messages import (
    Announce,
    Event,
    Fetch,
    Fetched,
    FetchFailed,
    ManifestRead,
    ProgressMade,
    SegmentTarget,
)
from matinee.core.notices import StallEnded
from matinee.policy.settings import AbrSettings, BufferingSettings, PlayerSettings
from matinee.testing.playbook import presentation, track

FAULTS, SMOKE_FAULTS = 500, 10
SILENCE = ("silence", "silence-within")
NEXT_P99_MS, EXTRA_PERCENT = 250, 2
NAMES = ("a", "b", "c")
SHOWN = presentation(track(ladder=(300, 1_000, 3_000), segments=400, segment_ms=2_000))
LINK_KBPS = 8_000
PIECE_BYTES = 1 << 18
PEERS = {
    "http-503": "Media3 0 s (never of 502, 504, 429), Shaka 0.5–1.5 s, dash.js 3 s, hls.js 31 s",
    "refused": "Media3 never, Shaka 0.5–1.5 s, dash.js 3 s, hls.js at once",
    "unresolved": "Media3 never, Shaka 0.5–1.5 s, dash.js 3 s, hls.js at once",
    "reset": "Media3 never, Shaka 0.5–1.5 s, dash.js 3 s, hls.js at once",
    "truncated": "as reset",
    "corrupt": "the session ends, or a gap is skipped",
    "silence": "Media3 never, Shaka 10–11.5 s, dash.js 83 s, hls.js 50 s",
    "silence-within": "Media3 never, Shaka 5–6.5 s, dash.js 83 s, hls.js 120 s",
}


class Failover(msgspec.Struct, frozen=True, kw_only=True):
    """How 500 faults of one class went."""

    fault: str
    faults: int
    next_p99_ms: int
    """From the error to the next request; of silence, from the last byte to the first from elsewhere."""
    share_most_percent: int
    """Of silence: the worst, of what the bar allows, min(3 s, 40 % of the buffer); else 0."""
    stalls_with_4_s: int
    peers: str


class Case(msgspec.Struct, kw_only=True):
    """One viewer who meets one fault."""

    fault: str
    at_segment: int
    dice: random.Random
    failed_at_ms: int = 0
    """When the error was told, or the last byte came."""
    buffer_ms: int = 0
    first_id: int = 0
    next_at_ms: int = 0
    """When the next request was sent, or its first byte came."""
    segments: int = 0


def measured(*, is_smoke: bool) -> Measured:
    """Every class of fault, the cost of hedging, and a dead appliance before a thousand sessions."""
    failovers = []
    print(f"{'fault':16}{'n':>5}{'p99':>9}{'of the bar':>12}{'stalls':>8}  peers, derived")
    for fault in PEERS:
        it = failover(fault, faults=SMOKE_FAULTS if is_smoke else FAULTS)
        failovers.append(it)
        share = f"{it.share_most_percent} %" if it.share_most_percent else "–"
        print(
            f"{it.fault:16}{it.faults:>5}{it.next_p99_ms:>6} ms{share:>12}{it.stalls_with_4_s:>8}  {it.peers}",
            flush=True,
        )
    viewers, sessions = (2, 20) if is_smoke else (20, 1_000)
    hedges = {name: extra_percent(settings, viewers=viewers) for name, settings in LINKS.items()}
    death = dead_appliance(sessions=sessions)
    found = [*_of_failover(failovers), *_of_hedging(hedges), *_of_death(death)]
    return Measured(found, {"failover": failovers, "extra_percent": hedges, "dead_appliance": death})


def _of_failover(failovers: Sequence[Failover]) -> Iterator[Clause]:
    for it in failovers:
        if it.fault in SILENCE:
            text, most = f"{it.fault}: worst wait for help, of min(3 s, 40 % of the buffer)", it.share_most_percent
            yield at_most(text, most, bar=100, number=3, unit="%", peers=it.peers)
        else:
            text = f"{it.fault}: from the error to the next request, p99"
            yield at_most(text, it.next_p99_ms, bar=NEXT_P99_MS, number=2, unit="ms", peers=it.peers)
    stalls = sum(it.stalls_with_4_s for it in failovers)
    yield at_most("stalls with 4 s of buffer or more, all classes", stalls, bar=0, number=2)


def _of_hedging(hedges: Mapping[str, float]) -> Iterator[Clause]:
    for name, percent in hedges.items():
        yield at_most(f"extra bytes on a jittery link, {name}", percent, bar=EXTRA_PERCENT, number=3, unit="%")


def _of_death(death: Death) -> Iterator[Clause]:
    who = f"a dead appliance, {death.sessions} sessions"
    gap, back_s, cooldown_s = death.gap_least_percent, death.back_ms // 1000, death.cooldown_ms // 1000
    yield at_least(f"{who}: least gap between probes, of the cool-down", gap, bar=100, number=4, unit="%")
    yield at_most(f"{who}: back in use after its recovery", back_s, bar=cooldown_s, number=4, unit="s")


def failover(fault: str, *, faults: int = FAULTS) -> Failover:
    """As many viewers as faults, with buffers of 4 to 30 s (in silence: of 1 to 30 s) when it comes."""
    cases = [_played(fault, number) for number in range(faults)]
    met = [(case, stalls) for case, stalls in cases if case.next_at_ms]
    assert len(met) == faults, f"{faults - len(met)} viewers of {fault} met no fault, or nobody helped them"
    waits = [case.next_at_ms - case.failed_at_ms for case, _ in met]
    shares = [100 * wait // min(3_000, case.buffer_ms * 40 // 100) for wait, (case, _) in zip(waits, met, strict=True)]
    return Failover(
        fault=fault,
        faults=faults,
        next_p99_ms=int(quantiles(waits, n=100)[98]),
        share_most_percent=max(shares) if fault in SILENCE else 0,
        stalls_with_4_s=sum(stalls for case, stalls in met if case.buffer_ms >= 4_000),
        peers=PEERS[fault],
    )


def _played(fault: str, number: int) -> tuple[Case, int]:
    dice = random.Random(number)
    least_ms = 2_500 if fault in SILENCE else 6_000
    settings = PlayerSettings(buffering=BufferingSettings(full_ms=dice.randrange(least_ms, 30_000)))
    case = Case(fault=fault, at_segment=dice.randrange(16, 22), dice=dice)

    def server(viewer: Viewer, fetch: Fetch, at_ms: int) -> Answers:
        return _answers(case, viewer, fetch, at_ms)

    world = World(server)
    viewer = world.enter(Viewer(settings, ApplianceHealth(settings.failover), number=number), NAMES, at_ms=BEGAN_MS)
    world.run(until_ms=BEGAN_MS + 60_000)
    stalls = sum(isinstance(it, Announce) and isinstance(it.notice, StallEnded) for _, it in viewer.log)
    return case, stalls


def _answers(case: Case, viewer: Viewer, fetch: Fetch, at_ms: int) -> Answers:
    whole = list(_whole(fetch, case.dice))
    if case.first_id and not case.next_at_ms:
        case.next_at_ms = at_ms + (whole[0][0] if case.fault in SILENCE else 0)
    if not isinstance(fetch.target, SegmentTarget):
        return whole
    case.segments += 1
    if case.segments != case.at_segment:
        return whole
    broken, last_ms = _broken(case.fault, fetch, whole)
    case.first_id, case.failed_at_ms, case.buffer_ms = fetch.request_id, at_ms + last_ms, viewer.buffer_ms(at_ms)
    return broken


def _broken(fault: str, fetch: Fetch, whole: list[tuple[int, Event]]) -> tuple[list[tuple[int, Event]], int]:
    """What comes instead, and when the error is told or the last byte comes."""
    half = whole[: len(whole) // 2]
    half_ms = half[-1][0] if half else 0
    after_ms = {"refused": 20, "unresolved": 30, "http-503": whole[0][0], "corrupt": whole[-1][0]}.get(fault, half_ms)
    if fault == "silence":
        return [], 0
    if fault == "silence-within":
        return half, half_ms
    before = whole[:-1] if fault == "corrupt" else half if fault in ("reset", "truncated") else []
    return [*before, (after_ms, FetchFailed(fetch.request_id, fault))], after_ms


def _whole(fetch: Fetch, dice: random.Random, *, latency_ms: int = 0) -> Iterator[tuple[int, Event]]:
    """An answer over the link: a first byte after 20 to 80 ms, then a piece each time it has carried one."""
    at_ms = latency_ms or dice.randrange(20, 80)
    if not isinstance(fetch.target, SegmentTarget):
        event = ManifestRead(fetch.request_id, 2_000, SHOWN, NAMES)
        is_init = hasattr(fetch.target, "of")
        yield at_ms, Fetched(fetch.request_id, 1_000, at_ms) if is_init else event
        return
    size_bytes = (300, 1_000, 3_000)[fetch.target.of.rung] * fetch.target.segment.duration_ms // 8
    began_ms = at_ms
    yield at_ms, ProgressMade(fetch.request_id, 1_000, size_bytes)
    for received in range(PIECE_BYTES, size_bytes + PIECE_BYTES, PIECE_BYTES):
        at_ms = began_ms + min(received, size_bytes) * 8 // LINK_KBPS
        yield at_ms, ProgressMade(fetch.request_id, min(received, size_bytes), size_bytes)
    yield at_ms, Fetched(fetch.request_id, size_bytes, at_ms)


# Normal play on a jittery link.
LINKS = {
    "60 s of buffer": PlayerSettings(),
    "6 s of buffer": PlayerSettings(buffering=BufferingSettings(full_ms=6_000)),
    "2 s of buffer": PlayerSettings(buffering=BufferingSettings(full_ms=2_000), abr=AbrSettings(highest_kbps=1_000)),
}


def extra_percent(settings: PlayerSettings, *, viewers: int = 20) -> float:
    """What is fetched twice, of what is delivered, where nothing fails: one first byte in 20 takes up to a second,
    one in 200 up to four."""
    dice, extra_bytes, delivered_bytes = random.Random(1), 0, 0

    def latency_ms() -> int:
        fate = dice.randrange(200)
        return dice.randrange(30, 4_000 if fate == 0 else 1_000 if fate < 11 else 120)

    def server(viewer: Viewer, fetch: Fetch, at_ms: int) -> Answers:
        return _whole(fetch, dice, latency_ms=latency_ms())

    world = World(server)
    crowd = [Viewer(settings, ApplianceHealth(settings.failover), number=number) for number in range(viewers)]
    for number, viewer in enumerate(crowd):
        world.enter(viewer, NAMES, at_ms=BEGAN_MS + 31 * number)
    world.run(until_ms=BEGAN_MS + 600_000)
    for viewer in crowd:
        extra_bytes += viewer.playback._delivery.hedges.extra_bytes
        delivered_bytes += viewer.playback._delivery.hedges.delivered_bytes
    return 100 * extra_bytes / delivered_bytes
