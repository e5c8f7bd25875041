"""How the shelf comes to hold what was placed, and how a fill goes on after failures and restarts."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from matinee.clock import SystemClock
from matinee.wire.placement import FillWindow, PlacedTitle, Placement, Source
from matinee_edge.fill.filler import Filler
from matinee_edge.fill.upstream import Upstream
from matinee_edge.parent import Parent
from tests.support.edge import Issuer, Spy, appliance, eventually, origin_settings, pulling, shelf_in
from tests.support.titles import write_title


def placement(*titles: str) -> Placement:
    return Placement(titles=tuple(PlacedTitle(title_id=title_id) for title_id in titles))


class Site:
    """An origin with one title, and a filler that pulls from it onto an empty shelf."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.issuer = Issuer(folder)
        self.index = write_title(folder / "media", "heat")
        self.spies: list[Spy] = []
        self.shelf = shelf_in(folder / "shelf")
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> "Site":
        origin = appliance(origin_settings(self.folder / "media", self.issuer), spy=self.spies)
        self.origin = await self._stack.enter_async_context(origin)
        parent = Parent(self.origin, token_file=self.issuer.media_token_file)
        self.misses = await self._stack.enter_async_context(pulling(self.shelf, parent))
        return self

    async def __aexit__(self, *reason: object) -> None:
        await self._stack.aclose()

    @property
    def spy(self) -> Spy:
        return self.spies[0]

    def filler(self, *, concurrency: int = 2) -> Filler:
        return Filler(
            Upstream(
                self.shelf,
                self.misses,
                parent=self.origin,
                token_file=self.issuer.media_token_file,
                deadline_ms=5_000,
            ),
            name="isp-a",
            parent=Source(name="parent", base_url=self.origin),
            zone=ZoneInfo("UTC"),
            memory=self.folder / "shelf" / ".placement.json",
            clock=SystemClock(),
            draw=lambda: 0,
            concurrency=concurrency,
        )


async def test_a_placed_title_becomes_whole_with_one_fetch_for_each_file(tmp_path: Path) -> None:
    async with Site(tmp_path) as site:
        filler = site.filler()
        filler.hold(placement("heat"))
        assert await filler.fill()
        assert site.shelf.whole_titles() == ("heat",)
        assert sorted(site.spy.asked) == sorted(
            ["heat/title.json", *(f"heat/{file.path}" for file in site.index.files)]
        )
    for file in site.index.files:
        landed = site.shelf.objects.path(file.sha256)
        assert landed.read_bytes() == (tmp_path / "media/heat" / file.path).read_bytes()


async def test_what_is_here_is_not_pulled_again_after_a_restart(tmp_path: Path) -> None:
    async with Site(tmp_path) as site:
        filler = site.filler()
        filler.hold(placement("heat"))
        await filler.fill()
    poster = next(file for file in site.index.files if file.path == "poster.jpg")
    site.shelf.objects.drop(poster.sha256)
    async with Site(tmp_path) as site:
        assert await site.filler().fill()
        assert site.spy.asked == ["heat/title.json", "heat/poster.jpg"]


async def test_the_placement_is_remembered_without_a_control_plane(tmp_path: Path) -> None:
    async with Site(tmp_path) as site:
        site.filler().hold(placement("heat"))
        assert site.filler().placed == ("heat",)


async def test_an_unknown_title_does_not_keep_the_others_from_being_filled(tmp_path: Path) -> None:
    async with Site(tmp_path) as site:
        filler = site.filler()
        filler.hold(placement("nowhere", "heat"))
        assert not await filler.fill()
        assert site.shelf.whole_titles() == ("heat",)


async def test_a_new_placement_wakes_a_filler_that_had_nothing_to_do(tmp_path: Path) -> None:
    async with Site(tmp_path) as site:
        filler = site.filler()
        async with asyncio.TaskGroup() as group:
            running = group.create_task(filler.run())
            await asyncio.sleep(0)
            filler.hold(placement("heat"))
            await eventually(site.shelf.whole_titles)
            running.cancel()


@pytest.mark.parametrize("content", [b"", b"{", b'{"titles": ["../x"]}'])
async def test_a_spoilt_memory_of_the_placement_counts_as_none(tmp_path: Path, content: bytes) -> None:
    async with Site(tmp_path) as site:
        (tmp_path / "shelf/.placement.json").write_bytes(content)
        assert site.filler().placed == ()


async def test_progress_says_what_lacks_and_from_whom_it_came(tmp_path: Path) -> None:
    async with Site(tmp_path) as site:
        filler = site.filler()
        assert filler.progress().state == "whole"
        filler.hold(Placement(titles=(PlacedTitle(title_id="heat", size_bytes=7_000),)))
        before = filler.progress()
        assert (before.state, before.bytes_left, before.titles[0].files) == ("failing", 7_000, 0)
        await filler.fill()
        after = filler.progress()
        assert (after.state, after.bytes_left, after.titles) == ("whole", 0, ())
        assert after.bytes_by_source == {"parent": sum(file.size_bytes for file in site.index.files)}


async def test_outside_the_hours_only_what_is_urgent_is_filled(tmp_path: Path) -> None:
    minute = SystemClock().wall_ms() // 60_000 % 1440
    later = FillWindow(from_minute=(minute + 120) % 1440, until_minute=(minute + 180) % 1440)
    async with Site(tmp_path) as site:
        filler = site.filler()
        filler.hold(Placement(titles=(PlacedTitle(title_id="heat"),), windows=(later,)))
        assert await filler.fill()
        assert (site.shelf.whole_titles(), filler.progress().state) == ((), "waiting")
        filler.hold(Placement(titles=(PlacedTitle(title_id="heat", is_urgent=True),), windows=(later,)))
        assert await filler.fill()
        assert site.shelf.whole_titles() == ("heat",)


async def test_a_zone_that_is_not_known_here_gives_way_to_the_appliances_own(tmp_path: Path) -> None:
    async with Site(tmp_path) as site:
        filler = site.filler()
        everywhere = FillWindow(from_minute=0, until_minute=1440, zone="Europe/Atlantis")
        filler.hold(Placement(titles=(PlacedTitle(title_id="heat"),), windows=(everywhere,)))
        assert await filler.fill()
        assert site.shelf.whole_titles() == ("heat",)
