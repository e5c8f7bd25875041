"""The stock: what was fetched and is not appended yet, by the requests that brought it."""

from collections.abc import Iterable
from typing import NamedTuple

from matinee.core.messages import Append
from matinee.manifest.presentation import Resource, TrackKind
from matinee.runtime.parts import Parts


class Goods(NamedTuple):
    """A segment."""

    kind: TrackKind
    body: bytes = b""
    key: bytes | None = None
    """What opens its samples, if it is not the license that does."""
    parts: Parts | None = None
    """Instead of `body`, where it is made while it comes."""


class Stock:
    """Init segments stay until they are forgotten, media segments until they are appended."""

    def __init__(self) -> None:
        self._inits: dict[int, tuple[Resource, bytes]] = {}
        self._segments: dict[int, Goods] = {}

    def put_init(self, request_id: int, resource: Resource, body: bytes) -> None:
        self._inits[request_id] = resource, body

    def put(self, request_id: int, goods: Goods) -> None:
        self._segments[request_id] = goods

    def drop(self, request_id: int) -> None:
        """The request ended without success."""
        self._segments.pop(request_id, None)

    def discard(self, kind: TrackKind) -> None:
        """The segments of that kind are void."""
        self._segments = {request_id: it for request_id, it in self._segments.items() if it.kind != kind}

    def forget(self, request_ids: Iterable[int]) -> None:
        """These init segments will not be named again."""
        for request_id in request_ids:
            self._inits.pop(request_id, None)

    def init_of(self, resource: Resource | None) -> bytes | None:
        """The init segment, if it is here."""
        return next((body for kept, body in self._inits.values() if kept == resource), None)

    def take(self, append: Append) -> tuple[bytes | None, bytes, bytes | None]:
        """What is to be appended: init segment, media, and the key of its samples."""
        goods = self._segments[append.request_id]
        init = None if append.init_request_id is None else self._inits[append.init_request_id][1]
        if not append.is_part:
            self.drop(append.request_id)
        if goods.parts is None:
            return init, goods.body, goods.key
        start_ms = append.target.segment.start_ms
        until_ms = append.end_ms - start_ms if append.is_part else None
        return init, goods.parts.body(from_ms=append.start_ms - start_ms, until_ms=until_ms), goods.key
