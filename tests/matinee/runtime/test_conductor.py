"""Whose turn it is, and who is opened ahead."""

from matinee import Player, PlayerSettings
from matinee.errors import TooManyStreams
from matinee.policy.preload import Preload, never
from matinee.runtime.conductor import Conductor
from matinee.runtime.http import Network
from matinee.runtime.reporter import Reporter
from matinee.runtime.source import Source
from matinee.runtime.tasks import Tasks
from matinee.testing.clock import VirtualClock, run_virtual
from matinee.testing.network import ScriptedNetwork
from matinee.testing.titles import SyntheticTitle

HEADLESS = PlayerSettings(decode=False)
ITEMS = ("https://a.test/manifest.mpd", "https://b.test/manifest.mpd")


def at_once(*, is_whole: bool, left_ms: int | None, near_ms: int) -> bool:
    return True


def _conducted(
    preload: Preload, *, refuses_ahead: bool = False, wish_at_ms: int | None = None
) -> tuple[list[str], Conductor]:
    """The items that were opened, in order, and whether ahead."""
    opened: list[str] = []

    async def story(clock: VirtualClock) -> Conductor:
        network = ScriptedNetwork(clock, hosts=dict.fromkeys(("a.test", "b.test"), SyntheticTitle(duration_ms=8_000)))

        def open_item(item: str, /, *, settings: PlayerSettings, paused: bool) -> Player:
            opened.append(item[8] + ("-ahead" if paused else ""))
            if paused and refuses_ahead:
                return Player(_refused, settings=settings, http=network)
            return Player.open(item, settings=settings, paused=paused, http=network)

        conductor = Conductor(ITEMS, open_item, settings=HEADLESS, preload=preload)

        async def wish() -> None:
            if wish_at_ms is not None:
                await clock.wait_until(wish_at_ms)
                conductor.go_to(0)

        async with Tasks() as tasks:
            tasks.start(wish())
            await conductor.conduct(tasks)
        return conductor

    return opened, run_virtual(story)


async def _refused(http: Network) -> tuple[Source, Reporter | None]:
    raise TooManyStreams("One is playing already.")


def test_each_is_opened_once_whether_ahead_or_when_it_is_due() -> None:
    assert _conducted(at_once)[0] == ["a", "b-ahead"]
    assert _conducted(never)[0] == ["a", "b"]


def test_what_failed_while_nobody_looked_is_tried_again_when_its_turn_has_come() -> None:
    opened, conductor = _conducted(at_once, refuses_ahead=True)
    assert opened == ["a", "b-ahead", "b"]
    assert (conductor.error, conductor.stats().ends) == (None, 2)


def test_what_was_opened_ahead_is_left_if_another_one_is_wished_for() -> None:
    opened, conductor = _conducted(at_once, wish_at_ms=2_000)
    assert opened == ["a", "b-ahead", "a", "b-ahead"]
    assert conductor.stats().sessions == 3
