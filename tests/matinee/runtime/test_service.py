"""Asking the control plane: typed errors, and retries only where waiting helps."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import msgspec
import pytest
from aiohttp import web

from matinee.errors import NetworkUnreachable, ServiceUnavailable, TitleUnknown
from matinee.policy.patience import for_service
from matinee.policy.settings import RetrySettings
from matinee.runtime.http import FetchFailure, Http
from matinee.runtime.service import Service
from matinee.wire.catalog import CatalogItem
from matinee.wire.problem import problem_of
from tests.support.servers import serving

ITEM = CatalogItem(title_id="t", name="T", duration_ms=1)
QUICK = RetrySettings(first_ms=1, cap_ms=5)


@dataclass
class Scripted:
    """A service that gives its answers one after the other, the last one for ever."""

    answers: list[web.Response]
    authorizations: list[str] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.authorizations.append(request.headers.get("Authorization", ""))
        script = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.Response(status=script.status, body=script.body, headers=script.headers)

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        return app


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with Http() as http:
        yield http


async def test_an_answer_is_the_value_it_says(http: Http) -> None:
    scripted = Scripted([_said(ITEM)])
    async with serving(scripted.application()) as url:
        assert await Service(url, http, retry=QUICK).ask("/v1/titles/t", CatalogItem) == ITEM


async def test_a_problem_is_the_error_it_says_and_is_not_asked_again(http: Http) -> None:
    scripted = Scripted([_refused(TitleUnknown("No title x.", title_id="x"), 404)])
    async with serving(scripted.application()) as url:
        with pytest.raises(TitleUnknown, match="No title x") as error:
            await Service(url, http, retry=QUICK).ask("/v1/titles/x", CatalogItem)
    assert error.value.facts["title_id"] == "x"
    assert len(scripted.authorizations) == 1


async def test_a_service_that_says_come_back_is_asked_again(http: Http) -> None:
    scripted = Scripted([_refused(ServiceUnavailable("Busy.", retry_after_ms=1), 503), _said(ITEM)])
    async with serving(scripted.application()) as url:
        assert await Service(url, http, retry=QUICK).ask("/v1/titles/t", CatalogItem) == ITEM
    assert len(scripted.authorizations) == 2


async def test_a_wish_beyond_our_patience_is_told_and_not_waited_for(http: Http) -> None:
    scripted = Scripted([_refused(ServiceUnavailable("Busy.", retry_after_ms=60_000), 503)])
    async with serving(scripted.application()) as url:
        with pytest.raises(ServiceUnavailable) as error:
            await Service(url, http, retry=QUICK).ask("/v1/play", CatalogItem)
    assert error.value.retry_after_ms == 60_000
    assert len(scripted.authorizations) == 1


async def test_tries_come_to_an_end(http: Http) -> None:
    scripted = Scripted([web.Response(status=503)])
    async with serving(scripted.application()) as url:
        with pytest.raises(ServiceUnavailable):
            await Service(url, http, retry=QUICK).ask("/v1/play", CatalogItem)
    assert len(scripted.authorizations) == for_service(QUICK).most_tries


async def test_an_answer_that_is_something_else_is_the_service_s_fault(http: Http) -> None:
    scripted = Scripted([web.Response(body=b"<html>")])
    async with serving(scripted.application()) as url:
        with pytest.raises(ServiceUnavailable, match="something else"):
            await Service(url, http, retry=QUICK).ask("/v1/play", CatalogItem)


async def test_nobody_there_is_the_network_s_fault(http: Http) -> None:
    with pytest.raises(NetworkUnreachable, match="refused"):
        await Service("http://127.0.0.1:9", http, retry=QUICK).ask("/", CatalogItem)


async def test_the_access_token_goes_to_its_own_service_only(http: Http) -> None:
    ours, theirs = Scripted([_said(ITEM)]), Scripted([_said(ITEM)])
    async with serving(ours.application()) as url, serving(theirs.application()) as other:
        service = Service(url, http, retry=QUICK)
        service.access_token = "secret"
        await service.ask("/v1/titles/t", CatalogItem)
        await service.ask(f"{other}/steering", CatalogItem)
    assert (ours.authorizations, theirs.authorizations) == (["Bearer secret"], [""])


async def test_telling_is_tried_once_and_its_failure_is_the_caller_s(http: Http) -> None:
    scripted = Scripted([web.Response(status=503, headers={"Retry-After": "2"})])
    async with serving(scripted.application()) as url:
        with pytest.raises(FetchFailure) as failure:
            await Service(url, http, retry=QUICK).tell("/v1/telemetry", b"{}")
    assert failure.value.hint_ms == 2_000
    assert len(scripted.authorizations) == 1


def _said(value: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(value))


def _refused(error: TitleUnknown | ServiceUnavailable, status: int) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(problem_of(error, status=status)))
