"""The API document (OpenAPI 3.1), made from the same table that is routed."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from matinee.errors import MatineeError, RequestInvalid, ServiceUnavailable, SessionExpired, TokenInvalid
from matinee.wire.problem import CONTENT_TYPE, Problem
from matinee_asgi.endpoint import Endpoint
from matinee_asgi.reply import status_of

_REF = "#/components/schemas/{name}"
_ANY_MAY: tuple[type[MatineeError], ...] = (RequestInvalid, ServiceUnavailable)
_BEARER_MAY: tuple[type[MatineeError], ...] = (SessionExpired, TokenInvalid)


def openapi_document(endpoints: Sequence[Endpoint], *, title: str, version: str) -> dict[str, Any]:
    """What a client may rely on: each endpoint's parameters, body, answer and refusals."""
    types = [kind for endpoint in endpoints for kind in _types_of(endpoint)]
    schemas, components = msgspec.json.schema_components([Problem, *types], ref_template=_REF)
    schema_of = dict(zip(map(repr, [Problem, *types]), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        _check_path(endpoint)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, schema_of)
    bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWS"}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": dict.fromkeys(("member", "appliance", "operator"), bearer),
        },
    }


def _types_of(endpoint: Endpoint) -> list[Any]:
    bodies = [] if endpoint.body is None else [endpoint.body]
    return [*bodies, endpoint.answer, *(parameter.schema for parameter in endpoint.parameters)]


def _check_path(endpoint: Endpoint) -> None:
    declared = {parameter.name for parameter in endpoint.parameters if parameter.where == "path"}
    in_path = set(re.findall(r"{(\w+)}", endpoint.path))
    if declared != in_path:
        raise ValueError(f"{endpoint.path} declares the path parameters {sorted(declared)}")


def _operation(endpoint: Endpoint, schema_of: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": endpoint.says,
        "responses": {
            str(endpoint.status): {
                "description": HTTPStatus(endpoint.status).phrase,
                "content": _content("application/json", schema_of[repr(endpoint.answer)]),
            },
            **_refusals(endpoint, schema_of[repr(Problem)]),
        },
    }
    if endpoint.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": _content("application/json", schema_of[repr(endpoint.body)]),
        }
    if endpoint.parameters:
        operation["parameters"] = [
            {
                "name": parameter.name,
                "in": parameter.where,
                "required": parameter.is_required,
                "schema": schema_of[repr(parameter.schema)],
            }
            for parameter in endpoint.parameters
        ]
    if endpoint.bearer != "none":
        operation["security"] = [{endpoint.bearer: []}]
    return operation


def _refusals(endpoint: Endpoint, problem_schema: dict[str, Any]) -> dict[str, Any]:
    errors = {*_ANY_MAY, *endpoint.refusals, *(_BEARER_MAY if endpoint.bearer != "none" else ())}
    by_status: dict[int, list[str]] = {500: ["internal-error"]}
    for error in errors:
        by_status.setdefault(status_of(error), []).append(error.code)
    return {
        str(status): {"description": ", ".join(sorted(codes)), "content": _content(CONTENT_TYPE, problem_schema)}
        for status, codes in sorted(by_status.items())
    }


def _content(media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {media_type: {"schema": schema}}
