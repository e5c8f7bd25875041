"""What is pulled first, and how a fill goes on after failures and restarts."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from matinee.clock import SystemClock
from matinee.wire.steering import Placement
from matinee_edge.fill import FIRST_FILES, MAX_FAILURES_A_ROUND, MAX_RETRY_MS, Filler, pull_order, retry_ms
from matinee_edge.listing import listing_of
from matinee_edge.parent import Parent
from tests.support.edge import Issuer, Spy, appliance, eventually, origin_settings, pulling, shelf_in
from tests.support.titles import write_title


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
        parent = Parent(await self._stack.enter_async_context(origin), token_file=self.issuer.media_token_file)
        self.misses = await self._stack.enter_async_context(pulling(self.shelf, parent))
        return self

    async def __aexit__(self, *reason: object) -> None:
        await self._stack.aclose()

    @property
    def spy(self) -> Spy:
        return self.spies[0]

    def filler(self, *, concurrency: int = 2) -> Filler:
        return Filler(
            self.shelf,
            self.misses,
            memory=self.folder / "shelf" / ".placement.json",
            clock=SystemClock(),
            draw=lambda: 0,
            concurrency=concurrency,
        )


def test_manifests_come_first_then_what_starts_every_rung_then_the_rest_side_by_side(tmp_path: Path) -> None:
    write_title(tmp_path, "heat", rungs=2, segments=4)
    listing = listing_of((tmp_path / "heat/title.json").read_bytes(), title_id="heat")
    order = [file.path for file in pull_order(listing, list(listing.files.values()))]
    assert order[:3] == ["title.json", "manifest.mpd", "master.m3u8"]
    starts = order[3 : 3 + 3 * FIRST_FILES]
    assert starts == [
        f"{folder}/{name}" for name in ("init.mp4", "1.m4s", "2.m4s") for folder in ("video/v1", "video/v2", "audio/a1")
    ]
    assert order[12:14] == ["poster.jpg", "text/en.vtt"]
    assert order[14:] == [
        f"{folder}/{name}" for name in ("3.m4s", "4.m4s") for folder in ("video/v1", "video/v2", "audio/a1")
    ]


def test_waits_grow_stay_under_the_cap_and_are_spread() -> None:
    assert [retry_ms(rounds, draw=0) for rounds in (1, 2, 3)] == [500, 1_000, 2_000]
    assert retry_ms(1_000, draw=(1 << 30) - 1) <= MAX_RETRY_MS
    assert retry_ms(3, draw=1_234) == 3_234


async def test_a_placed_title_becomes_whole_with_one_fetch_for_each_file(tmp_path: Path) -> None:
    async with Site(tmp_path) as site:
        filler = site.filler()
        filler.hold(Placement(titles=("heat",)))
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
        filler.hold(Placement(titles=("heat",)))
        await filler.fill()
    poster = next(file for file in site.index.files if file.path == "poster.jpg")
    site.shelf.objects.drop(poster.sha256)
    async with Site(tmp_path) as site:
        assert await site.filler().fill()
        assert site.spy.asked == ["heat/title.json", "heat/poster.jpg"]


async def test_the_placement_is_remembered_without_a_control_plane(tmp_path: Path) -> None:
    async with Site(tmp_path) as site:
        site.filler().hold(Placement(titles=("heat",)))
        assert site.filler().placed == ("heat",)


async def test_a_failing_parent_is_left_alone_after_some_failures(tmp_path: Path) -> None:
    async with Site(tmp_path) as site:
        await site.misses.learn("heat")
        site.spy.asked.clear()
        site.spy.spoil = lambda body: bytes(len(body))
        filler = site.filler(concurrency=1)
        filler.hold(Placement(titles=("heat",)))
        assert not await filler.fill()
        # The index, which fails to be renewed, ends the round at once.
        assert len(site.spy.asked) <= MAX_FAILURES_A_ROUND + 1


async def test_an_unknown_title_does_not_keep_the_others_from_being_filled(tmp_path: Path) -> None:
    async with Site(tmp_path) as site:
        filler = site.filler()
        filler.hold(Placement(titles=("nowhere", "heat")))
        assert not await filler.fill()
        assert site.shelf.whole_titles() == ("heat",)


async def test_a_new_placement_wakes_a_filler_that_had_nothing_to_do(tmp_path: Path) -> None:
    async with Site(tmp_path) as site:
        filler = site.filler()
        async with asyncio.TaskGroup() as group:
            running = group.create_task(filler.run())
            await asyncio.sleep(0)
            filler.hold(Placement(titles=("heat",)))
            await eventually(site.shelf.whole_titles)
            running.cancel()


@pytest.mark.parametrize("content", [b"", b"{", b'{"titles": ["../x"]}'])
async def test_a_spoilt_memory_of_the_placement_counts_as_none(tmp_path: Path, content: bytes) -> None:
    async with Site(tmp_path) as site:
        (tmp_path / "shelf/.placement.json").write_bytes(content)
        assert site.filler().placed == ()
