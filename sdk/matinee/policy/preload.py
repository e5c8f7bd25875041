"""Preload: when the next title of a playlist may be fetched ahead, so that it begins at once."""

from typing import Protocol


class Preload(Protocol):
    """A policy of its own kind; see `PRELOADS`."""

    def __call__(self, *, is_whole: bool, left_ms: int | None, near_ms: int) -> bool:
        """Whether the next one may be fetched now. Pure; raises nothing.

        `is_whole`: whether the title that plays has everything it needs. `left_ms`: until its end; None if there is
        none in sight. `near_ms`: as `PreloadSettings.near_ms`.
        """
        ...


def whole(*, is_whole: bool, left_ms: int | None, near_ms: int) -> bool:
    """Once the title that plays needs nothing more: the next one takes nothing from it."""
    return is_whole


def near(*, is_whole: bool, left_ms: int | None, near_ms: int) -> bool:
    """Once its end is near, whatever it needs yet: for players that keep little."""
    return left_ms is not None and left_ms <= near_ms


def never(*, is_whole: bool, left_ms: int | None, near_ms: int) -> bool:
    """Not before its turn has come: for data savers, and plans with a single stream."""
    return False


PRELOADS: dict[str, Preload] = {"whole": whole, "near": near, "never": never}
"""By the names of `PreloadSettings.policy`."""
