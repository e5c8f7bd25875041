"""A deadline for every request: whatever has not been answered by then is refused, and its work cancelled."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from matinee.errors import ServiceUnavailable
from matinee_asgi.reply import refuse


class Deadline:
    """A filter: an answer has begun within `deadline_ms`, body read included, or it is a 503."""

    def __init__(self, app: ASGIApp, *, deadline_ms: int, retry_after_ms: int) -> None:
        self._app = app
        self._deadline_ms = deadline_ms
        self._retry_after_ms = retry_after_ms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        has_begun = False

        async def send_noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            async with asyncio.timeout(self._deadline_ms / 1000) as limit:
                await self._app(scope, receive, send_noted)
        except TimeoutError:
            # Half an answer cannot be taken back: the server closes the connection.
            if has_begun or not limit.expired():
                raise
            late = ServiceUnavailable(
                f"{scope['path']} was not answered within {self._deadline_ms} ms.",
                retry_after_ms=self._retry_after_ms,
            )
            await refuse(late)(scope, receive, send)
