"""Bar 7: thousands of live viewers meet a server that says 503 for a while; how often and how closely they come back.

`python -m benchmarks storm`. Virtual time: ours is the real `Playback`, with an `ApplianceHealth` of its own as each
viewer is another process; peers are the retry rules of their defaults, read in their sources (each names its file).
The model is one URL, live-edge viewers whose first request falls within some 75 ms, and 20 ms to an answer.
"""

import random
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from statistics import fmean, quantiles

import msgspec

from benchmarks.bars import Clause, Measured, at_most
from benchmarks.world import BEGAN_MS, Answers, Viewer, World
from matinee.core.health import ApplianceHealth
from matinee.core.messages import Event, Fetch, Fetched, FetchFailed, ManifestRead, ManifestTarget
from matinee.policy.settings import BufferingSettings, PlayerSettings
from matinee.testing.playbook import presentation, track

OURS = "matinee"
VIEWERS, SMOKE_VIEWERS = 10_000, 100
SIGMA_MS = 75
ANSWER_MS = 20
SETTLED_MS = 600
"""The first requests are not the storm."""
SEGMENT_MS = 2_000
LIVE = PlayerSettings(buffering=BufferingSettings(start_ms=1_000, resume_ms=2_000, full_ms=6_000))
BAR_OUTAGE_MS, PEAK_PERCENT, REQUESTS = 10_000, 5, 4
HEADS = ("player", "outage", "Retry-After", "servers", "each", "most", "peak", "back p50, p95")
APPLIANCES = ("a", "b")
SHOWN = presentation(track(ladder=(1_000,), segments=300, segment_ms=SEGMENT_MS))


class Storm(msgspec.Struct, frozen=True, kw_only=True):
    """How one kind of player went through one outage."""

    player: str
    outage_ms: int
    retry_after_s: int
    appliances: int
    requests_mean: float
    requests_most: int
    peak_percent: float
    """Of all viewers, in the busiest 100 ms after the first 600."""
    back_ms: tuple[int, int]
    """From the end of the outage to the first answer: median and 95th percentile; -1 where many never came back."""


def measured(*, is_smoke: bool) -> Measured:
    """Every player through every outage, and how much more is asked for in a steady state."""
    print("{:12}{:>8}{:>12}{:>8}{:>7}{:>6}{:>8}{:>18}".format(*HEADS))
    storms = []
    for it in _storms(SMOKE_VIEWERS if is_smoke else VIEWERS):
        storms.append(it)
        print(_line(it), flush=True)
    extra = {percent: steady_extra_percent(failing_percent=percent) for percent in (1, 5, 30)}
    for percent, more in extra.items():
        print(f"steady state, {percent} % of answers are 503: {more:.1f} % more requests than segments")
    return Measured(clauses(storms), {"storms": storms, "steady_extra_percent": extra})


def clauses(storms: Sequence[Storm]) -> list[Clause]:
    """Of the outage of ten seconds; whatever `Retry-After` said, the worst counts."""
    long = [it for it in storms if it.outage_ms == BAR_OUTAGE_MS]
    peaks = ", ".join(f"{it.player} {it.peak_percent:g} %" for it in long if it.player != OURS)
    requests = ", ".join(f"{it.player} {it.requests_most}" for it in long if it.player != OURS)
    found = []
    for appliances, whose in ((1, "a server"), (2, "two servers, both in trouble")):
        ours = [it for it in long if it.player == OURS and it.appliances == appliances]
        peak, most = max(it.peak_percent for it in ours), max(it.requests_most for it in ours)
        found += [
            at_most(f"{whose}: viewers in the busiest 100 ms", peak, bar=PEAK_PERCENT, number=7, unit="%", peers=peaks),
            at_most(
                f"{whose}: requests of any viewer to each", most / appliances, bar=REQUESTS, number=7, peers=requests
            ),
        ]
    return found


def _storms(viewers: int) -> Iterator[Storm]:
    for outage_ms in (3_000, BAR_OUTAGE_MS):
        for name, rule in PEERS.items():
            yield storm(name, outage_ms=outage_ms, asking=[peer(rule, outage_ms, seed=n) for n in range(viewers)])
        for retry_after_s, appliances in ((0, 1), (1, 1), (4, 1), (0, 2), (4, 2)):
            asking = [
                ours(outage_ms, seed=n, retry_after_s=retry_after_s, appliances=appliances) for n in range(viewers)
            ]
            yield storm(OURS, outage_ms=outage_ms, asking=asking, retry_after_s=retry_after_s, appliances=appliances)


def _line(it: Storm) -> str:
    hint = str(it.retry_after_s or "–")
    back = " ".join(f"{ms / 1000:.1f} s" if ms >= 0 else "never" for ms in it.back_ms)
    return (
        f"{it.player:12}{it.outage_ms // 1000:>6} s{hint:>12}{it.appliances:>8}{it.requests_mean:>7.2f}"
        f"{it.requests_most:>6}{it.peak_percent:>6.1f} %{back:>18}"
    )


def storm(
    player: str, *, outage_ms: int, asking: list[list[int]], retry_after_s: int = 0, appliances: int = 1
) -> Storm:
    """The sums of what each viewer did; a viewer's last request is the one that was answered."""
    late = sorted(at_ms for times in asking for at_ms in times if at_ms >= SETTLED_MS)
    peak = max((bisect_left(late, at_ms + 100) - n for n, at_ms in enumerate(late)), default=0)
    back = sorted(times[-1] - outage_ms for times in asking if times[-1] >= outage_ms)
    is_back = len(back) >= 0.96 * len(asking)
    cuts = quantiles(back, n=20) if is_back else [-1.0] * 19
    return Storm(
        player=player,
        outage_ms=outage_ms,
        retry_after_s=retry_after_s,
        appliances=appliances,
        requests_mean=round(fmean(map(len, asking)), 2),
        requests_most=max(map(len, asking)),
        peak_percent=round(100 * peak / len(asking), 1),
        back_ms=(int(cuts[9]), int(cuts[18])),
    )


# Peers: what each waits before the n-th retry (n >= 1) of a fragment after a 503, None when it gives up.
Rule = Callable[[int, random.Random], float | None]
PEERS: dict[str, Rule] = {
    # libraries/exoplayer/…/upstream/DefaultLoadErrorHandlingPolicy.java; goes on while the buffer lasts (Loader.java).
    "Media3": lambda n, dice: min((n - 1) * 1_000, 5_000),
    # lib/net/backoff.js: 1000 ms ± 50 %; of a live stream tried anew for ever by lib/player.js.
    "Shaka": lambda n, dice: 1_000 * dice.uniform(0.5, 1.5),
    # src/core/Settings.js: retryIntervals 1000, retryAttempts 3.
    "dash.js": lambda n, dice: 1_000 if n <= 3 else None,
    # src/config.ts fragLoadPolicy.errorRetry: 6 of 1000 ms, doubled up to 8000.
    "hls.js": lambda n, dice: min(1_000 * 2 ** (n - 1), 8_000) if n <= 6 else None,
}


def peer(rule: Rule, outage_ms: int, *, seed: int) -> list[int]:
    """When a viewer asks, by a peer's rule."""
    dice = random.Random(seed)
    times = [_first_ms(dice)]
    while times[-1] < outage_ms:
        wait_ms = rule(len(times), dice)
        if wait_ms is None:
            break
        times.append(times[-1] + ANSWER_MS + int(wait_ms))
    return times


def ours(outage_ms: int, *, seed: int, retry_after_s: int, appliances: int) -> list[int]:
    """When a viewer asks for the segment that the outage meets, by the real core; later ones are not counted."""
    names, times = APPLIANCES[:appliances], list[int]()

    def server(viewer: Viewer, fetch: Fetch, at_ms: int) -> Answers:
        since_ms = at_ms - BEGAN_MS - SEGMENT_MS
        if since_ms >= 0 and (not times or times[-1] < outage_ms):
            times.append(since_ms)
        if 0 <= since_ms < outage_ms:
            return [(ANSWER_MS, FetchFailed(fetch.request_id, "http-503", retry_after_s * 1000))]
        return [_whole(fetch, after_ms=0 if since_ms < 0 else ANSWER_MS, appliances=names)]

    world = World(server)
    viewer = Viewer(LIVE, ApplianceHealth(LIVE.failover), number=seed)
    world.enter(viewer, names, at_ms=BEGAN_MS + _first_ms(random.Random(seed)))
    until_ms = BEGAN_MS + SEGMENT_MS + outage_ms
    while not times or times[-1] < outage_ms:
        world.run(until_ms=until_ms)
        until_ms += 1_000
    return times


def steady_extra_percent(*, failing_percent: int) -> float:
    """How many requests more than needed are sent of 100 viewers in 400 s, if servers fail at random."""
    dice, asked, lost = random.Random(0), 0, 0

    def server(viewer: Viewer, fetch: Fetch, at_ms: int) -> Answers:
        nonlocal asked, lost
        asked += 1
        if isinstance(fetch.target, ManifestTarget) or dice.randrange(100) >= failing_percent:
            return [_whole(fetch, after_ms=ANSWER_MS)]
        lost += 1
        return [(ANSWER_MS, FetchFailed(fetch.request_id, "http-503"))]

    world = World(server)
    for number in range(100):
        viewer = Viewer(LIVE, ApplianceHealth(LIVE.failover), number=number)
        world.enter(viewer, APPLIANCES, at_ms=BEGAN_MS + 37 * number)
    world.run(until_ms=BEGAN_MS + 400_000)
    return 100 * (asked / (asked - lost) - 1)


def _whole(fetch: Fetch, *, after_ms: int, appliances: tuple[str, ...] = APPLIANCES) -> tuple[int, Event]:
    if isinstance(fetch.target, ManifestTarget):
        return after_ms, ManifestRead(fetch.request_id, 2_000, SHOWN, appliances)
    return after_ms, Fetched(fetch.request_id, 250_000, ANSWER_MS)


def _first_ms(dice: random.Random) -> int:
    return int(abs(dice.gauss(0, SIGMA_MS)))
