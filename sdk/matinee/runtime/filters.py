"""Filters: a program's own hand in what is asked and what is answered; a token here, a signature there.

Applied to every request of a player or client in one place, `FilteredNetwork`, whatever its class and however often it
is tried: so a token that has expired meanwhile is put in anew.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from inspect import isawaitable
from typing import Protocol, TypeVar

import msgspec

from matinee.clock import Clock
from matinee.errors import FilterFailed, MatineeError
from matinee.policy.requests import RequestClass
from matinee.runtime.http import Answer, FetchFailure, Network

READ_BY_FILTERS: frozenset[RequestClass] = frozenset({"manifest", "license"})
"""The answers that response filters see. Media is checked and decrypted as it was published."""
DONE_WITHOUT: frozenset[RequestClass] = frozenset({"steering", "telemetry", "clock"})
"""Where a filter that fails is a request that failed: playback goes on."""

MadeT = TypeVar("MadeT", "Outgoing", bytes)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it would be sent. Its text leaves out what may be secret."""

    request_class: RequestClass
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Incoming:
    """An answer as it came. Its text leaves out what may be secret."""

    request_class: RequestClass
    url: str = field(repr=False)
    """Where it came from in the end, after redirects."""
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class RequestFilter(Protocol):
    """Sees every request before it is sent."""

    def __call__(self, request: Outgoing, /) -> Outgoing | Awaitable[Outgoing]:
        """What is to be sent instead, as in `dataclasses.replace(request, url=…)`; or the same.

        An error of `matinee.errors` passes to the program as it is, any other as the cause of a FilterFailed.
        """
        ...


class ResponseFilter(Protocol):
    """Sees every answer of a class in `READ_BY_FILTERS` before it is read."""

    def __call__(self, response: Incoming, /) -> bytes | Awaitable[bytes]:
        """The body to go on with; errors as of a `RequestFilter`."""
        ...


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """Each is handed what the one before it made."""

    requests: tuple[RequestFilter, ...] = ()
    responses: tuple[ResponseFilter, ...] = ()


class FilteredNetwork:
    """A `matinee.runtime.http.Network` seen through filters."""

    def __init__(self, network: Network, filters: Filters) -> None:
        self._network = network
        self._filters = filters

    @property
    def clock(self) -> Clock:
        """That of the network."""
        return self._network.clock

    def draw(self) -> int:
        """That of the network."""
        return self._network.draw()

    async def fetch(
        self,
        url: str,
        *,
        most_bytes: int,
        deadline_ms: int,
        request_class: RequestClass = "segment",
        byte_range: tuple[int, int] | None = None,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        on_progress: Callable[[int, int], None] | None = None,
        on_piece: Callable[[bytes], None] | None = None,
    ) -> Answer:
        """As `Network.fetch`. Raises also FilterFailed, and what filters raise of `matinee.errors`."""
        request = Outgoing(request_class, url, dict(headers or {}))
        for request_filter in self._filters.requests:
            request = await _made(partial(request_filter, request), request_class, deadline_ms)
        answer = await self._network.fetch(
            request.url,
            most_bytes=most_bytes,
            deadline_ms=deadline_ms,
            request_class=request_class,
            byte_range=byte_range,
            method=method,
            body=body,
            headers=request.headers,
            on_progress=on_progress,
            on_piece=on_piece,
        )
        for response_filter in self._filters.responses if request_class in READ_BY_FILTERS else ():
            response = Incoming(request_class, answer.url, answer.status, answer.headers, answer.body)
            answer = replace(answer, body=await _made(partial(response_filter, response), request_class, deadline_ms))
        return answer


async def _made(run: Callable[[], MadeT | Awaitable[MadeT]], request_class: RequestClass, deadline_ms: int) -> MadeT:
    """What a filter makes, at once or in time."""
    try:
        async with asyncio.timeout(deadline_ms / 1000):
            made = run()
            return await made if isawaitable(made) else made
    except Exception as error:
        if request_class in DONE_WITHOUT:
            raise FetchFailure("filter") from error
        if isinstance(error, MatineeError):
            raise
        kind = type(error).__name__
        what = f"A filter of {request_class} requests raised {kind}."
        raise FilterFailed(what, request_class=request_class, error=kind) from error
