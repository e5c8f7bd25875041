"""A round of a fill."""

import asyncio
from collections.abc import Callable

from matinee.errors import SegmentUnavailable, TitleUnknown
from matinee.testing.clock import VirtualClock, run_virtual
from matinee.wire.placement import PlacedTitle, Source
from matinee.wire.title import INDEX_NAME, MediaFile
from matinee_edge.fill.allowance import Allowance
from matinee_edge.fill.errands import Errands
from matinee_edge.fill.progress import Meter
from matinee_edge.fill.round import OPEN_TITLES, Round
from matinee_edge.listing import Listing

NEAR, FAR = (Source(name=name, base_url=f"http://{name}.example") for name in ("near", "far"))


class Shelves:
    """A stock that gets a file a tenth of a second after it is asked for."""

    def __init__(self, clock: VirtualClock, *, titles: int) -> None:
        self.clock = clock
        self.of_sources = {f"t{number}": _listing(f"t{number}") for number in range(titles)}
        self.here: dict[str, set[str]] = {}
        self.asked: list[tuple[str, str]] = []
        """Source and path, but of indexes."""
        self.fails: Callable[[str, str], bool] = lambda source, title_id: False
        self.most_open = 0
        self.is_waited_for = False
        self.under_way = 0
        self.most_under_way = 0

    def listing(self, title_id: str) -> Listing | None:
        return self.of_sources[title_id] if title_id in self.here else None

    def lacking(self, title_id: str) -> list[MediaFile]:
        here = self.here.get(title_id)
        return [] if here is None else [it for it in self.of_sources[title_id].files.values() if it.path not in here]

    def is_pressed(self) -> bool:
        return self.is_waited_for

    async def renew(self, title_id: str, *, source: Source) -> None:
        if title_id not in self.of_sources or self.fails(source.name, title_id):
            raise TitleUnknown(f"There is no {title_id}.")
        self.here.setdefault(title_id, set()).add(INDEX_NAME)

    async def land(self, title_id: str, file: MediaFile, *, source: Source, is_of_peer: bool) -> None:
        self.asked.append((source.name, file.path))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await self.clock.wait_until(self.clock.now_ms() + 100)
        self.under_way -= 1
        if self.fails(source.name, title_id):
            raise SegmentUnavailable("Not today.")
        self.here[title_id].add(file.path)
        self.most_open = max(self.most_open, sum(bool(self.lacking(it)) for it in self.here))


def _listing(title_id: str) -> Listing:
    names = (INDEX_NAME, *(f"v1/{number}.m4s" for number in range(5)))
    files = {name: MediaFile(path=name, size_bytes=1_000, sha256="ab" * 32) for name in names}
    return Listing(title_id=title_id, files=files, representations={}, audio=frozenset())


def run(
    *title_ids: str, titles: int = 3, prepare: Callable[[Shelves], None] = lambda it: None, ends_ms: int = 3_600_000
) -> tuple[bool, Shelves, int]:
    """Whether the round did all, the stock after it, and how long it took."""

    async def story(clock: VirtualClock) -> tuple[bool, Shelves, int]:
        stock = Shelves(clock, titles=titles)
        prepare(stock)
        errands = Errands(
            name="isp-a",
            peers=(),
            parents=("near", "far"),
            allowance=Allowance(0, now_ms=0),
            at_a_time=4,
            draw=lambda: 0,
            now_ms=0,
        )
        is_done = await Round(
            [PlacedTitle(title_id=it, index_sha256="ab" * 32) for it in title_ids],
            errands=errands,
            parents=(NEAR, FAR),
            peers=(),
            stock=stock,
            meter=Meter(now_ms=0),
            clock=clock,
            changed=asyncio.Event(),
            wait_ms=lambda: max(0, ends_ms - clock.now_ms()),
        ).run()
        return is_done, stock, clock.now_ms()

    return run_virtual(story)


def test_everything_is_fetched_in_order_and_the_round_is_over() -> None:
    is_done, stock, took_ms = run("t0", "t1")
    assert is_done
    assert stock.lacking("t0") == stock.lacking("t1") == []
    assert [path for _, path in stock.asked][:5] == [f"v1/{number}.m4s" for number in range(5)]
    assert took_ms < 500


def test_a_title_that_nobody_knows_keeps_no_other_from_being_filled() -> None:
    is_done, stock, _ = run("nowhere", "t1")
    assert not is_done
    assert stock.lacking("t1") == []


def test_the_next_parent_is_asked_when_the_first_fails() -> None:
    def fail_near(stock: Shelves) -> None:
        stock.fails = lambda source, title_id: source == "near"

    is_done, stock, _ = run("t0", prepare=fail_near)
    assert is_done
    assert stock.lacking("t0") == []


def test_a_round_that_is_over_begins_nothing_more_and_finishes_what_is_under_way() -> None:
    is_done, stock, took_ms = run("t0", "t1", "t2", ends_ms=50)
    assert not is_done
    assert len(stock.asked) == 4
    assert len(stock.here["t0"]) == 1 + 4
    assert took_ms == 100


def test_few_titles_are_under_way_at_a_time() -> None:
    is_done, stock, _ = run(*(f"t{number}" for number in range(40)), titles=40)
    assert is_done
    assert 1 < stock.most_open <= OPEN_TITLES


def test_while_viewers_wait_one_file_at_a_time_is_fetched() -> None:
    def press(stock: Shelves) -> None:
        stock.is_waited_for = True

    is_done, stock, _ = run("t0", prepare=press)
    assert is_done
    assert stock.most_under_way == 1
