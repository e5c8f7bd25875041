"""Fail-over: how long a failing appliance sits out, and how long silence is borne."""


def cooldown_ms(*, strikes: int, first_ms: int, cap_ms: int) -> int:
    """How long after its `strikes`-th failure in a row (>= 1) an appliance is not asked."""
    return min(cap_ms, first_ms << min(strikes - 1, 30))


def silence_limit_ms(*, buffer_ms: int, least_ms: int, most_ms: int, buffer_percent: int) -> int:
    """How long a request may bring no byte before the next appliance is asked: a share of the buffer, bounded."""
    return max(least_ms, min(most_ms, buffer_ms * buffer_percent // 100))
