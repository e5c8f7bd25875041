"""Order: which item of a playlist comes after which."""

from typing import Literal

from matinee.policy.dice import draw, next_state

Repeat = Literal["none", "one", "all"]
"""What happens at the end: of an item with `one`, of the list with the others."""


def shuffled(count: int, *, seed: int, first: int) -> tuple[int, ...]:
    """All of `range(count)`, `first` at the front, the rest by chance (Fisher and Yates)."""
    order, state = [it for it in range(count) if it != first], seed
    for at in range(len(order) - 1, 0, -1):
        state = next_state(state)
        other = draw(state) % (at + 1)
        order[at], order[other] = order[other], order[at]
    return (first, *order)


def next_of(order: tuple[int, ...], at: int, *, repeat: Repeat, is_asked: bool) -> int | None:
    """The item after `at`; None at the end of the list. `is_asked`: by the viewer, who means another one."""
    if repeat == "one" and not is_asked:
        return at
    place = order.index(at) + 1
    if place < len(order):
        return order[place]
    return order[0] if repeat == "all" else None


def previous_of(order: tuple[int, ...], at: int, *, repeat: Repeat) -> int | None:
    """The item before `at`; None at the beginning of the list."""
    place = order.index(at) - 1
    return order[place] if place >= 0 or repeat == "all" else None
