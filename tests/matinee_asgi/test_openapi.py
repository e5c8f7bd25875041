"""The API document: valid, and the same table that is routed."""

from typing import Any

import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.requests import Request

from matinee.errors import TitleUnknown
from matinee.wire.ids import TitleId
from matinee_asgi.endpoint import Parameter, get, post
from matinee_asgi.openapi import openapi_document

_TITLE: Parameter[str] = Parameter(name="title_id", schema=TitleId)
_PAGE: Parameter[int] = Parameter(name="page", schema=int, where="query", default=1)


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    name: str


async def read(request: Request) -> Thing:
    return Thing(name="")


async def write(request: Request, asked: Thing) -> Thing:
    return asked


def document() -> dict[str, Any]:
    reading = get(
        "/things/{title_id}",
        read,
        answer=Thing,
        says="Reads.",
        bearer="member",
        parameters=(_TITLE, _PAGE),
        refusals=(TitleUnknown,),
    )
    writing = post("/things", write, body=Thing, answer=Thing, says="Writes.", status=202)
    return openapi_document([reading, writing], title="Things", version="1")


def test_it_is_a_valid_document() -> None:
    OpenAPIV31SpecValidator(document()).validate()


def test_it_says_what_each_endpoint_reads_and_answers() -> None:
    reading, writing = document()["paths"]["/things/{title_id}"]["get"], document()["paths"]["/things"]["post"]
    assert [(each["name"], each["in"], each["required"]) for each in reading["parameters"]] == [
        ("title_id", "path", True),
        ("page", "query", False),
    ]
    assert reading["security"] == [{"member": []}]
    assert set(reading["responses"]) == {"200", "400", "401", "404", "500", "503"}
    assert writing["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Thing"}
    assert set(writing["responses"]) == {"202", "400", "500", "503"}
    assert "security" not in writing


def test_a_path_parameter_that_is_not_declared_is_a_mistake_found_at_start() -> None:
    with pytest.raises(ValueError, match="declares the path parameters"):
        openapi_document([get("/things/{other}", read, answer=Thing, says="Reads.")], title="Things", version="1")
