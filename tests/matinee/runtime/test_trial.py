"""What a headless player opens, what it refuses, and what goes by before the license."""

import asyncio

from matinee.clock import Clock, SystemClock
from matinee.core.messages import Append
from matinee.errors import LicenseInvalid, MatineeError, MediaCorrupt
from matinee.manifest.presentation import TrackKind
from matinee.runtime.source import ContentKeys
from matinee.runtime.tasks import Tasks
from matinee.runtime.trial import MOST_WAITING, Trial
from matinee.testing.playbook import segment_of, track
from tests.support.media import KEY, KEY_ID, make_video

CLIP = make_video(seconds=1, keys={KEY_ID: KEY})
VIDEO, TEXT = track(segment_ms=1_000), track("text", has_init=False)
RIGHT, OTHERS = ContentKeys({KEY_ID: KEY}), ContentKeys({"f" * 32: KEY})


class Beyond:
    """A sink that notes what it gets."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def unlock(self, keys: ContentKeys) -> None:
        self.told.append("unlock")

    def append(self, append: Append, *, init: bytes | None, body: bytes, key: bytes | None) -> None:
        self.told.append(f"append {append.request_id}")

    def discard(self, kind: TrackKind) -> None:
        self.told.append(f"discard {kind}")

    def enter(self, position_ms: int) -> None:
        self.told.append(f"enter {position_ms}")


class Bench:
    """A trial on its bench; `settled` once it has nothing more to do."""

    def __init__(self, tasks: Tasks, clock: Clock | None = None) -> None:
        self.beyond = Beyond()
        self.refused: list[tuple[MatineeError, int]] = []
        self.trial = Trial(
            self.beyond, clock or SystemClock(), tasks, refuse=lambda *refused: self.refused.append(refused)
        )

    def append(self, *, request_id: int = 1, body: bytes = CLIP.segments[0], key: bytes | None = None) -> None:
        append = Append(request_id, segment_of(VIDEO, 0, 0), 0, start_ms=0, end_ms=1_000, run="0/0", is_last=False)
        self.trial.append(append, init=CLIP.init, body=body, key=key)

    async def settled(self) -> None:
        for _ in range(2 * MOST_WAITING):
            await asyncio.sleep(0)


async def test_a_segment_is_opened_and_handed_on() -> None:
    async with Tasks() as tasks:
        bench = Bench(tasks)
        bench.trial.unlock(RIGHT)
        bench.append()
        bench.trial.discard("video")
        bench.trial.enter(500)
        await bench.settled()
    assert (bench.trial.opened, bench.trial.unopened, bench.refused) == (1, 0, [])
    assert bench.beyond.told == ["unlock", "append 1", "discard video", "enter 500"]


async def test_what_came_before_the_license_is_opened_with_it() -> None:
    async with Tasks() as tasks:
        bench = Bench(tasks)
        bench.append()
        await bench.settled()
        assert bench.trial.opened == 0
        bench.trial.unlock(RIGHT)
        await bench.settled()
    assert bench.trial.opened == 1


async def test_no_more_waits_for_the_license_than_a_few_segments() -> None:
    async with Tasks() as tasks:
        bench = Bench(tasks)
        for number in range(MOST_WAITING + 3):
            bench.append(request_id=number)
        bench.trial.unlock(RIGHT)
        await bench.settled()
    assert (bench.trial.opened, bench.trial.unopened) == (MOST_WAITING, 3)


async def test_what_was_discarded_is_not_opened() -> None:
    async with Tasks() as tasks:
        bench = Bench(tasks)
        bench.append()
        bench.trial.discard("video")
        bench.trial.unlock(RIGHT)
        await bench.settled()
    assert bench.trial.opened == 0


async def test_a_segment_under_another_key_is_refused() -> None:
    async with Tasks() as tasks:
        bench = Bench(tasks)
        bench.trial.unlock(OTHERS)
        bench.append(request_id=7)
        await bench.settled()
    [(error, request_id)] = bench.refused
    assert isinstance(error, LicenseInvalid)
    assert request_id == 7


async def test_a_segment_cut_short_is_refused() -> None:
    async with Tasks() as tasks:
        bench = Bench(tasks)
        bench.trial.unlock(RIGHT)
        bench.append(body=CLIP.segments[0][:-10])
        await bench.settled()
    assert isinstance(bench.refused[0][0], MediaCorrupt)


async def test_nothing_is_opened_after_the_license_has_ended() -> None:
    async with Tasks() as tasks:
        bench = Bench(tasks)
        bench.trial.unlock(ContentKeys({KEY_ID: KEY}, end_wall_ms=1))
        bench.append()
        await bench.settled()
    assert [error.facts for error, _ in bench.refused] == [{"reason": "expired"}]


async def test_a_key_that_comes_with_the_segment_needs_no_license() -> None:
    async with Tasks() as tasks:
        bench = Bench(tasks)
        bench.append(key=KEY)
        await bench.settled()
    assert bench.trial.opened == 1


async def test_subtitles_and_segments_without_an_init_go_by() -> None:
    async with Tasks() as tasks:
        bench = Bench(tasks)
        bench.trial.unlock(RIGHT)
        for kind in (TEXT, VIDEO):
            append = Append(1, segment_of(kind, 0, 0), None, start_ms=0, end_ms=1_000, run="0/0", is_last=False)
            bench.trial.append(append, init=None, body=b"WEBVTT", key=None)
        await bench.settled()
    assert (bench.trial.opened, bench.refused) == (0, [])
    assert bench.beyond.told == ["unlock", "append 1", "append 1"]
