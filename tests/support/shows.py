"""Shows: live titles watched in virtual time, and what was seen at each moment."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from matinee.core.messages import Command, Event
from matinee.core.notices import Jumped, Notice, PlayerState
from matinee.policy.settings import PlayerSettings
from matinee.runtime.player import Player
from matinee.testing.clock import VirtualClock, run_virtual
from matinee.testing.link import Stretch, Trace
from matinee.testing.live import LiveTitle
from matinee.testing.network import Exchange, Host, ScriptedNetwork
from matinee.testing.titles import MANIFEST_PATH

HEADLESS = PlayerSettings(decode=False)
STEADY: Trace = (Stretch(duration_ms=10_000, bandwidth_kbps=8_000, latency_ms=20),)
LOOK_MS = 250

Deed = Callable[[Player, ScriptedNetwork], object]
"""Something that is done to a player, or to its network."""


class Sight(NamedTuple):
    """What was seen."""

    at_ms: int
    state: PlayerState


class Show(NamedTuple):
    """What became of it."""

    sights: list[Sight]
    exchanges: list[Exchange]
    notices: list[Notice]

    @property
    def jumps(self) -> list[Jumped]:
        return [it for it in self.notices if isinstance(it, Jumped)]

    def at(self, at_ms: int) -> PlayerState:
        return next(it.state for it in self.sights if it.at_ms >= at_ms)

    def lags_ms(self, *, from_ms: int) -> list[int]:
        """How far behind live the viewer was, while he was."""
        seen = (it.state.live_lag_ms for it in self.sights if it.at_ms >= from_ms)
        return [lag_ms for lag_ms in seen if lag_ms is not None]


def watched(
    title: Host | LiveTitle,
    *,
    path: str = MANIFEST_PATH,
    for_ms: int = 40_000,
    deeds: Sequence[tuple[int, Deed]] = (),
    trace: Trace = STEADY,
    settings: PlayerSettings = HEADLESS,
) -> Show:
    """The title, watched for so long or to its end; `deeds` are done at their times, which rise."""
    notices: list[Notice] = []

    def witness(event: Event, commands: Sequence[Command], now_ms: int) -> None:
        notices.extend(notice for it in commands if (notice := getattr(it, "notice", None)) is not None)

    async def story(clock: VirtualClock) -> Show:
        network, sights, left = ScriptedNetwork(clock, hosts={"a.test": title}, trace=trace), list[Sight](), [*deeds]
        async with Player.open(f"http://a.test{path}", settings=settings, http=network, witness=witness) as player:
            for at_ms in range(0, for_ms, LOOK_MS):
                await clock.wait_until(at_ms)
                while left and left[0][0] <= at_ms:
                    left.pop(0)[1](player, network)
                sights.append(Sight(at_ms, player.state))
            return Show(sights, network.exchanges, notices)

    return run_virtual(story)
