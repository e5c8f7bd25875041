"""Decision: what a bitrate policy sees, and what it answers."""

from typing import Protocol

import msgspec

from matinee.policy.ladder import Ladder
from matinee.policy.throughput import Link

Memo = tuple[int, ...]
"""What a policy asks to be told again at its next choice; empty at first, and its own business."""


class AbrState(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a choice may depend on."""

    ladder: Ladder
    sizes_bytes: tuple[tuple[int, ...], ...]
    """Of the segments to come, the next one first, each by rung; at least one. More than `HORIZON` serve nobody."""
    segment_ms: int
    """Of each of them. > 0."""
    segments_left: int
    """To be chosen yet, this one included; 0 while the end is unknown (live)."""
    buffer_ms: int
    """Media ahead of the playhead. >= 0."""
    buffer_full_ms: int
    """No more is buffered than this. > 0."""
    rung: int
    """Chosen last; -1 before the first."""
    link: Link
    throughput_kbps: int
    """What the named estimator makes of the link, already cut by the safety share. > 0."""
    memo: Memo = ()


class InFlight(msgspec.Struct, frozen=True, kw_only=True):
    """A segment on its way."""

    rung: int
    size_bytes: int
    got_bytes: int
    """Of the size, so far."""
    elapsed_ms: int
    """Since it was asked for."""
    first_byte_ms: int
    """Until its first byte came. <= elapsed_ms."""


class Choice(msgspec.Struct, frozen=True):
    rung: int
    """An index into the ladder."""
    delay_ms: int = 0
    """How long to wait before asking."""
    memo: Memo = ()


class Choose(Protocol):
    """The first half of a policy."""

    def __call__(self, state: AbrState) -> Choice:
        """The rung of the next segment. Pure; raises nothing."""
        ...


class Abandon(Protocol):
    """The other half."""

    def __call__(self, state: AbrState, flight: InFlight) -> int | None:
        """The lower rung that the segment in flight is left for, or None to let it come. Pure; raises nothing.

        `state` is that of now, with the segment in flight as the next one and `rung` that of the segment before it.
        """
        ...


def let_it_come(state: AbrState, flight: InFlight) -> int | None:
    """For policies that leave no segment in flight."""
    return None


class AbrPolicy(msgspec.Struct, frozen=True):
    """What decides on a bitrate; one of your own goes into `matinee.policy.custom.Policies`."""

    choose: Choose
    abandon: Abandon = let_it_come


HORIZON = 5
"""Segments that a policy may look ahead."""
