"""Fail-over: how long a failing appliance sits out, how long silence is borne, and what waiting cannot mend."""

PASSING_STATUSES = ("408", "425", "429")
"""Refusals of 4xx that say "later" (RFC 9110, RFC 8470, RFC 6585); the others say "no"."""


def cooldown_ms(*, strikes: int, first_ms: int, cap_ms: int) -> int:
    """How long after its `strikes`-th failure in a row (>= 1) an appliance is not asked."""
    return min(cap_ms, first_ms << min(strikes - 1, 30))


def silence_limit_ms(*, buffer_ms: int, least_ms: int, most_ms: int, buffer_percent: int, usual_ms: int) -> int:
    """How long a request may bring no byte before another appliance is asked: a share of the buffer, bounded.

    `usual_ms`: how long the first byte takes on this link. Three times that is no sign of trouble yet.
    """
    return max(least_ms, 3 * usual_ms, min(most_ms, buffer_ms * buffer_percent // 100))


def is_passing(reason: str) -> bool:
    """Whether waiting may mend a failure: anything but a server's plain no. `reason` as `FailedOver.reason`."""
    status = reason.removeprefix("http-4")
    return status == reason or "4" + status in PASSING_STATUSES


def is_unwelcome(reason: str) -> bool:
    """Whether the server refused this viewer: a token that has ended, and no fault of the server."""
    return reason in ("http-401", "http-403")
