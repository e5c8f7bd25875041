"""Evenings: titles played in virtual time, each on its link and with its mishaps; what was decided is their log."""

from collections.abc import Sequence
from typing import NamedTuple

from matinee.core.notices import PlaybackReport
from matinee.policy.settings import PlayerSettings
from matinee.runtime.player import Player
from matinee.testing.clock import VirtualClock, run_virtual
from matinee.testing.faults import Refusal, Refused, Rule, Silent
from matinee.testing.link import Stretch, Trace
from matinee.testing.log import EventLog
from matinee.testing.network import Exchange, ScriptedNetwork
from matinee.testing.titles import SyntheticTitle

AWAY = Refusal(503, retry_after="2")
HEADLESS = PlayerSettings(decode=False)
FAST = Stretch(duration_ms=10_000, bandwidth_kbps=6_000, latency_ms=20)
SLOW = Stretch(duration_ms=30_000, bandwidth_kbps=500, latency_ms=200)


class Evening(NamedTuple):
    """What happens to a viewer of two minutes at the appliances `a` and `b`."""

    trace: Trace = (FAST,)
    rules: Sequence[Rule] = ()
    away_ms: tuple[int, int] | None = None
    """From when until when there is no network."""


EVENINGS = {
    "plain-play": Evening(),
    "dead-appliance": Evening(rules=[Rule(fault=Refused(), host="a.test", from_ms=9_000)]),
    "silence": Evening(rules=[Rule(fault=Silent(after_bytes=100_000), host="a.test", path="/video/*", from_ms=9_000)]),
    "all-away": Evening(rules=[Rule(fault=AWAY, path="*.m4s", from_ms=9_000, until_ms=50_000)]),
    "no-network": Evening(away_ms=(9_000, 50_000)),
    "collapsing-link": Evening(trace=(FAST, FAST, SLOW, *[FAST] * 20)),
}


class Memory(NamedTuple):
    """What is left of an evening."""

    report: PlaybackReport
    log: str
    exchanges: list[Exchange]


def spent(evening: Evening, *, settings: PlayerSettings = HEADLESS, duration_ms: int = 120_000) -> Memory:
    """The evening, played to its end. Raises the typed error if playback failed."""
    log = EventLog()
    places = (("a", "http://a.test/"), ("b", "http://b.test/"))
    title = SyntheticTitle(duration_ms=duration_ms, places=places)

    async def story(clock: VirtualClock) -> Memory:
        hosts = dict.fromkeys(("a.test", "b.test"), title)
        network = ScriptedNetwork(clock, hosts=hosts, trace=evening.trace, rules=evening.rules)
        if evening.away_ms is not None:
            network.go_away(from_ms=evening.away_ms[0], until_ms=evening.away_ms[1])
        async with Player.open("http://b.test/manifest.mpd", settings=settings, http=network, witness=log) as player:
            await player.wait_ended()
            return Memory(player.report(), log.text, network.exchanges)

    return run_virtual(story)
