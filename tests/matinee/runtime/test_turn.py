"""A turn fails alone, and tells what is told of it."""

import pytest

from matinee import Player, PlayerSettings
from matinee.core.notices import Ended, Notice
from matinee.errors import NotEntitled, SegmentUnavailable
from matinee.policy.settings import RetrySettings
from matinee.runtime.http import Network
from matinee.runtime.reporter import Reporter
from matinee.runtime.source import Source
from matinee.runtime.turn import Turn
from matinee.testing.clock import VirtualClock, run_virtual
from matinee.testing.network import ScriptedNetwork
from matinee.testing.titles import SyntheticTitle

HEADLESS = PlayerSettings(decode=False, retry=RetrySettings(give_up_start_ms=1))


def _run(url: str) -> tuple[Turn, list[Notice | None]]:
    told: list[Notice | None] = []

    async def story(clock: VirtualClock) -> Turn:
        network = ScriptedNetwork(clock, hosts={"a.test": SyntheticTitle(duration_ms=4_000)})
        turn = Turn(0, Player.open(url, settings=HEADLESS, http=network), is_ahead=False)
        await turn.run(lambda _, notice: told.append(notice))
        return turn

    return run_virtual(story), told


def test_it_is_over_with_the_title_and_that_is_told() -> None:
    turn, told = _run("https://a.test/manifest.mpd")
    assert (turn.is_open, turn.is_over, turn.error) == (True, True, None)
    assert (told[0], told[-2], told[-1]) == (None, Ended(), None)


def test_what_ends_it_early_is_kept() -> None:
    turn, _ = _run("https://a.test/nothing.mpd")
    assert isinstance(turn.error, SegmentUnavailable)


@pytest.mark.parametrize("error", [NotEntitled("Not yours.")])
def test_what_cannot_be_opened_is_kept_too(error: NotEntitled) -> None:
    async def refused(http: Network) -> tuple[Source, Reporter | None]:
        raise error

    async def story(clock: VirtualClock) -> Turn:
        turn = Turn(0, Player(refused, http=ScriptedNetwork(clock)), is_ahead=False)
        await turn.run(lambda _, notice: None)
        return turn

    turn = run_virtual(story)
    assert (turn.is_open, turn.is_over, turn.error) == (False, True, error)
