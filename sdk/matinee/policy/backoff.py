"""The one retry policy: capped, then jittered, the server's hint a floor, and within a budget.

Source: "full jitter", AWS Architecture Blog, "Exponential backoff and jitter", 2015. The cap comes before the
jitter: the other way round, everybody who has reached the cap comes back together. The budget is a token bucket
kept as one time (GCRA, ITU-T I.371, annex A), so that an outage is not multiplied by those who wait for its end.
"""

BROKEN_OFF = ("reset", "truncated", "corrupt", "silence")
"""The server answers, only this answer came to nothing."""
NOT_REACHED = ("unresolved", "unreachable")
"""No server was asked, so none is spared by waiting: the network is away, and its return shall be seen soon."""


def wait_ms(*, tries: int, draw: int, first_ms: int, cap_ms: int, hint_ms: int = 0) -> int:
    """How long to wait before the next try.

    `tries`: failures so far, >= 1. `draw`: 64 uniform bits. `hint_ms`: the server's wish, >= 0.
    """
    doublings = min(tries - 1, 30)
    return hint_ms + draw % min(cap_ms, first_ms << doublings)


def pace_ms(reason: str, *, tries: int, first_ms: int, cap_ms: int) -> tuple[int, int]:
    """The longest first wait and the cap after a failure of that kind, as `wait_ms` takes them.

    `reason` as `FailedOver.reason`. An answer that broke off is asked for again soon, once; a network that is away is
    looked for at a quarter of the cap; anything else spares a server in trouble.
    """
    if reason in NOT_REACHED:
        return min(first_ms, cap_ms // 4), max(1, cap_ms // 4)
    if reason in BROKEN_OFF and tries == 1:
        return max(1, first_ms // 8), cap_ms
    return first_ms, cap_ms


def affordable_at_ms(*, paid_until_ms: int, every_ms: int, burst: int) -> int:
    """When the budget allows the next retry: one every `every_ms`, `burst` of them at once."""
    return paid_until_ms - (burst - 1) * every_ms


def paid_until_ms(*, paid_until_ms: int, now_ms: int, every_ms: int) -> int:
    """The budget's state after a retry. What is delivered may be taken off it: so it becomes a share of requests."""
    return max(paid_until_ms, now_ms) + every_ms
