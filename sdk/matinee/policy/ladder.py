"""The bitrate ladder: rungs by rising bitrate."""

Ladder = tuple[int, ...]
"""Bitrates in kbps, rising; at least one."""


def highest_within(ladder: Ladder, kbps: int) -> int:
    """The highest rung of at most `kbps`; the lowest rung if even that is more."""
    rung = 0
    for index in range(1, len(ladder)):
        if ladder[index] <= kbps:
            rung = index
    return rung


def likely_kbps(ladder: Ladder) -> int:
    """What is guessed of a link of which nothing is known: a ladder is cut for its viewers, most above its middle."""
    return max(1, ladder[-1] // 4)
