"""Golden event logs: every event, command and notice of a session, a line of JSON each, the same on every machine."""

import difflib
from collections.abc import Sequence, Sized
from pathlib import Path
from typing import cast

import msgspec

from matinee.core.messages import Announce, Command, Event, ProgressMade, WakeAt, Woke

_MOST_CHARACTERS = 200
_TICKS = (ProgressMade, Woke, WakeAt)


class EventLog:
    """What a player was told and what it decided; to be handed to it as its `witness`.

    What happens all the time without consequences (`ProgressMade`, `Woke`, `WakeAt`) is left out, save an event that
    had some.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, event: Event, commands: Sequence[Command], now_ms: int) -> None:
        shown = [command for command in commands if not isinstance(command, _TICKS)]
        if shown or not isinstance(event, _TICKS):
            self._write(now_ms, "event", event)
        for command in shown:
            if isinstance(command, Announce):
                self._write(now_ms, "notice", command.notice)
            else:
                self._write(now_ms, "command", command)

    @property
    def text(self) -> str:
        """All lines, each with its end."""
        return "".join(f"{line}\n" for line in self.lines)

    def _write(self, now_ms: int, role: str, message: msgspec.Struct) -> None:
        said = {"now_ms": now_ms, role: type(message).__name__, **_fields(message)}
        self.lines.append(msgspec.json.encode(said).decode())


def assert_golden(text: str, path: Path, *, update: bool = False) -> None:
    """Raises AssertionError, with the difference, unless the file at `path` holds `text`.

    `update`: write it there instead. Line ends are `\\n` on every system.
    """
    if update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return
    kept = path.read_bytes().decode() if path.exists() else ""
    if kept == text:
        return
    lines = difflib.unified_diff(kept.splitlines(), text.splitlines(), str(path), "now", lineterm="", n=1)
    raise AssertionError("The log is not the golden one:\n" + "\n".join(lines))


def _fields(message: msgspec.Struct) -> dict[str, object]:
    return {name: _shown(getattr(message, name)) for name in message.__struct_fields__}


def _shown(value: object) -> object:
    """The value of a field: short values whole, values within by their kind and their own short fields."""
    if isinstance(value, msgspec.Struct):
        inner = {name: _brief(getattr(value, name)) for name in value.__struct_fields__}
        return {"is": type(value).__name__, **inner}
    if isinstance(value, tuple | list):
        return [_brief(item) for item in cast("Sequence[object]", value)]
    return _brief(value)


def _brief(value: object) -> object:
    """Whole if it is short; else how much there is of it, or of what kind it is."""
    match value:
        case None | bool() | int():
            return value
        case str():
            return value if len(value) <= _MOST_CHARACTERS else f"{value[:_MOST_CHARACTERS]}…"
        case float():
            raise TypeError("A float in a message: no two machines need agree on it.")
        case bytes():
            return {"bytes": len(value)}
        case tuple() | list() | dict() | frozenset() | set():
            return {"items": len(cast("Sized", value))}
        case _:
            return {"is": type(value).__name__}
