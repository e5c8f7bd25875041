"""From appended segments to pictures, sound and subtitles: what is kept, shown, dropped."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import msgspec
import pytest

from matinee.clock import SystemClock
from matinee.core.messages import Append
from matinee.errors import FormatUnsupported, MatineeError
from matinee.media.frames import VideoFrame
from matinee.policy.settings import PlayerSettings
from matinee.runtime.screening import Screening
from matinee.runtime.source import ContentKeys
from matinee.testing.playbook import Viewer, fetches, segment_of, track
from tests.support.media import KEY, KEY_ID, Clip, make_video

VTT = b"WEBVTT\n\n00:00.500 --> 00:01.000\nHello\n\n00:01.000 --> 00:02.000\n<i>World</i>\n"

VIDEO, TEXT = track(segment_ms=1_000), track("text", has_init=False)


class Booth:
    """A screening whose playhead stands wherever a test put it."""

    def __init__(self, *, settings: PlayerSettings | None = None, began_ms_ago: int = 0) -> None:
        self.refused: list[MatineeError] = []
        self.on_refused: Callable[[int], None] = lambda _: None
        self.viewer = Viewer(now_ms=SystemClock().now_ms() - began_ms_ago)
        for fetch in fetches(self.viewer.start()):
            self.viewer.deliver(fetch, after_ms=0)
        self.screening = Screening(
            self.viewer.playback, SystemClock(), settings=settings or PlayerSettings(), refuse=self._refuse
        )

    def _refuse(self, error: MatineeError, request_id: int) -> None:
        self.refused.append(error)
        self.on_refused(request_id)

    def append(self, clip: Clip, index: int, *, carries_sound: bool = False, is_last: bool | None = None) -> None:
        is_last = index == len(clip.segments) - 1 if is_last is None else is_last
        target, start_ms = segment_of(VIDEO, 0, index), index * 1_000
        of = msgspec.structs.replace(target.of, carries_sound=carries_sound)
        target = msgspec.structs.replace(target, of=of)
        append = Append(1, target, 0, start_ms=start_ms, end_ms=start_ms + 1_000, run="0/0", is_last=is_last)
        self.screening.append(append, init=clip.init, body=clip.segments[index], key=None)


@pytest.fixture
async def booth() -> AsyncIterator[Booth]:
    booth = Booth()
    yield booth
    booth.screening.close()


async def test_pictures_come_in_order_and_are_counted(booth: Booth) -> None:
    clip = make_video(seconds=1, width=64, height=36)
    booth.append(clip, 0)
    screening, clock = booth.screening, SystemClock()
    async with asyncio.TaskGroup() as group:
        shown = group.create_task(_positions(screening.video_frames()))
        while screening.frames_shown + screening.frames_dropped < 24:
            await clock.wait_until(clock.now_ms() + 5)
        screening.finish()
    # A busy machine may drop some; none comes out of order.
    assert shown.result() == sorted(set(shown.result()) & {number * 1000 // 24 for number in range(24)})
    assert len(shown.result()) == screening.frames_shown


async def test_a_discarded_segment_is_not_shown(booth: Booth) -> None:
    clip = make_video(seconds=2, width=64, height=36)
    booth.append(clip, 0)
    frames = booth.screening.video_frames()
    await anext(frames)
    booth.screening.discard("video")
    booth.screening.enter(1_000)
    booth.append(clip, 1)
    assert (await anext(frames)).position_ms == 1_000


async def test_subtitles_are_there_while_they_last(booth: Booth) -> None:
    append = Append(1, segment_of(TEXT, 0, 0), None, start_ms=0, end_ms=2_000, run="0/0", is_last=True)
    booth.screening.append(append, init=None, body=VTT, key=None)
    assert [booth.screening.cues_at(at) for at in (499, 500, 1_500, 2_000)] == [(), ("Hello",), ("World",), ()]
    booth.screening.discard("text")
    assert booth.screening.cues_at(500) == ()


async def test_subtitles_that_are_garbage_cost_only_the_subtitles(booth: Booth) -> None:
    append = Append(1, segment_of(TEXT, 0, 0), None, start_ms=0, end_ms=2_000, run="0/0", is_last=True)
    booth.screening.append(append, init=None, body=b"\x00\x01", key=None)
    assert booth.screening.cues_at(500) == ()
    assert booth.refused == []


async def test_what_does_not_decode_is_refused_once_and_ends_the_pictures(booth: Booth) -> None:
    clip = make_video(seconds=1, width=64, height=36)
    append = Append(1, segment_of(VIDEO, 0, 0), 0, start_ms=0, end_ms=1_000, run="0/0", is_last=True)
    booth.screening.append(append, init=clip.init, body=b"\x00\x00\x00\x08moof\x00\x00\x00\x08mdat", key=None)
    assert [frame async for frame in booth.screening.video_frames()] == []
    assert len(booth.refused) == 1


async def test_what_does_not_decode_may_be_replaced(booth: Booth) -> None:
    clip = make_video(seconds=1, width=64, height=36)
    append = Append(7, segment_of(VIDEO, 0, 0), 0, start_ms=0, end_ms=1_000, run="0/0", is_last=True)

    def replace(request_id: int) -> None:
        assert request_id == 7
        booth.screening.discard("video")
        booth.append(clip, 0)

    booth.on_refused = replace
    booth.screening.append(append, init=clip.init, body=b"\x00\x00\x00\x08moof\x00\x00\x00\x08mdat", key=None)
    async for frame in booth.screening.video_frames():
        assert frame.width == 64
        break
    assert len(booth.refused) == 1


@pytest.mark.parametrize("is_last", [True, False])
async def test_the_end_cuts_off_no_picture_that_is_due_foreseen_or_not(is_last: bool) -> None:
    booth = Booth(began_ms_ago=2_000)
    booth.append(make_video(seconds=1, width=64, height=36), 0, is_last=is_last)
    booth.screening.finish()
    await _positions(booth.screening.video_frames())
    assert booth.screening.frames_shown + booth.screening.frames_dropped == 24


async def test_segments_that_might_have_sound_and_have_none_are_shown_all_the_same(booth: Booth) -> None:
    booth.append(make_video(seconds=1, width=64, height=36), 0, carries_sound=True)
    booth.screening.finish()
    assert await _count(booth.screening.audio_blocks()) == 0
    assert await _positions(booth.screening.video_frames()) == [0]
    assert booth.refused == []


async def test_segments_with_neither_pictures_nor_sound_are_refused(booth: Booth) -> None:
    clip = make_video(seconds=1, width=64, height=36)
    booth.append(replace(clip, init=b"", segments=(bytes(16),)), 0, carries_sound=True)
    booth.screening.finish()
    assert await _count(booth.screening.audio_blocks()) + await _count(booth.screening.video_frames()) == 0
    assert [error.code for error in booth.refused] == [FormatUnsupported.code]


async def test_keys_that_come_later_open_besides_those_before(booth: Booth) -> None:
    booth.screening.unlock(ContentKeys({KEY_ID: KEY}))
    booth.screening.unlock(ContentKeys({"f" * 32: bytes(16)}))
    booth.append(make_video(seconds=1, width=64, height=36, keys={KEY_ID: KEY}), 0)
    async for frame in booth.screening.video_frames():
        assert frame.position_ms == 0
        break
    assert booth.refused == []


async def test_nothing_is_decrypted_after_the_license_has_ended(booth: Booth) -> None:
    booth.screening.unlock(ContentKeys({}, end_wall_ms=0))
    booth.append(make_video(seconds=1, width=64, height=36), 0)
    assert [frame async for frame in booth.screening.video_frames()] == []
    assert [error.facts for error in booth.refused] == [{"reason": "expired"}]


async def test_the_end_ends_every_iterator(booth: Booth) -> None:
    async with asyncio.TaskGroup() as group:
        ends = [
            group.create_task(_count(it)) for it in (booth.screening.video_frames(), booth.screening.audio_blocks())
        ]
        await asyncio.sleep(0)
        booth.screening.finish()
    assert [end.result() for end in ends] == [0, 0]


async def test_a_screening_that_shall_not_decode_keeps_nothing() -> None:
    booth = Booth(settings=PlayerSettings(decode=False))
    booth.append(make_video(seconds=1, width=64, height=36), 0)
    booth.screening.finish()
    assert [frame async for frame in booth.screening.video_frames()] == []


async def _positions(frames: AsyncIterator[VideoFrame]) -> list[int]:
    return [frame.position_ms async for frame in frames]


async def _count(items: AsyncIterator[object]) -> int:
    return sum([1 async for _ in items])
