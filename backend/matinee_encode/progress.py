"""How making a title goes: the closed union of its events, and the line that shows it. Pure."""

from typing import assert_never

import msgspec


class UnitKept(msgspec.Struct, frozen=True):
    """Found finished; not done again."""

    unit: str


class UnitFinished(msgspec.Struct, frozen=True):
    """Done now, and kept."""

    unit: str


class Advanced(msgspec.Struct, frozen=True):
    """The work moved on."""

    done_ratio: float
    """Of all work, what was found finished included. 0 to 1."""
    frames: int
    """Of the title; 0 if unknown."""


Event = UnitKept | UnitFinished | Advanced

_BAR = 24


class Meter:
    """Turns events into lines for people: fraction, speed, time left."""

    def __init__(self, *, now_ms: int) -> None:
        self._started_ms = now_ms
        self._first_ratio: float | None = None

    def line(self, event: Event, *, now_ms: int) -> str:
        """At most 72 columns, unless a unit's name is longer."""
        match event:
            case UnitKept():
                return f"{event.unit}: kept from before"
            case UnitFinished():
                return f"{event.unit}: done"
            case Advanced():
                return self._bar(event, now_ms)
            case _:
                assert_never(event)

    def _bar(self, event: Advanced, now_ms: int) -> str:
        if self._first_ratio is None:
            self._first_ratio, self._started_ms = event.done_ratio, now_ms
        filled = int(event.done_ratio * _BAR)
        bar = f"[{'#' * filled}{'.' * (_BAR - filled)}] {event.done_ratio:4.0%}"
        elapsed_ms = now_ms - self._started_ms
        gained = event.done_ratio - self._first_ratio
        if elapsed_ms <= 0 or gained <= 0:
            return bar
        left_s = round((1 - event.done_ratio) / gained * elapsed_ms / 1000)
        speed = f"  {gained * event.frames * 1000 / elapsed_ms:.1f} frames/s" if event.frames else ""
        return f"{bar}{speed}  {left_s // 60}:{left_s % 60:02} left"
