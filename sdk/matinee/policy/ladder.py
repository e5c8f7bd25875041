"""The bitrate ladder: rungs by rising bitrate."""

from collections.abc import Iterable

Ladder = tuple[int, ...]
"""Bitrates in kbps, each above the one before; at least one."""


def ladder_of(bitrates_kbps: Iterable[int]) -> Ladder:
    """The ladder of renditions by rising bitrate; those of the same count a little apart, since policies divide."""
    ladder: list[int] = []
    for kbps in bitrates_kbps:
        ladder.append(max(kbps, ladder[-1] + 1) if ladder else kbps)
    return tuple(ladder)


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
