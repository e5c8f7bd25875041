"""Rendezvous: each session draws a lot for each appliance, always the same one, and the shortest wait comes first.

So an appliance that goes takes no session from any other, and its own spread over all that are left (Thaler and
Ravishankar, IEEE/ACM Transactions on Networking 6(1), 1998). Waits are exponential with the appliance's capacity as
rate: the first of several such is each with a chance in proportion to its capacity.
"""

from collections.abc import Iterable
from hashlib import blake2b

LOT_BITS = 30
"""So that Python multiplies without carrying: twice as fast as 64 bits."""
_MASK = (1 << LOT_BITS) - 1
_STEP_BITS = 12
_SHIFT = LOT_BITS - _STEP_BITS
_STEPS = 1 << _STEP_BITS


def key_of(name: str) -> int:
    """30 bits that stand for a session, a site or an appliance."""
    return int.from_bytes(blake2b(name.encode(), digest_size=4).digest(), "big") & _MASK


def lots(session_key: int, keys: Iterable[int]) -> list[int]:
    """30 bits for each of the keys, which this session always draws there."""
    # Two rounds of multiply and fold, as in MurmurHash3's finalizer, with odd multipliers of 30 bits.
    return [
        ((folded := ((mixed ^ mixed >> 29) & _MASK) * 0x297A2D39) ^ folded >> 31) & _MASK
        for mixed in [(session_key ^ key) * 0x2C1B3C6D for key in keys]
    ]


def waits(drawn: Iterable[int], capacities: Iterable[int]) -> list[float]:
    """How long each lot waits: exponential, on average 1 / capacity."""
    return [_WAITS[lot >> _SHIFT] / capacity for lot, capacity in zip(drawn, capacities, strict=True)]


def _minus_log(value: float) -> float:
    """Of a number in (0, 1), by + − × ÷ alone, so that all machines agree."""
    halvings = 0
    while value < 0.5:
        value, halvings = value * 2, halvings + 1
    ratio = (1 - value) / (1 + value)
    return halvings * 0.6931471805599453 + 2 * sum(ratio**power / power for power in range(1, 30, 2))


_WAITS = tuple(_minus_log((step + 0.5) / _STEPS) for step in range(_STEPS))
