"""Struct in, Struct out; every refusal a problem document (RFC 9457)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from matinee.errors import (
    LicenseRefused,
    LoginRefused,
    MatineeError,
    NotEntitled,
    RequestInvalid,
    SegmentUnavailable,
    ServiceUnavailable,
    SessionExpired,
    StorageFull,
    TitleUnknown,
    TokenInvalid,
    TooManyRequests,
    TooManyStreams,
)
from matinee.wire.problem import CONTENT_TYPE, TYPE_PREFIX, Problem, problem_of
from matinee_asgi.body import read_body

StructT = TypeVar("StructT")
MAX_BODY_BYTES = 1 << 20

_STATUS: dict[type[MatineeError], int] = {
    RequestInvalid: 400,
    LoginRefused: 401,
    SessionExpired: 401,
    TokenInvalid: 401,
    LicenseRefused: 403,
    NotEntitled: 403,
    TitleUnknown: 404,
    SegmentUnavailable: 502,
    ServiceUnavailable: 503,
    StorageFull: 507,
    TooManyRequests: 429,
    TooManyStreams: 409,
}


async def body_of(request: Request, body_type: type[StructT], *, max_bytes: int = MAX_BODY_BYTES) -> StructT:
    """The request's JSON body. Raises RequestInvalid as `read_body`, and for anything but a `body_type`."""
    raw = await read_body(request, max_bytes=max_bytes)
    try:
        return msgspec.json.decode(raw, type=body_type)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RequestInvalid(f"The body is not what {request.url.path} reads: {error}.") from error


def reply(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`value` as JSON."""
    return Response(msgspec.json.encode(value), status, headers, media_type="application/json")


def refuse(error: MatineeError) -> Response:
    """`error` as a problem document, with `Retry-After` wherever waiting helps."""
    status = status_of(type(error))
    headers = {}
    wait_ms = error.facts.get("retry_after_ms")
    if isinstance(wait_ms, int):
        headers["Retry-After"] = str(-(-wait_ms // 1000))
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(msgspec.json.encode(problem_of(error, status=status)), status, headers, CONTENT_TYPE)


def status_of(error_type: type[MatineeError]) -> int:
    """The HTTP status of a refusal; 500 for what no client can mend."""
    return _STATUS.get(error_type, 500)


async def _refuse_known(request: Request, error: Exception) -> Response:
    assert isinstance(error, MatineeError)
    return refuse(error)


async def _refuse_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    # Without the path: a media token may stand in it, and clients log what they are told.
    problem = Problem(type="about:blank", title=error.detail, status=error.status_code, detail=request.method)
    return Response(msgspec.json.encode(problem), error.status_code, error.headers, CONTENT_TYPE)


async def _refuse_unknown(request: Request, error: Exception) -> Response:
    # What went wrong stands in the log; a client learns only that it was not its fault.
    problem = Problem(type=TYPE_PREFIX + "internal-error", title="Report this to the operator.", status=500)
    return Response(msgspec.json.encode(problem), 500, media_type=CONTENT_TYPE)


EXCEPTION_HANDLERS: Mapping[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
    MatineeError: _refuse_known,
    HTTPException: _refuse_http,
    Exception: _refuse_unknown,
}
