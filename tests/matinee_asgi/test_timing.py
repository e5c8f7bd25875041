"""Server-Timing: whose share of a request's time was how much."""

import re

import httpx2
from starlette.middleware import Middleware
from starlette.requests import Request

from matinee_asgi.endpoint import get
from matinee_asgi.service import Service, compose
from matinee_asgi.timing import ServerTiming, Shares, shares_of


class Watch:
    """Seconds, as a test sets them."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_what_nobody_claims_is_the_gateways_share() -> None:
    watch = Watch()
    shares = Shares(watch)
    watch.now_s += 0.002
    with shares.take("auth"):
        watch.now_s += 0.010
    with shares.take("license"):
        watch.now_s += 0.0305
    watch.now_s += 0.001
    assert shares.header() == "gateway;dur=3.00, auth;dur=10.00, license;dur=30.50, total;dur=43.50"


def test_a_share_taken_twice_adds_up_also_when_it_ends_in_an_error() -> None:
    watch = Watch()
    shares = Shares(watch)
    with shares.take("auth"):
        watch.now_s += 0.001
    try:
        with shares.take("auth"):
            watch.now_s += 0.002
            raise LookupError
    except LookupError:
        assert "auth;dur=3.00" in shares.header()


async def test_the_answer_tells_the_shares_of_its_request() -> None:
    async def work(request: Request) -> str:
        with shares_of(request).take("work"):
            return "done"

    app = compose(
        [Service(name="one", endpoints=(get("/", work, answer=str, says="Works."),))],
        middleware=[Middleware(ServerTiming)],
    )
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://one.example") as http:
        answer = await http.get("/")
    number = r"\d+\.\d\d"
    assert re.fullmatch(
        rf"gateway;dur={number}, work;dur={number}, total;dur={number}", answer.headers["Server-Timing"]
    )


async def test_a_service_without_the_filter_works_all_the_same() -> None:
    async def work(request: Request) -> str:
        with shares_of(request).take("work"):
            return "done"

    app = compose([Service(name="one", endpoints=(get("/", work, answer=str, says="Works."),))])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://one.example") as http:
        assert (await http.get("/")).json() == "done"
