"""Whom to ask: in order, past those who fail, and on from where one broke off."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from aiohttp import web

from matinee.errors import MediaCorrupt, SegmentUnavailable, TitleUnknown
from matinee.wire.title import MediaFile
from matinee_edge.breaker import LEAST_MS, STRIKES
from matinee_edge.landing import landing_in_memory
from matinee_edge.parent import Parent
from matinee_edge.sources import Sources
from tests.support.clock import HandClock
from tests.support.servers import serving

CONTENT = bytes(range(256)) * 4_000
FILE = MediaFile(path="1.m4s", size_bytes=len(CONTENT), sha256=sha256(CONTENT).hexdigest())


class Place:
    """A server that may lack, break off, refuse or lie, and keeps what it was asked."""

    def __init__(self, *, status: int = 0, breaks_off_at: int = 0, lies: bool = False) -> None:
        self.status = status
        self.breaks_off_at = breaks_off_at
        self.lies = lies
        self.asked: list[dict[str, str]] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(dict(request.headers))
        if self.status:
            return web.Response(status=self.status)
        first = int(request.headers.get("Range", "bytes=0-")[6:-1])
        body = CONTENT[first:] if not self.lies else bytes(len(CONTENT) - first)
        response = web.StreamResponse(status=206 if first else 200, headers={"Content-Length": str(len(body))})
        await response.prepare(request)
        if not self.breaks_off_at:
            await response.write(body)
            return response
        await response.write(body[: self.breaks_off_at])
        assert request.transport is not None
        request.transport.close()  # what was written leaves first
        return response


class Cluster:
    def __init__(self, sources: Sources, places: list[Place], clock: HandClock) -> None:
        self.sources = sources
        self.places = places
        self.clock = clock

    async def pour(self, *, moved: Callable[[], None] = lambda: None, urgency: int = 3) -> None:
        landing = landing_in_memory(FILE)
        await self.sources.pour("heat", FILE, landing=landing, moved=moved, urgency=urgency)

    @property
    def asked(self) -> list[int]:
        return [len(place.asked) for place in self.places]


@asynccontextmanager
async def cluster(folder: Path, *places: Place) -> AsyncIterator[Cluster]:
    """The last of these is the parent, the others are peers."""
    (folder / "media.token").write_text("token")
    clock = HandClock()
    sources = Sources(clock=clock, draw=lambda: 0)
    async with AsyncExitStack() as stack:
        parents = []
        for number, place in enumerate(places, start=1):
            app = web.Application()
            app.router.add_get("/{path:.*}", place.answer)
            url = await stack.enter_async_context(serving(app))
            parents.append(Parent(url, token_file=folder / "media.token", is_peer=number < len(places)))
        sources.use(parents)
        await stack.enter_async_context(sources.running())
        yield Cluster(sources, list(places), clock)


async def test_the_first_who_has_it_delivers_it_and_the_others_are_not_asked(tmp_path: Path) -> None:
    async with cluster(tmp_path, Place(), Place()) as it:
        await it.pour(urgency=5)
        assert it.asked == [1, 0]
        assert it.places[0].asked[0]["Priority"] == "u=5"


async def test_a_peer_is_asked_only_for_what_it_holds_and_the_parent_for_anything(tmp_path: Path) -> None:
    async with cluster(tmp_path, Place(status=504), Place()) as it:
        for _ in range(STRIKES + 1):
            await it.pour()
        assert it.places[0].asked[0]["Cache-Control"] == "only-if-cached"
        assert "Cache-Control" not in it.places[1].asked[0]
        assert it.asked == [STRIKES + 1, STRIKES + 1], "to lack a file is no failure"


async def test_what_broke_off_is_gone_on_with_by_the_next_from_that_byte(tmp_path: Path) -> None:
    async with cluster(tmp_path, Place(breaks_off_at=300_000), Place()) as it:
        await it.pour()
        assert it.places[1].asked[0]["Range"] == "bytes=300000-"


async def test_who_fails_is_passed_over_and_then_probed(tmp_path: Path) -> None:
    async with cluster(tmp_path, Place(status=500), Place()) as it:
        for _ in range(STRIKES + 3):
            await it.pour()
        assert it.asked == [STRIKES, STRIKES + 3]
        it.clock.move(LEAST_MS)
        it.places[0].status = 0
        for _ in range(2):
            await it.pour()
        assert it.asked == [STRIKES + 2, STRIKES + 3]


async def test_who_lies_is_found_out_and_passed_over_at_once(tmp_path: Path) -> None:
    async with cluster(tmp_path, Place(lies=True), Place()) as it:
        with pytest.raises(MediaCorrupt):
            await it.pour()
        await it.pour()
        assert it.asked == [1, 1]


async def test_when_all_have_failed_nobody_is_asked_for_a_while(tmp_path: Path) -> None:
    async with cluster(tmp_path, Place(status=500)) as it:
        for _ in range(STRIKES + 2):
            with pytest.raises(SegmentUnavailable):
                await it.pour()
        assert it.asked == [STRIKES]


async def test_a_title_is_unknown_only_if_all_who_were_asked_say_so(tmp_path: Path) -> None:
    async with cluster(tmp_path, Place(status=504), Place(status=404)) as it:
        with pytest.raises(TitleUnknown):
            await it.sources.index("heat")
    async with cluster(tmp_path, Place(status=500), Place(status=404)) as it:
        with pytest.raises(SegmentUnavailable):
            await it.sources.index("heat")


async def test_a_new_order_keeps_what_is_known_of_those_that_stay(tmp_path: Path) -> None:
    async with cluster(tmp_path, Place(status=500), Place()) as it:
        for _ in range(STRIKES):
            await it.pour()
        parents = [parent for parent, _ in it.sources._ordered]
        it.sources.use(parents[::-1])
        it.sources.use(parents)
        await it.pour()
        assert it.asked == [STRIKES, STRIKES + 1]
