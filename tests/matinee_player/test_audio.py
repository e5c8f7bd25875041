"""Sound: each block when it is due, silence elsewhere, never late and never in a heap."""

from collections.abc import Generator

import pytest

from matinee.clock import SystemClock
from matinee.media.frames import SAMPLE_RATE, AudioBlock
from matinee_player.audio import FRAME_BYTES, SoundQueue, Speaker, open_speaker
from tests.support.players import ManualClock

FRAMES_PER_MS = SAMPLE_RATE // 1000


def test_blocks_that_follow_each_other_are_played_without_a_seam() -> None:
    queue = SoundQueue()
    queue.put(a_block(0, b"\x01"))
    queue.put(a_block(20, b"\x02"))
    assert ms_of(queue.take(40 * FRAMES_PER_MS, due_ms=0)) == [1] * 20 + [2] * 20


def test_a_block_is_taken_in_pieces() -> None:
    queue = SoundQueue()
    queue.put(a_block(0, b"\x01"))
    queue.put(a_block(20, b"\x02"))
    taken = [ms_of(queue.take(15 * FRAMES_PER_MS, due_ms=at_ms)) for at_ms in (0, 15)]
    assert taken == [[1] * 15, [1] * 5 + [2] * 10]


def test_before_a_block_is_due_there_is_silence() -> None:
    queue = SoundQueue()
    queue.put(a_block(100, b"\x01"))
    assert ms_of(queue.take(60 * FRAMES_PER_MS, due_ms=0)) == [0] * 60
    assert ms_of(queue.take(60 * FRAMES_PER_MS, due_ms=50)) == [0] * 50 + [1] * 10


def test_late_blocks_are_dropped_and_counted() -> None:
    queue = SoundQueue()
    for position_ms in range(0, 200, 20):
        queue.put(a_block(position_ms, bytes([1 + position_ms // 20])))
    assert ms_of(queue.take(10 * FRAMES_PER_MS, due_ms=150))[0] == 7
    assert queue.dropped == 5


def test_what_is_too_late_inside_a_block_is_skipped() -> None:
    queue = SoundQueue()
    queue.put(a_block(0, b"\x01", duration_ms=200))
    queue.put(a_block(200, b"\x02", duration_ms=200))
    assert ms_of(queue.take(100 * FRAMES_PER_MS, due_ms=150)) == [1] * 50 + [2] * 50


def test_more_than_a_second_is_not_held() -> None:
    queue = SoundQueue()
    for position_ms in range(0, 1_100, 20):
        queue.put(a_block(position_ms, b"\x01"))
    assert queue.dropped == 5


def test_after_a_jump_nothing_of_before_is_played() -> None:
    queue = SoundQueue()
    queue.put(a_block(0, b"\x01"))
    queue.clear()
    assert ms_of(queue.take(20 * FRAMES_PER_MS, due_ms=0)) == [0] * 20


async def test_the_speaker_follows_the_playhead_and_rests_with_it() -> None:
    clock, device = ManualClock(), FakeDevice()
    speaker = Speaker(clock, device=device)
    speaker.start()
    speaker.play(a_block(1_060, b"\x05", duration_ms=200))
    assert set(device.heard(20)) == {0}
    speaker.follow(1_000, is_moving=True)
    assert set(device.heard(20)) == {5}
    clock.advance(20)
    speaker.follow(1_020, is_moving=False)
    assert set(device.heard(20)) == {0}


async def test_a_muted_speaker_goes_on_in_silence() -> None:
    clock, device = ManualClock(), FakeDevice()
    speaker = Speaker(clock, device=device)
    speaker.start()
    speaker.follow(0, is_moving=True)
    speaker.is_muted = True
    speaker.play(a_block(60, b"\x05", duration_ms=200))
    assert set(device.heard(20)) == {0}
    clock.advance(20)
    speaker.is_muted = False
    assert set(device.heard(20)) == {5}


async def test_a_speaker_without_a_device_keeps_nothing_and_says_why() -> None:
    speaker = Speaker(ManualClock(), silence="no device")
    speaker.start()
    speaker.follow(0, is_moving=True)
    speaker.play(a_block(60, b"\x05"))
    assert speaker.samples(FRAMES_PER_MS) == bytes(FRAMES_PER_MS * FRAME_BYTES)
    speaker.stop()
    speaker.close()


async def test_a_stopped_speaker_forgets_and_gives_its_device_back() -> None:
    clock, device = ManualClock(), FakeDevice()
    speaker = Speaker(clock, device=device)
    speaker.start()
    speaker.play(a_block(60, b"\x05"))
    speaker.stop()
    speaker.close()
    speaker.follow(0, is_moving=True)
    assert set(speaker.samples(FRAMES_PER_MS)) == {0}
    assert device.calls == ["start", "stop", "close"]


def test_a_machine_has_a_device_or_a_reason(capfd: pytest.CaptureFixture[str]) -> None:
    speaker = open_speaker(SystemClock())
    assert speaker.silence in ("", "this machine has no sound device")
    speaker.close()
    assert capfd.readouterr().err == ""


class FakeDevice:
    """Asks for samples when the test does."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._generator: Generator[bytes, int, None]

    def start(self, callback_generator: Generator[bytes, int, None]) -> None:
        self.calls.append("start")
        self._generator = callback_generator

    def stop(self) -> None:
        self.calls.append("stop")

    def close(self) -> None:
        self.calls.append("close")

    def heard(self, span_ms: int) -> bytes:
        return self._generator.send(span_ms * FRAMES_PER_MS)


def a_block(position_ms: int, sample: bytes, *, duration_ms: int = 20) -> AudioBlock:
    return AudioBlock(position_ms=position_ms, pcm=sample * (duration_ms * FRAMES_PER_MS * FRAME_BYTES))


def ms_of(pcm: bytes) -> list[int]:
    """One byte of each millisecond."""
    return list(pcm[:: FRAMES_PER_MS * FRAME_BYTES])
