"""Buffering: when to begin, when to go on, when to ask for more."""


def is_enough(*, buffer_ms: int, wanted_ms: int, left_ms: int) -> bool:
    """Whether play may begin with `buffer_ms`: what is wanted is here, or all that is left of the title; never with 0.

    A manifest may name an end that comes before that of its segments: there, nothing is left and more is to come.
    """
    return buffer_ms >= max(1, min(wanted_ms, left_ms))


def hungry_in_ms(*, buffer_ms: int, full_ms: int) -> int:
    """How long at normal speed until the next segment is due; 0 if it is due now."""
    return max(0, buffer_ms - full_ms)
