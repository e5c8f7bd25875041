"""Filters: a program's own hand in what is asked and what is answered; a token here, a signature there.

Applied to every request of a player or client in one place, `FilteredNetwork`, whatever its class and however often it
is tried: so a token that has expired meanwhile is put in anew.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from inspect import isawaitable
from typing import Protocol, TypeVar

import msgspec

from matinee.clock import Clock
from matinee.errors import FilterFailed, MatineeError
from matinee.policy.requests import RequestClass
from matinee.runtime.http import Answer, FetchFailure, Network, OnPiece, Request

READ_BY_FILTERS: frozenset[RequestClass] = frozenset({"manifest", "license"})
"""The answers that response filters see. Media is checked and decrypted as it was published."""
DONE_WITHOUT: frozenset[RequestClass] = frozenset({"steering", "telemetry", "clock"})
"""Where a filter that fails is a request that failed: playback goes on."""

MadeT = TypeVar("MadeT", Request, bytes)


class RequestFilter(Protocol):
    """Sees every request before it is sent."""

    def __call__(self, request: Request, /) -> Request | Awaitable[Request]:
        """What is to be sent instead, as in `msgspec.structs.replace(request, url=…)`; or the same.

        An error of `matinee.errors` passes to the program as it is, any other as the cause of a FilterFailed.
        """
        ...


class ResponseFilter(Protocol):
    """Sees every answer of a class in `READ_BY_FILTERS` before it is read."""

    def __call__(self, request: Request, answer: Answer, /) -> bytes | Awaitable[bytes]:
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

    async def fetch(self, request: Request, *, on_piece: OnPiece | None = None) -> Answer:
        """As `Network.fetch`. Raises also FilterFailed, and what filters raise of `matinee.errors`."""
        sent = request
        for request_filter in self._filters.requests:
            sent = await _made(partial(request_filter, sent), request)
        answer = await self._network.fetch(sent, on_piece=on_piece)
        for response_filter in self._filters.responses if request.request_class in READ_BY_FILTERS else ():
            answer = replace(answer, body=await _made(partial(response_filter, sent, answer), request))
        return answer


async def _made(run: Callable[[], MadeT | Awaitable[MadeT]], asked: Request) -> MadeT:
    """What a filter makes, at once or in time."""
    try:
        async with asyncio.timeout(asked.deadline_ms / 1000):
            made = run()
            return await made if isawaitable(made) else made
    except Exception as error:
        if asked.request_class in DONE_WITHOUT:
            raise FetchFailure("filter") from error
        if isinstance(error, MatineeError):
            raise
        kind = type(error).__name__
        what = f"A filter of {asked.request_class} requests raised {kind}."
        raise FilterFailed(what, request_class=asked.request_class, error=kind) from error
