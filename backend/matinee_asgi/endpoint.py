"""An endpoint as a value: what is routed and what the API document says of it, from one table."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from matinee.errors import MatineeError, RequestInvalid
from matinee_asgi.reply import MAX_BODY_BYTES, body_of, reply

ValueT = TypeVar("ValueT")
BodyT = TypeVar("BodyT")
AnswerT = TypeVar("AnswerT")
Bearer = Literal["none", "member", "appliance", "operator"]

_HEADERS = {"Cache-Control": "no-store"}
"""Answers are one viewer's own, and many hold tokens."""


@dataclass(frozen=True, kw_only=True)
class Parameter(Generic[ValueT]):
    """A value in the path or the query: it reads itself, and the document describes it by the same type."""

    name: str
    schema: Any
    """A type that msgspec converts text to, as in `TitleId`."""
    where: Literal["path", "query"] = "path"
    default: ValueT | None = None
    """For the query: what an absent one means. None makes it required."""

    @property
    def is_required(self) -> bool:
        return self.where == "path" or self.default is None

    def read(self, request: Request) -> ValueT:
        """The request's own value, or the default. Raises RequestInvalid for one that does not fit the type."""
        given = request.path_params if self.where == "path" else request.query_params
        text = given.get(self.name)
        if text is None:
            if self.default is None:
                raise RequestInvalid(f"{request.url.path} needs the parameter {self.name}.", parameter=self.name)
            return self.default
        try:
            value: ValueT = msgspec.convert(text, self.schema, strict=False)
        except msgspec.ValidationError as error:
            raise RequestInvalid(f"The parameter {self.name} does not fit: {error}.", parameter=self.name) from error
        return value


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One method of one path. Made by `get` and `post`, whose types hold the table to what the function does."""

    method: Literal["GET", "POST"]
    path: str
    handle: Callable[[Request], Awaitable[Response]]
    says: str
    """What is true afterwards, one sentence."""
    body: Any = None
    """The type of the request's body; None without one."""
    answer: Any
    status: int
    bearer: Bearer
    """Whose access token is asked for."""
    parameters: tuple[Parameter[Any], ...] = ()
    refusals: tuple[type[MatineeError], ...] = ()
    """What it may refuse with, beyond what every endpoint may."""

    def route(self) -> Route:
        """For Starlette."""
        return Route(self.path, self.handle, methods=[self.method])


def get(
    path: str,
    carry_out: Callable[[Request], Awaitable[AnswerT]],
    *,
    answer: type[AnswerT],
    says: str,
    bearer: Bearer = "none",
    parameters: tuple[Parameter[Any], ...] = (),
    refusals: tuple[type[MatineeError], ...] = (),
) -> Endpoint:
    """The endpoint that answers with what `carry_out` returns."""

    async def handle(request: Request) -> Response:
        return reply(await carry_out(request), headers=_HEADERS)

    return Endpoint(
        method="GET",
        path=path,
        handle=handle,
        says=says,
        answer=answer,
        status=200,
        bearer=bearer,
        parameters=parameters,
        refusals=refusals,
    )


def post(
    path: str,
    carry_out: Callable[[Request, BodyT], Awaitable[AnswerT]],
    *,
    body: type[BodyT],
    answer: type[AnswerT],
    says: str,
    status: int = 200,
    max_body_bytes: int = MAX_BODY_BYTES,
    bearer: Bearer = "none",
    parameters: tuple[Parameter[Any], ...] = (),
    refusals: tuple[type[MatineeError], ...] = (),
) -> Endpoint:
    """The endpoint that reads a `body` of at most `max_body_bytes` and answers with what `carry_out` returns."""

    async def handle(request: Request) -> Response:
        asked = await body_of(request, body, max_bytes=max_body_bytes)
        return reply(await carry_out(request, asked), status=status, headers=_HEADERS)

    return Endpoint(
        method="POST",
        path=path,
        handle=handle,
        says=says,
        body=body,
        answer=answer,
        status=status,
        bearer=bearer,
        parameters=parameters,
        refusals=refusals,
    )
