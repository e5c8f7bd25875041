"""Rendezvous: each session draws a lot for each appliance, always the same one, and the shortest wait comes first.

So an appliance that goes takes no session from any other, and its own spread over all that are left (Thaler and
Ravishankar, IEEE/ACM Transactions on Networking 6(1), 1998). Waits are exponential with the appliance's capacity as
rate: the first of several such is each with a chance in proportion to its capacity.
"""

from hashlib import blake2b

_MASK = (1 << 64) - 1
_MULTIPLIER = 0x9E3779B97F4A7C15
"""2^64 over the golden ratio, odd (Steele, Lea and Flood, OOPSLA 2014)."""
_SHIFT = 52
_STEPS = 1 << (64 - _SHIFT)


def key_of(name: str) -> int:
    """64 bits that stand for a session or an appliance."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")


def lot(session_key: int, key: int) -> int:
    """64 bits that this session always draws for the appliance or site of that key."""
    mixed = (session_key ^ key) * _MULTIPLIER & _MASK
    return (mixed ^ mixed >> 32) * _MULTIPLIER & _MASK


def wait(drawn: int, capacity: int) -> float:
    """How long the lot waits: exponential, on average 1 / capacity."""
    return _WAITS[drawn >> _SHIFT] / capacity


def _minus_log(value: float) -> float:
    """Of a number in (0, 1), by + − × ÷ alone, so that all machines agree."""
    halvings = 0
    while value < 0.5:
        value, halvings = value * 2, halvings + 1
    ratio = (1 - value) / (1 + value)
    return halvings * 0.6931471805599453 + 2 * sum(ratio**power / power for power in range(1, 30, 2))


_WAITS = tuple(_minus_log((step + 0.5) / _STEPS) for step in range(_STEPS))
