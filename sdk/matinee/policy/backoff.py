"""The one retry policy: capped, then jittered; the server's hint is a floor.

Source: "full jitter", AWS Architecture Blog, "Exponential backoff and jitter", 2015. The cap comes before the
jitter: the other way round, everybody who has reached the cap comes back together.
"""


def wait_ms(*, tries: int, draw: int, first_ms: int, cap_ms: int, hint_ms: int = 0) -> int:
    """How long to wait before the next try.

    `tries`: failures so far, >= 1. `draw`: 64 uniform bits. `hint_ms`: the server's wish, >= 0.
    """
    doublings = min(tries - 1, 30)
    return hint_ms + draw % min(cap_ms, first_ms << doublings)
