"""Utility: what a rung is worth to a viewer, by + − × ÷ alone, since libm differs between machines."""

import itertools

from matinee.policy.ladder import Ladder


def log_utilities(ladder: Ladder) -> list[float]:
    """ln(bitrate / lowest) of each rung, to six digits for steps of up to four times."""
    utilities = [0.0]
    for below, kbps in itertools.pairwise(ladder):
        utilities.append(utilities[-1] + _ln(kbps / below))
    return utilities


def _ln(ratio: float) -> float:
    """The series of 2 artanh((r - 1) / (r + 1))."""
    z = (ratio - 1) / (ratio + 1)
    total, power = 0.0, z
    for odd in range(1, 26, 2):
        total += power / odd
        power *= z * z
    return 2 * total
