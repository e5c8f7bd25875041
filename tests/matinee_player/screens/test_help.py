"""The help screen."""

from matinee_player.screens.help import keys_content


def test_keys_stand_right_aligned_beside_what_they_do() -> None:
    assert keys_content((("Space", "pause"), ("q", "leave"))).plain.splitlines() == [
        "Space   pause",
        "    q   leave",
    ]
