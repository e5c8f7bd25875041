"""Patience: how often a request that somebody waits for is tried, and for how long."""

from typing import NamedTuple

from matinee.policy.backoff import wait_ms
from matinee.policy.settings import RetrySettings


class Patience(NamedTuple):
    """What a class of requests bears. Segments, steering and telemetry have machines of their own."""

    most_tries: int
    give_up_ms: int
    """No wait is begun that would end later than this after the first try."""


def for_service(settings: RetrySettings) -> Patience:
    """Login, catalog, press of play: somebody looks at the screen and may press again."""
    return Patience(most_tries=3, give_up_ms=settings.give_up_start_ms)


def for_license(settings: RetrySettings) -> Patience:
    """A license: without it nothing that is fetched can be shown, so it is given up no sooner than media is."""
    return Patience(most_tries=1_000, give_up_ms=settings.give_up_ms)


def retry_in_ms(
    patience: Patience, settings: RetrySettings, *, tries: int, elapsed_ms: int, draw: int, hint_ms: int
) -> int | None:
    """The wait until the next try by the one retry policy, or None if patience ends before.

    `tries`: failures so far, >= 1. `elapsed_ms`: since the first try. `draw`: 64 uniform bits. `hint_ms`: the
    server's wish; one that is negative is none.
    """
    if tries >= patience.most_tries:
        return None
    hint_ms = max(0, min(hint_ms, settings.hint_cap_ms))
    wait = wait_ms(tries=tries, draw=draw, first_ms=settings.first_ms, cap_ms=settings.cap_ms, hint_ms=hint_ms)
    return wait if elapsed_ms + wait <= patience.give_up_ms else None
