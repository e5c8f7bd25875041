"""Steering: when to ask which appliance is best, and for how long an answer is good."""

DEFAULT_TTL_MS = 300_000
"""What a document says that does not say; also the pause after a failure before the first answer."""
LEAST_TTL_MS, MOST_TTL_MS = 1_000, 3_600_000
AGAIN_MS = 5_000
"""When nobody delivers, or a question failed, the next one comes no sooner."""
START_DEADLINE_MS = 1_000
"""The first segment waits no longer for the answer that the manifest wishes to hear first (`queryBeforeStart`)."""


def ttl_ms(ttl_s: int) -> int:
    """How long a document is good that says `ttl_s`: within bounds; the default for what is no time at all."""
    return DEFAULT_TTL_MS if ttl_s <= 0 else max(LEAST_TTL_MS, min(MOST_TTL_MS, ttl_s * 1000))


def reload_in_ms(ttl_ms: int, *, draw: int) -> int:
    """The pause until the next question: the time to live, and up to a tenth more, at random.

    Without it, players that an outage made ask together would do so for ever. Never less: a client waits for the
    time to live (draft-pantos-content-steering-01, section 5).
    """
    return ttl_ms + draw % (ttl_ms // 10 + 1)


def renew_in_ms(left_ms: int) -> int:
    """When to ask for new tokens if those at hand are good for `left_ms`: early enough for some failures."""
    return max(0, left_ms) * 3 // 4
