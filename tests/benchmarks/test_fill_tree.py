"""A fleet that fills, on virtual time."""

from pathlib import Path

import pytest

from benchmarks.fill_tree import Cut, Link, Node, Tree, fill, is_whole, title_of
from matinee.errors import SegmentUnavailable
from matinee.testing.clock import VirtualClock, run_virtual
from matinee.wire.placement import FillWindow, PlacedTitle, Placement

HOUR_MS = 3_600_000
PEERS = ("isp-a", "isp-b", "isp-c")
TITLES = [title_of(f"title-{number}", files=12, file_bytes=1_000_000, index_bytes=1_000) for number in range(3)]
FILES_BYTES = 36_000_000
HOUR_WALL_MS = 1_767_661_200_000
"""01:00 UTC."""


def tree(clock: VirtualClock, *, kbps: int = 80_000) -> Tree:
    uplink = Link(kbps)
    return Tree(
        TITLES,
        [
            Node(name="origin", kind="origin", group="origin", switch=Link(10_000_000)),
            Node(name="exchange", kind="exchange", group="exchange", switch=Link(10_000_000), uplink=Link(10_000_000)),
            *(Node(name=it, kind="isp", group="oslo", switch=Link(10_000_000), uplink=uplink) for it in PEERS),
        ],
        clock=clock,
    )


def placements(it: Tree, *, windows: tuple[FillWindow, ...] = (), is_urgent: bool = False) -> dict[str, Placement]:
    def of(name: str) -> Placement:
        others = tuple(peer for peer in PEERS if peer != name)
        titles = tuple(
            PlacedTitle(
                title_id=listing.title_id,
                index_sha256=listing.index.sha256,
                holders=others,
                is_urgent=is_urgent,
            )
            for listing in TITLES
        )
        peers = tuple(it.nodes[peer].source for peer in others)
        return Placement(titles=titles, windows=windows, peers=peers, parents=(it.nodes["exchange"].source,))

    return {name: of(name) for name in PEERS}


def run(
    folder: Path, *cuts: Cut, windows: tuple[FillWindow, ...] = (), is_urgent: bool = False, kbps: int = 80_000
) -> tuple[Tree, dict[str, int]]:
    async def story(clock: VirtualClock) -> tuple[Tree, dict[str, int]]:
        it = tree(clock, kbps=kbps)
        told = placements(it, windows=windows, is_urgent=is_urgent)
        return it, await fill(it, told, folder=folder, cuts=cuts, until_ms=8 * HOUR_MS)

    return run_virtual(story, wall_ms=HOUR_WALL_MS)


def crossed_bytes(it: Tree) -> int:
    uplink = it.nodes["isp-a"].uplink
    assert uplink is not None
    return uplink.carried_bytes


def test_one_copy_of_each_file_crosses_the_link_of_a_cluster(tmp_path: Path) -> None:
    it, whole_ms = run(tmp_path)
    assert whole_ms.keys() == set(PEERS)
    assert FILES_BYTES < crossed_bytes(it) < 1.01 * FILES_BYTES


def test_nothing_is_fetched_before_the_window_opens(tmp_path: Path) -> None:
    _, whole_ms = run(tmp_path, windows=(FillWindow(),))
    assert HOUR_MS < min(whole_ms.values()) < HOUR_MS + 60_000


def test_what_is_urgent_waits_for_no_window(tmp_path: Path) -> None:
    _, whole_ms = run(tmp_path, windows=(FillWindow(),), is_urgent=True)
    assert max(whole_ms.values()) < 60_000


def test_a_window_that_closes_stops_the_fill_and_the_next_night_goes_on(tmp_path: Path) -> None:
    hours = (FillWindow(from_minute=120, until_minute=121), FillWindow(from_minute=180, until_minute=240))
    _, whole_ms = run(tmp_path, windows=hours, kbps=2_000)
    assert min(whole_ms.values()) > 2 * HOUR_MS


def test_one_that_is_killed_loses_nothing_and_the_others_do_its_share(tmp_path: Path) -> None:
    it, whole_ms = run(tmp_path, Cut(name="isp-b", from_ms=1_500, until_ms=HOUR_MS), kbps=40_000)
    assert whole_ms["isp-a"] < 60_000
    assert HOUR_MS < whole_ms["isp-b"] < HOUR_MS + 60_000
    assert crossed_bytes(it) < 1.35 * FILES_BYTES


def test_an_exchange_that_is_away_for_an_hour_is_gone_on_with(tmp_path: Path) -> None:
    async def story(clock: VirtualClock) -> Tree:
        it = tree(clock, kbps=8_000)
        it.nodes["exchange"].is_up = False
        it.origin.is_up = False
        told = placements(it)
        await fill(it, told, folder=tmp_path, cuts=(), until_ms=HOUR_MS)
        assert not any(is_whole(it, name, told[name]) for name in PEERS)
        it.nodes["exchange"].is_up = it.origin.is_up = True
        whole_ms = await fill(it, told, folder=tmp_path, cuts=(), until_ms=2 * HOUR_MS)
        assert whole_ms.keys() == set(PEERS)
        return it

    assert crossed_bytes(run_virtual(story)) < 1.2 * FILES_BYTES


def test_who_lost_its_disk_gets_everything_from_its_peers(tmp_path: Path) -> None:
    async def story(clock: VirtualClock) -> tuple[int, int]:
        it = tree(clock)
        told = placements(it)
        await fill(it, told, folder=tmp_path, cuts=(), until_ms=HOUR_MS)
        before = crossed_bytes(it)
        it.nodes["isp-b"].held.clear()
        whole_ms = await fill(it, told, folder=tmp_path, cuts=(), until_ms=clock.now_ms() + HOUR_MS)
        assert whole_ms.keys() == set(PEERS)
        return before, crossed_bytes(it)

    before, after = run_virtual(story)
    assert after - before < 0.05 * FILES_BYTES


def test_a_link_passes_one_after_the_other(tmp_path: Path) -> None:
    link = Link(8_000)
    assert [link.passed_ms(1_000_000, now_ms=0), link.passed_ms(1_000_000, now_ms=500)] == [1_000, 2_000]
    assert link.passed_ms(1_000, now_ms=5_000) == 5_001
    assert link.carried_bytes == 2_001_000


def test_what_a_cut_meets_does_not_arrive() -> None:
    async def story(clock: VirtualClock) -> None:
        it = tree(clock)
        it.nodes["exchange"].is_up = False
        with pytest.raises(SegmentUnavailable):
            await it.pour(it.nodes["exchange"], it.nodes["isp-a"], "title-0", TITLES[0].index)
        assert it.nodes["isp-a"].held == {}

    run_virtual(story)
