"""Pages of any origin may fetch, and learn what they need to know."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from matinee_edge.cross_origin import ALLOWED, VARYING, cross_origin


def viewer() -> TestClient:
    async def media(request: Request) -> Response:
        return Response(b"media")

    return TestClient(Starlette(routes=[Route("/", media)], middleware=list(cross_origin())))


def test_what_is_said_to_pages_is_what_hits_say_too() -> None:
    headers = viewer().get("/", headers={"Origin": "https://player.example"}).headers
    assert {name: headers[name] for name in ALLOWED | VARYING} == ALLOWED | VARYING


def test_whoever_is_no_page_is_told_only_that_pages_hear_more() -> None:
    headers = viewer().get("/").headers
    assert VARYING.items() <= {name.title(): value for name, value in headers.items()}.items()
    assert not any(name.startswith("access-control") for name in headers)


def test_a_cookie_changes_nothing() -> None:
    headers = viewer().get("/", headers={"Origin": "https://player.example", "Cookie": "a=b"}).headers
    assert headers["Access-Control-Allow-Origin"] == "*"


def test_a_page_may_ask_before_it_sends_headers_of_its_own() -> None:
    asking = {
        "Origin": "https://player.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "range, cmcd-request",
        "Access-Control-Request-Private-Network": "true",
    }
    answer = viewer().options("/", headers=asking)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Headers"] == "range, cmcd-request"
    assert answer.headers["Access-Control-Allow-Private-Network"] == "true"
    assert answer.headers["Access-Control-Max-Age"] == "86400"


def test_a_page_may_not_write() -> None:
    asking = {"Origin": "https://player.example", "Access-Control-Request-Method": "PUT"}
    assert viewer().options("/", headers=asking).status_code == 400
