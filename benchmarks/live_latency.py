"""Bar 9: how well a viewer of a low-latency stream stays where he should be, on links that jitter and dip.

`python -m benchmarks live`. The real player in virtual time on a scripted network: segments of two seconds in
chunks of half a second, a target of three seconds, speeds from 0.96 to 1.04. Peers are the laws of dash.js and Shaka
(`matinee.policy.catch_up`) in the same player, so that nothing else differs.

The links are made here, from seeds; where the public traces are (MATINEE_TRACES), the first minutes of some of lte_be
and lumos4g follow.
"""

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Literal

import msgspec

from benchmarks.bars import Clause, Measured, at_least, at_most
from benchmarks.qoe.corpus import traces_folder
from matinee.policy.settings import LiveSettings, PlayerSettings
from matinee.runtime.player import Player
from matinee.testing.clock import VirtualClock, run_virtual
from matinee.testing.link import Stretch, Trace, read_trace
from matinee.testing.live import LiveTitle
from matinee.testing.network import ScriptedNetwork
from matinee.testing.titles import MANIFEST_PATH

TARGET_MS, FROM_MS, FOR_MS, LOOK_MS = 3_000, 20_000, 120_000, 200
BAR_ERROR_MS, BAR_CHANGES = 150, 6
LADDER = (300, 750, 1_500, 3_000, 6_000)
TITLE = LiveTitle(chunk_ms=500, ladder=LADDER, delay_ms=TARGET_MS, rates=("0.96", "1.04"), refresh_ms=30_000)
Law = Literal["proportional", "sigmoid", "bang-bang"]
LAWS: dict[Law, str] = {"proportional": "matinee", "sigmoid": "dash.js", "bang-bang": "Shaka"}
SLICED, SLICES = ("lte_be", "lumos4g"), 3


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """How one viewer did on one link."""

    law: str
    link: str
    p95_error_ms: int
    """Of |latency - target|, from 20 s on."""
    most_changes: int
    """Of the rate, in the worst minute."""
    stalls: int
    stall_ms: int
    mean_kbps: int

    @property
    def holds(self) -> bool:
        return self.p95_error_ms <= BAR_ERROR_MS and self.most_changes <= BAR_CHANGES


def measured(*, is_smoke: bool) -> Measured:
    """Every law on every link; in a smoke on one."""
    folder = traces_folder(None)
    if folder is None:
        print("The public traces are not there: only links that are made here.")
    links = [*made_links(), *(_sliced(folder) if folder else ())][: 1 if is_smoke else None]
    todo = [(law, name, trace) for law in LAWS for name, trace in links]
    with ProcessPoolExecutor() as pool:
        watches = list(pool.map(watch, *zip(*todo, strict=True)))
    _print(watches)
    return Measured([*_clauses(watches)], watches)


def _clauses(watches: Sequence[Watch]) -> Iterator[Clause]:
    by_law = {law: [it for it in watches if it.law == law] for law in LAWS.values()}
    ours, *others = by_law.values()
    peers = [f"{own[0].law} {sum(it.holds for it in own)}" for own in others]
    held = sum(it.holds for it in ours)
    text = f"live: links of {len(ours)} on which error and changes of rate hold"
    yield at_least(text, held, bar=len(ours), number=9, peers=", ".join(peers))
    error_ms, changes = max(it.p95_error_ms for it in ours), max(it.most_changes for it in ours)
    errors = ", ".join(f"{own[0].law} {max(it.p95_error_ms for it in own)}" for own in others)
    yield at_most(
        "live: p95 of the error after 20 s, worst link", error_ms, bar=BAR_ERROR_MS, number=9, unit="ms", peers=errors
    )
    most = ", ".join(f"{own[0].law} {max(it.most_changes for it in own)}" for own in others)
    yield at_most("live: changes of rate in the worst minute", changes, bar=BAR_CHANGES, number=9, peers=most)


def watch(law: Law, name: str, trace: Trace) -> Watch:
    """Two minutes of one viewer."""
    settings = PlayerSettings(decode=False, live=LiveSettings(catch_up=law))

    async def story(clock: VirtualClock) -> Watch:
        network = ScriptedNetwork(clock, hosts={"live.test": TITLE}, trace=trace)
        async with Player.open(f"http://live.test{MANIFEST_PATH}", settings=settings, http=network) as player:
            states = []
            for at_ms in range(0, FOR_MS, LOOK_MS):
                await clock.wait_until(at_ms)
                states.append(player.state)
            report = player.report()
        errors = sorted(abs((it.live_lag_ms or 0) - TARGET_MS) for it in states[FROM_MS // LOOK_MS :])
        rates = [it.rate_permille for it in states]
        changes = [at * LOOK_MS for at, (before, after) in enumerate(pairwise(rates)) if before != after]
        return Watch(
            law=LAWS[law],
            link=name,
            p95_error_ms=errors[len(errors) * 95 // 100],
            most_changes=max((bisect_right(changes, at + 59_999) - n for n, at in enumerate(changes)), default=0),
            stalls=report.stalls,
            stall_ms=report.stall_ms,
            mean_kbps=report.mean_bitrate_kbps,
        )

    return run_virtual(story)


def made_links() -> Iterator[tuple[str, Trace]]:
    """Ten links, the same each time."""
    yield "steady 20 Mb/s", _link([20_000] * 180, latency_ms=20)
    yield "steady 5 Mb/s", _link([5_000] * 180, latency_ms=50)
    for seed in (1, 2, 3):
        yield f"LTE-like jitter {seed}", _link(_jittered(random.Random(seed), mean_kbps=12_000), latency_ms=40)
    for seed in (4, 5, 6):
        yield f"dips {seed}", _link(_dipped(random.Random(seed), usual_kbps=10_000), latency_ms=40)
    yield "steps", _link([8_000 if at // 30 % 2 == 0 else 2_500 for at in range(180)], latency_ms=40)
    yield "drive", _link(_jittered(random.Random(7), mean_kbps=6_000, swing=0.6), latency_ms=70)


def _jittered(dice: random.Random, *, mean_kbps: int, swing: float = 0.35) -> list[int]:
    """Each second leans on the one before (an autoregressive walk of the logarithm)."""
    walk, found = 0.0, list[int]()
    for _ in range(180):
        walk = 0.8 * walk + dice.gauss(0, swing)
        found.append(max(400, round(mean_kbps * 2**walk)))
    return found


def _dipped(dice: random.Random, *, usual_kbps: int) -> list[int]:
    """Every 30 to 60 seconds, two or three with almost nothing."""
    found = list[int]()
    while len(found) < 180:
        found += [round(usual_kbps * dice.uniform(0.8, 1.2)) for _ in range(dice.randint(30, 60))]
        found += [400] * dice.randint(2, 3)
    return found[:180]


def _link(kbps: Sequence[int], *, latency_ms: int) -> Trace:
    return tuple(Stretch(duration_ms=1_000, bandwidth_kbps=it, latency_ms=latency_ms) for it in kbps)


def _sliced(folder: Path) -> Iterator[tuple[str, Trace]]:
    for family in SLICED:
        for path in sorted((folder / family).glob("*.json"))[:SLICES]:
            yield f"{family} {path.stem[-6:]}", read_trace(path.read_bytes())


def _print(watches: Sequence[Watch]) -> None:
    print(f"Target {TARGET_MS} ms; bar: p95 |error| <= {BAR_ERROR_MS} ms after 20 s, <= {BAR_CHANGES} changes a minute")
    for law in LAWS.values():
        own = [it for it in watches if it.law == law]
        mean_ms = fmean(it.p95_error_ms for it in own)
        print(f"\n{law}: {sum(it.holds for it in own)} of {len(own)} links; mean p95 {mean_ms:.0f} ms")
        for it in own:
            print(
                f"  {'holds' if it.holds else 'fails':6}{it.link:22}{it.p95_error_ms:>6} ms{it.most_changes:>4} changes"
                f"{it.stalls:>3} stalls{it.stall_ms:>7} ms{it.mean_kbps:>7} kb/s"
            )
