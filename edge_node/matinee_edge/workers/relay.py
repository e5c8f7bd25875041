"""The relay: an ASGI application that has the keeper answer."""

import logging
from collections.abc import Iterable

import aiohttp
from starlette.types import Receive, Scope, Send
from yarl import URL

from matinee.errors import ServiceUnavailable
from matinee_asgi.reply import refuse

log = logging.getLogger("matinee.edge.relay")

CONNECT_DEADLINE_S = 2
SILENCE_DEADLINE_S = 30
"""Longer than a file may take to come from a parent: the keeper has deadlines of its own."""
RETRY_AFTER_MS = 1_000
PIECE_BYTES = 1 << 18

_OF_THE_CONNECTION = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"te", b"upgrade", b"date"})
"""Fields that end with a connection (RFC 9110, section 7.6.1), and the one that our own front writes."""


class Relay:
    """Needs a session that stays open while it is used."""

    def __init__(self, keeper: str, session: aiohttp.ClientSession) -> None:
        """`keeper`: the base URL of its private door."""
        self._keeper = keeper
        self._session = session
        self._patience = aiohttp.ClientTimeout(
            total=None, sock_connect=CONNECT_DEADLINE_S, sock_read=SILENCE_DEADLINE_S
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = scope["query_string"]
        # Of `*` there is nothing to ask a keeper but what it says of its root.
        path = scope["raw_path"] if scope["raw_path"].startswith(b"/") else b"/"
        target = path + (b"?" + query if query else b"")
        url = URL(self._keeper + target.decode("latin-1"), encoded=True)
        fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in _lasting(scope["headers"])]
        has_begun = False
        try:
            async with self._session.request(
                scope["method"], url, headers=fields, timeout=self._patience, allow_redirects=False
            ) as answer:
                has_begun = True
                headers = _lasting(answer.raw_headers)
                await send({"type": "http.response.start", "status": answer.status, "headers": headers})
                async for piece in answer.content.iter_chunked(PIECE_BYTES):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
        except (TimeoutError, aiohttp.ClientError) as error:
            # The text of these errors may hold the URL, and so the token: its name says enough.
            log.warning("the keeper does not answer: %s", type(error).__name__)
            if not has_begun:
                await refuse(ServiceUnavailable("Not now.", retry_after_ms=RETRY_AFTER_MS))(scope, receive, send)


def _lasting(fields: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in fields if name.lower() not in _OF_THE_CONNECTION]
