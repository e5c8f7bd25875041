"""Notes on top of a screen."""

import pytest

from matinee.core.notices import Phase
from matinee_player.view import Trouble, View
from matinee_player.widgets.notes import announcement


@pytest.mark.parametrize(
    ("phase", "says"),
    [("starting", "Starting …"), ("stalled", "Waiting for more …"), ("paused", "❚❚  Paused"), ("playing", "")],
)
def test_a_resting_picture_says_why(phase: Phase, says: str) -> None:
    assert announcement(View(title="Reel", phase=phase)) == says


def test_the_end_says_what_can_be_done_then() -> None:
    assert "watch again" in announcement(View(title="Reel", phase="ended"))


def test_an_error_says_more_than_an_announcement() -> None:
    assert announcement(View(title="Reel", phase="stalled", trouble=Trouble(what="No.", what_to_do=""))) == ""
