"""Golden event logs: every event, command and notice of a session, a line of JSON each, the same on every machine."""

import difflib
from collections.abc import Sequence, Sized
from functools import cache
from pathlib import Path
from typing import cast

import msgspec

from matinee.core.messages import Announce, Command, Event, ProgressMade, WakeAt, Woke

_MOST_CHARACTERS, _MOST_ITEMS = 200, 16
_TICKS = (ProgressMade, Woke, WakeAt)


class EventLog:
    """What a player was told and what it decided; to be handed to it as its `witness`.

    Left out are fields that are as usual, so that a message may learn to say more; and what happens all the time
    (`ProgressMade`, `Woke`, `WakeAt`), save an event that had consequences.
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


def _fields(message: msgspec.Struct, *, depth: int = 2) -> dict[str, object]:
    """Those that are not as usual; of a struct within a struct within a struct, nothing."""
    said = {name: getattr(message, name) for name, usual in _usual(type(message)) if getattr(message, name) != usual}
    return {name: _shown(it, depth) for name, it in said.items() if depth or not isinstance(it, msgspec.Struct)}


def _shown(value: object, depth: int) -> object:
    """Whole if it is short; else how much there is of it, or of what kind it is."""
    match value:
        case None | bool() | int():
            return value
        case str():
            return value if len(value) <= _MOST_CHARACTERS else f"{value[:_MOST_CHARACTERS]}…"
        case float():
            raise TypeError("A float in a message: no two machines need agree on it.")
        case msgspec.Struct():
            return {"is": type(value).__name__, **_fields(value, depth=depth - 1)}
        case tuple() if len(names := cast("tuple[object, ...]", value)) <= _MOST_ITEMS and all(map(_is_plain, names)):
            return names
        case Sized():
            return {"bytes" if isinstance(value, bytes) else "items": len(value)}
        case _:
            return {"is": type(value).__name__}


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int)


@cache
def _usual(kind: type[msgspec.Struct]) -> tuple[tuple[str, object], ...]:
    """The fields of a struct, and what each is where nobody says."""
    fields = msgspec.structs.fields(kind)
    return tuple(
        (it.name, it.default if it.default_factory is msgspec.NODEFAULT else it.default_factory()) for it in fields
    )
