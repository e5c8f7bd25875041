"""Advice: when to ask the steering service which appliance is best, and whether to wait for what it says."""

from matinee.manifest.presentation import Steering
from matinee.policy.backoff import wait_ms
from matinee.policy.dice import draw, next_state
from matinee.policy.settings import RetrySettings
from matinee.policy.steering import AGAIN_MS, DEFAULT_TTL_MS, START_DEADLINE_MS, reload_in_ms, renew_in_ms
from matinee.wire.steering import Heard

MOST_HEARD = 8
"""Appliances that a question tells of; the one used last is the last."""


class Advice:
    """One question under way at a time; the last answer stays good until the next."""

    def __init__(self, settings: RetrySettings, *, seed: int) -> None:
        self.due_ms: int | None = None
        """When to ask; None while a question is under way, or if nobody gives advice."""
        self._is_under_way = False
        self._settings = settings
        self._dice = seed
        self._url = ""
        self._is_our_own = False
        self._start_by_ms: int | None = None
        self._ttl_ms = DEFAULT_TTL_MS
        self._stale_at_ms: int | None = None
        self._earliest_ms = 0
        self._failures = 0
        self._heard: dict[str, tuple[int, int]] = {}

    def begin(self, *, steer_after_ms: int | None, fresh_ms: int | None, now_ms: int) -> None:
        """The source gives advice of its own, whatever the manifest says; None if only the manifest can say who does.

        `fresh_ms`: how long the tokens at hand are good; None if they have no end.
        """
        self._is_our_own = steer_after_ms is not None
        if steer_after_ms is not None:
            self._stale_at_ms = None if fresh_ms is None else now_ms + fresh_ms
            self._earliest_ms = now_ms + AGAIN_MS
            self.due_ms = now_ms + self._within_tokens(steer_after_ms, now_ms)

    def configure(self, steering: Steering | None, *, now_ms: int) -> None:
        """The manifest is here, or here again. A new address is asked at once, also after the old one was given up."""
        url = steering.url if steering else ""
        if self._is_our_own or url == self._url:
            return
        is_first = not self._url
        self._url = url
        self.due_ms = now_ms if url else None
        if steering and steering.query_before_start and is_first:
            self._start_by_ms = now_ms + START_DEADLINE_MS

    def heard(self, appliance: str, *, size_bytes: int, elapsed_ms: int) -> None:
        """The appliance delivered: the next question tells of it."""
        known_bytes, known_ms = self._heard.pop(appliance, (0, 0))
        self._heard[appliance] = known_bytes + size_bytes, known_ms + elapsed_ms
        if len(self._heard) > MOST_HEARD:
            self._heard.pop(next(iter(self._heard)))

    def arrived(self, *, ttl_ms: int, fresh_ms: int | None, now_ms: int) -> None:
        """An answer, good for `ttl_ms`, with tokens that are good for `fresh_ms`; None if they have no end."""
        self._ttl_ms, self._failures, self._start_by_ms, self._is_under_way = ttl_ms, 0, None, False
        self._stale_at_ms = None if fresh_ms is None else now_ms + fresh_ms
        self._earliest_ms = now_ms + AGAIN_MS
        self._ask_in(self._within_tokens(reload_in_ms(ttl_ms, draw=self._draw()), now_ms), now_ms)

    def failed(self, *, hint_ms: int, is_gone: bool, now_ms: int) -> None:
        """No answer. One that is gone (410) is never asked again; else the last list stays, and the timer runs anew.

        Asked again after the server's own wish, or the last time to live, sooner if the tokens end before; never
        sooner than the one retry policy allows.
        """
        self._failures, self._start_by_ms, self._is_under_way = self._failures + 1, None, False
        if is_gone:
            return
        hint_ms = min(hint_ms, self._settings.hint_cap_ms)
        wait = wait_ms(
            tries=self._failures,
            draw=self._draw(),
            first_ms=self._settings.first_ms,
            cap_ms=self._settings.cap_ms,
            hint_ms=max(hint_ms, AGAIN_MS),
        )
        self._earliest_ms = now_ms + wait
        calm_ms = reload_in_ms(self._ttl_ms, draw=self._draw())
        self._ask_in(wait if hint_ms else max(wait, self._within_tokens(calm_ms, now_ms)), now_ms)

    def hurry(self, *, now_ms: int) -> None:
        """Things stand badly: do not wait for the usual time, only as long as must be."""
        if self.due_ms is not None:
            self.due_ms = min(self.due_ms, max(now_ms, self._earliest_ms))

    def is_awaited(self, *, now_ms: int) -> bool:
        """Whether an answer is on its way, or will be at once."""
        return self._is_under_way or (self.due_ms is not None and self.due_ms <= now_ms)

    def holds_start(self, *, now_ms: int) -> bool:
        """Whether the first segment is to wait for the answer."""
        return self._start_by_ms is not None and now_ms < self._start_by_ms

    def wake_at_ms(self, *, now_ms: int) -> int | None:
        """When there is something to do; None while only an answer can change things."""
        return self._start_by_ms if self.holds_start(now_ms=now_ms) else self.due_ms

    def take_turn(self, *, now_ms: int) -> tuple[Heard, ...] | None:
        """What the question tells if it is to be asked now; it is then under way. None if it is not."""
        if self.due_ms is None or self.due_ms > now_ms:
            return None
        self.due_ms, self._is_under_way = None, True
        told = tuple(Heard(name, known_bytes * 8 // max(1, ms)) for name, (known_bytes, ms) in self._heard.items())
        self._heard = dict(list(self._heard.items())[-1:])
        return told

    def _ask_in(self, pause_ms: int, now_ms: int) -> None:
        """Unless the manifest has taken the address away in the meantime."""
        if self._is_our_own or self._url:
            self.due_ms = now_ms + pause_ms

    def _within_tokens(self, pause_ms: int, now_ms: int) -> int:
        """`pause_ms`, or less if the tokens must be renewed before."""
        return pause_ms if self._stale_at_ms is None else min(pause_ms, renew_in_ms(self._stale_at_ms - now_ms))

    def _draw(self) -> int:
        self._dice = next_state(self._dice)
        return draw(self._dice)
