"""Asking the control plane: Structs out, Structs in, problems as typed errors, retries by the one policy."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import TypeVar

import msgspec

from matinee.clock import Clock
from matinee.errors import MatineeError, NetworkUnreachable, ServiceUnavailable
from matinee.policy.patience import Patience, for_service, retry_in_ms
from matinee.policy.settings import RetrySettings
from matinee.runtime.http import Answer, FetchFailure, Network, Request
from matinee.wire.problem import Problem, error_of

ReplyT = TypeVar("ReplyT")
MOST_REPLY_BYTES = 4 << 20
DEADLINE_MS = 5_000
"""One try: the budget of press-play is 200 ms; a service that needs 5 s is away."""


async def retried(
    ask: Callable[[], Awaitable[ReplyT]], *, patience: Patience, retry: RetrySettings, http: Network
) -> ReplyT:
    """What `ask` brings, asked again by the one retry policy while the other side is away or says when to return.

    Raises what `ask` raises, of ServiceUnavailable and NetworkUnreachable the last one.
    """
    clock, began_ms = http.clock, http.clock.now_ms()
    for tries in count(1):
        try:
            return await ask()
        except (ServiceUnavailable, NetworkUnreachable) as error:
            hint_ms = (error.retry_after_ms if isinstance(error, ServiceUnavailable) else None) or 0
            elapsed_ms = clock.now_ms() - began_ms
            wait = retry_in_ms(patience, retry, tries=tries, elapsed_ms=elapsed_ms, draw=http.draw(), hint_ms=hint_ms)
            if wait is None:
                raise
        await clock.wait_until(clock.now_ms() + wait)
    raise AssertionError("unreachable")


def error_of_failure(failure: FetchFailure, who: str) -> ServiceUnavailable | NetworkUnreachable:
    """The error that says `who` is away, and when it wants to be asked again."""
    if failure.status == 0:
        return NetworkUnreachable(f"{who} does not answer ({failure.reason}).", reason=failure.reason)
    what = f"{who} says no ({failure.reason})."
    return ServiceUnavailable(what, retry_after_ms=failure.hint_ms or None, status=failure.status)


class Service:
    """One control plane and who speaks to it."""

    def __init__(self, url: str, http: Network, *, retry: RetrySettings) -> None:
        """`url`: where it lives; may be empty if only absolute URLs will be asked."""
        self.url: str = url.rstrip("/")
        self.access_token = ""
        """Presented as the bearer; empty before login."""
        self.clock: Clock = http.clock
        self.draw: Callable[[], int] = http.draw
        self._http = http
        self._retry = retry

    async def ask(self, path: str, reply_type: type[ReplyT], *, body: object = None) -> ReplyT:
        """The answer to a GET, or to a POST of `body`; `path` may be an absolute URL.

        Tried again when the service is away or says when to come back. Raises the error that the service says,
        ServiceUnavailable for an answer that is none, NetworkUnreachable if nothing answers.
        """
        patience = for_service(self._retry)
        return await retried(
            lambda: self._ask_once(path, reply_type, body), patience=patience, retry=self._retry, http=self._http
        )

    async def tell(self, path: str, body: bytes, *, is_packed: bool = False, deadline_ms: int = DEADLINE_MS) -> Answer:
        """One POST of JSON, packed by gzip or not. Raises FetchFailure: the caller has a retry machine of its own."""
        packing = {"Content-Encoding": "gzip"} if is_packed else {}
        request = Request(
            url=self._absolute(path),
            most_bytes=MOST_REPLY_BYTES,
            deadline_ms=deadline_ms,
            request_class="telemetry",
            method="POST",
            body=body,
            headers=self._headers(path) | packing,
        )
        return await self._http.fetch(request)

    async def _ask_once(self, path: str, reply_type: type[ReplyT], body: object) -> ReplyT:
        request = Request(
            url=self._absolute(path),
            most_bytes=MOST_REPLY_BYTES,
            deadline_ms=DEADLINE_MS,
            request_class="service",
            method="GET" if body is None else "POST",
            body=None if body is None else msgspec.json.encode(body),
            headers=self._headers(path),
        )
        try:
            answer = await self._http.fetch(request)
        except FetchFailure as failure:
            raise self._error_of(failure) from failure
        try:
            return msgspec.json.decode(answer.body, type=reply_type)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ServiceUnavailable(f"{self.url} answered {path} with something else: {error}.") from error

    def _absolute(self, path: str) -> str:
        return path if "://" in path else self.url + path

    def _headers(self, path: str) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        is_ours = self._absolute(path).startswith(self.url + "/")
        if self.access_token and is_ours:
            headers["Authorization"] = f"Bearer {self.access_token}"
        return headers

    def _error_of(self, failure: FetchFailure) -> MatineeError:
        away = error_of_failure(failure, self.url)
        try:
            error = error_of(msgspec.json.decode(failure.body, type=Problem))
        except (msgspec.DecodeError, UnicodeDecodeError):
            return away
        if isinstance(error, ServiceUnavailable) and error.retry_after_ms is None:
            error.retry_after_ms = failure.hint_ms
        return error
