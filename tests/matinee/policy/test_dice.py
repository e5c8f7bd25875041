"""Chance from a seed."""

from hypothesis import given
from hypothesis import strategies as st

from matinee.policy.dice import draw, next_state


def test_the_dice_are_splitmix64() -> None:
    # The published first five outputs for this seed: Rosetta Code, "Pseudo-random numbers/Splitmix64".
    state, drawn = 1_234_567, []
    for _ in range(5):
        state = next_state(state)
        drawn.append(draw(state))
    assert drawn == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


@given(st.integers(0, 2**64 - 1))
def test_states_and_draws_are_of_64_bits(state: int) -> None:
    assert next_state(state) >> 64 == 0
    assert draw(state) >> 64 == 0
