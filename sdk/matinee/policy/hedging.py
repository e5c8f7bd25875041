"""Hedging: when the same bytes are asked of a second appliance, and what that may cost.

Source: Dean and Barroso, "The tail at scale", CACM 56(2), 2013: a second request once the first is later than usual,
within a budget of a few percent.
"""

LEAST_OBSERVED_MS = 500
"""The pace of an answer is not judged sooner."""
LEAST_LATE_MS = 2_000
"""An answer that will be whole within this is not late, however empty the buffer: another would hardly be sooner."""


def is_late(*, received_bytes: int, size_bytes: int, elapsed_ms: int, buffer_ms: int) -> bool:
    """Whether the rest of an answer, at its pace so far, comes after the buffer has ended.

    `size_bytes`: of the whole answer; of one of unknown size (0), nothing is said.
    """
    if elapsed_ms < LEAST_OBSERVED_MS:
        return False
    return (size_bytes - received_bytes) * elapsed_ms > received_bytes * max(buffer_ms, LEAST_LATE_MS)


def is_affordable(*, size_bytes: int, extra_bytes: int, delivered_bytes: int, percent: int, credit_bytes: int) -> bool:
    """Whether `size_bytes` may be asked for twice after `extra_bytes` were.

    The budget is `percent` of what was delivered, and `credit_bytes` to begin with.
    """
    return (extra_bytes + size_bytes - credit_bytes) * 100 <= delivered_bytes * percent
