"""The ledger: what an outbox writes down as it happens, one line each, so that its next process goes on from there."""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from matinee.wire.telemetry import Span


class Put(msgspec.Struct, frozen=True, tag="put"):
    """An event waits."""

    event_id: str
    urgency: Literal[0, 1, 2]
    """0 comes first."""
    event: msgspec.Raw


class Gone(msgspec.Struct, frozen=True, tag="gone"):
    """These wait no more."""

    event_ids: tuple[str, ...]
    is_lost: bool = False
    """They were dropped: nobody has them."""


class Lost(msgspec.Struct, frozen=True, tag="lost"):
    """So many more were dropped."""

    count: Span


class Named(msgspec.Struct, frozen=True, tag="named"):
    """So many of the dropped are told under that name from now on."""

    name: str
    count: Span


class Heard(msgspec.Struct, frozen=True, tag="heard"):
    """The collector knows what has a name."""


Entry = Put | Gone | Lost | Named | Heard

BROKEN = Lost(1)
"""What a line counts as that cannot be read, though it was written to its end."""


def written(entries: Iterable[Entry]) -> bytes:
    """The lines of these entries."""
    return b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)


def entries_in(ledger: bytes) -> Iterator[Entry]:
    """What the lines say, oldest first. The last one, if it has no end, was never written: whoever wrote it died."""
    *lines, _ = ledger.split(b"\n")
    for line in lines:
        try:
            entry: Entry = msgspec.json.decode(line, type=Entry)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield BROKEN
        else:
            yield entry
