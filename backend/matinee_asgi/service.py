"""A service as a value, and one ASGI application out of one service or many."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from matinee_asgi.endpoint import Endpoint
from matinee_asgi.reply import EXCEPTION_HANDLERS


@dataclass(frozen=True, kw_only=True)
class Service:
    """Endpoints and routes that belong together, and what must run while they are served."""

    name: str
    endpoints: tuple[Endpoint, ...] = ()
    """What the API document describes."""
    routes: tuple[BaseRoute, ...] = ()
    """What it does not: streams, health."""
    running: Callable[[], AbstractAsyncContextManager[None]] = nullcontext
    """Entered before the first request, left after the last."""


def compose(services: Sequence[Service], *, middleware: Sequence[Middleware] = ()) -> Starlette:
    """One application: every service's routes, each `running` entered in order and left in reverse.

    It exists because Starlette does not run the lifespan of a mounted application.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for service in services:
                await stack.enter_async_context(service.running())
            yield

    app = Starlette(
        routes=[route for service in services for route in _routes_of(service)],
        middleware=list(middleware),
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=lifespan,
    )
    # A path is known or it is not. Starlette would send whoever adds or forgets a slash to the host that his request
    # names, with all of the path, in which a media token may stand.
    app.router.redirect_slashes = False
    return app


def _routes_of(service: Service) -> list[BaseRoute]:
    return [*(endpoint.route() for endpoint in service.endpoints), *service.routes]
