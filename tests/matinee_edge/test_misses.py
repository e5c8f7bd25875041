"""One fetch for each missing file, however many ask and whatever the parent does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from matinee.errors import MatineeError, SegmentUnavailable, ServiceUnavailable, TitleUnknown
from matinee.wire.title import MediaFile
from matinee_edge.listing import Listing
from matinee_edge.misses import REFUSAL_MS, Misses
from matinee_edge.parent import Parent
from matinee_edge.shelf import Shelf
from tests.support.clock import HandClock
from tests.support.edge import Issuer, Spy, appliance, eventually, origin_settings, pulling, shelf_in
from tests.support.titles import write_title


class Site:
    def __init__(self, misses: Misses, shelf: Shelf, spy: Spy, clock: HandClock, poster: MediaFile) -> None:
        self.misses = misses
        self.shelf = shelf
        self.spy = spy
        self.clock = clock
        self.poster = poster

    @property
    def listing(self) -> Listing:
        listing = self.shelf.listing("heat")
        assert listing is not None
        return listing

    async def outcome(self) -> MatineeError | None:
        """What asking for the poster came to."""
        try:
            await self.misses.land(self.listing, self.poster)
        except MatineeError as error:
            return error
        return None


@asynccontextmanager
async def site(folder: Path, *, deadline_ms: int = 5_000, max_fetches: int = 8, seed: int = 1) -> AsyncIterator[Site]:
    issuer, spies, clock = Issuer(folder), list[Spy](), HandClock()
    index = write_title(folder / "media", "heat", seed=seed)
    shelf = shelf_in(folder / "shelf", clock=clock)
    async with appliance(origin_settings(folder / "media", issuer), spy=spies) as url:
        parent = Parent(url, token_file=issuer.media_token_file)
        async with pulling(shelf, parent, clock=clock, deadline_ms=deadline_ms, max_fetches=max_fetches) as misses:
            await shelf.adopt("heat", (folder / "media/heat/title.json").read_bytes())
            poster = next(file for file in index.files if file.path == "poster.jpg")
            yield Site(misses, shelf, spies[0], clock, poster)


async def test_a_thousand_askers_cost_one_fetch(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        outcomes = await asyncio.gather(*(it.outcome() for _ in range(1000)))
        assert outcomes == [None] * 1000
        assert it.spy.asked == ["heat/poster.jpg"]


async def test_a_thousand_askers_hear_of_the_same_failure(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        it.spy.spoil = lambda body: bytes(len(body))
        outcomes = await asyncio.gather(*(it.outcome() for _ in range(1000)))
        assert {type(outcome) for outcome in outcomes} == {SegmentUnavailable}
        assert it.spy.asked == ["heat/poster.jpg"]


async def test_an_asker_who_gives_up_takes_nothing_from_the_others(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        it.spy.is_open.clear()
        async with asyncio.TaskGroup() as group:
            first = group.create_task(it.outcome())
            await eventually(lambda: it.spy.asked)
            second = group.create_task(it.outcome())
            first.cancel()
            it.spy.is_open.set()
            assert await second is None


async def test_a_failure_answers_for_a_while_and_then_the_parent_is_asked_again(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        it.spy.spoil = lambda body: body[:-1]
        assert isinstance(await it.outcome(), SegmentUnavailable)
        it.spy.spoil = None
        assert await it.outcome() is not None
        assert len(it.spy.asked) == 1
        it.clock.move(REFUSAL_MS)
        assert await it.outcome() is None
        assert len(it.spy.asked) == 2


async def test_a_listed_file_that_the_parent_lacks_is_unavailable_not_unknown(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        other = MediaFile(path="absent.jpg", size_bytes=1, sha256="")
        with pytest.raises(SegmentUnavailable, match=r"absent\.jpg"):
            await it.misses.land(it.listing, other)


async def test_a_parent_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    async with site(tmp_path, deadline_ms=50) as it:
        it.spy.is_open.clear()
        outcome = await it.outcome()
        assert isinstance(outcome, SegmentUnavailable)
        assert "50 ms" in outcome.what
        it.spy.is_open.set()


async def test_more_fetches_than_allowed_are_told_to_come_back(tmp_path: Path) -> None:
    async with site(tmp_path, max_fetches=1) as it:
        it.spy.is_open.clear()
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(it.outcome())
            await eventually(lambda: it.spy.asked)
            with pytest.raises(ServiceUnavailable):
                await it.misses.learn("alien")
            it.spy.is_open.set()
            assert await waiting is None


async def test_a_title_that_the_parent_does_not_know_is_unknown_here(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        for _ in range(2):
            with pytest.raises(TitleUnknown):
                await it.misses.learn("alien")
        assert it.spy.asked == ["alien/title.json"]


async def test_a_file_that_the_parent_has_in_another_version_makes_the_index_be_renewed(tmp_path: Path) -> None:
    write_title(tmp_path / "media", "heat", seed=2)
    async with site(tmp_path, seed=2) as it:
        write_title(tmp_path / "old", "heat", seed=1)
        await it.shelf.adopt("heat", (tmp_path / "old/heat/title.json").read_bytes())
        old = it.listing.files["poster.jpg"]
        with pytest.raises(SegmentUnavailable, match="another version"):
            await it.misses.land(it.listing, old)
        assert it.spy.asked == ["heat/poster.jpg", "heat/title.json"]
        assert it.listing.files["poster.jpg"] == it.poster != old
        it.clock.move(REFUSAL_MS)
        assert await it.outcome() is None


async def test_a_title_made_anew_is_noticed_and_the_old_files_are_gone(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        assert await it.outcome() is None
        await it.misses.renew("heat")
        assert it.shelf.lacking("heat")[0].path != "poster.jpg"
    write_title(tmp_path / "media", "heat", seed=2)
    async with site(tmp_path, seed=2) as it:
        await it.misses.renew("heat")
        assert it.poster in it.shelf.lacking("heat")
        assert await it.outcome() is None
