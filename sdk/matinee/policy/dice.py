"""Chance from a seed: SplitMix64, so that a session's dice are an argument and fall the same everywhere.

Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014; constants as there.
"""

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15


def next_state(state: int) -> int:
    """The state after one draw. `state` in [0, 2**64)."""
    return (state + _GOLDEN) & _MASK


def draw(state: int) -> int:
    """The 64-bit number of `state`, uniform."""
    mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
    return mixed ^ (mixed >> 31)
