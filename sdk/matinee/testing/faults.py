"""Faults: what can go wrong with a request, and with which requests it does."""

from fnmatch import fnmatchcase

import msgspec

from matinee.policy.settings import NotNegative, Positive


class Refused(msgspec.Struct, frozen=True):
    """Nobody listens there."""


class Unresolved(msgspec.Struct, frozen=True):
    """The host's name leads nowhere."""


class Reset(msgspec.Struct, frozen=True):
    """The connection breaks."""

    after_bytes: NotNegative = 0


class Truncated(msgspec.Struct, frozen=True):
    """The answer ends early, and the server believes that this was all."""

    after_bytes: NotNegative = 0


class Corrupt(msgspec.Struct, frozen=True):
    """Bytes arrive with every bit turned over; in a segment, the first ones say what it is."""

    first_byte: NotNegative = 0
    count: Positive = 16


class Silent(msgspec.Struct, frozen=True):
    """The server takes the request, and sends nothing more for ever."""

    after_bytes: NotNegative = 0


class Late(msgspec.Struct, frozen=True):
    """The first byte takes longer."""

    by_ms: Positive


class Slow(msgspec.Struct, frozen=True):
    """The server sends at its own pace, whatever the link could carry."""

    kbps: Positive


class Refusal(msgspec.Struct, frozen=True):
    """The server says no."""

    status: int
    """400 or above."""
    retry_after: str = ""
    """The header, as it is sent: seconds, a date, or nonsense."""
    body: bytes = b""


Fault = Refused | Unresolved | Reset | Truncated | Corrupt | Silent | Late | Slow | Refusal


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Which requests a fault meets: by where they go, when they are made, and how many came before."""

    fault: Fault
    host: str = "*"
    """A pattern as of a shell."""
    path: str = "*"
    """Likewise, of the path without its query; `*` goes beyond a `/`."""
    from_ms: int = 0
    until_ms: int | None = None
    """The first moment at which all is well again; None for never."""
    spared: NotNegative = 0
    """So many that would have been met are let through before the first is met."""
    most: int | None = None
    """So many are met, then no more; None for all."""

    def concerns(self, *, host: str, path: str, now_ms: int) -> bool:
        """Whether a request there and then is one that it speaks of; the counts aside."""
        is_now = self.from_ms <= now_ms and (self.until_ms is None or now_ms < self.until_ms)
        return is_now and fnmatchcase(host, self.host) and fnmatchcase(path, self.path)

    def meets(self, before: int) -> bool:
        """Whether it meets one that it concerns, `before` others having come before."""
        return self.spared <= before and (self.most is None or before < self.spared + self.most)
