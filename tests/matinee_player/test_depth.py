"""How many colours a terminal has."""

import pytest

from matinee_player.depth import depth_of


@pytest.mark.parametrize(
    ("environment", "depth"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "truecolor"),
        ({"TERM": "xterm", "COLORTERM": "24bit"}, "truecolor"),
        ({"TERM": "xterm-direct"}, "truecolor"),
        ({"TERM": "xterm-256color"}, "256"),
        ({}, "256"),
    ],
)
def test_true_colour_is_used_where_the_terminal_says_it_has_it(environment: dict[str, str], depth: str) -> None:
    assert depth_of(environment) == depth
