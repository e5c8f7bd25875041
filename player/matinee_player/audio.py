"""Sound: blocks played when they are due, on the machine's device when it has one.

The device asks for samples from its own thread; `SoundQueue` is what lies between, and the one thing both touch.
"""

import os
import threading
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple, Protocol

from matinee.clock import Clock
from matinee.media.frames import SAMPLE_RATE, AudioBlock

FRAME_BYTES = 4
"""16 bits, two channels."""
_TOLERANCE_MS = 40
"""Nearer to its due time than this, sound goes on without a seam: EBU R37 allows 40 ms of sound before picture."""
_QUEUE_MAX_MS = 1_000
_DEVICE_BUFFER_MS = 60


class SoundQueue:
    """Blocks in order of their position, at most a second of them; the rest is dropped and counted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks: deque[AudioBlock] = deque()
        self._held_ms = 0
        self._offset_bytes = 0
        self.dropped = 0
        """Blocks that came too late, or while the queue was full."""

    def put(self, block: AudioBlock) -> None:
        """`block` is held until it is due, unless there is no room."""
        with self._lock:
            if self._held_ms + block.duration_ms > _QUEUE_MAX_MS:
                self.dropped += 1
                return
            self._blocks.append(block)
            self._held_ms += block.duration_ms

    def clear(self) -> None:
        """Nothing is held: the playhead jumped."""
        with self._lock:
            self._blocks.clear()
            self._held_ms = self._offset_bytes = 0

    def take(self, frames: int, *, due_ms: int) -> bytes:
        """Exactly `frames` frames for that position: the sound due then, silence where there is none."""
        wanted_bytes = frames * FRAME_BYTES
        taken = bytearray()
        with self._lock:
            self._drop_late(due_ms)
            while len(taken) < wanted_bytes and self._blocks:
                ahead_ms = self._next_ms() - due_ms - len(taken) * 1000 // (FRAME_BYTES * SAMPLE_RATE)
                if ahead_ms > _TOLERANCE_MS:
                    gap_bytes = ahead_ms * SAMPLE_RATE // 1000 * FRAME_BYTES
                    taken += bytes(min(gap_bytes, wanted_bytes - len(taken)))
                else:
                    taken += self._cut(wanted_bytes - len(taken))
        return bytes(taken.ljust(wanted_bytes, b"\0"))

    def _next_ms(self) -> int:
        return self._blocks[0].position_ms + self._offset_bytes * 1000 // (FRAME_BYTES * SAMPLE_RATE)

    def _drop_late(self, due_ms: int) -> None:
        while self._blocks and self._blocks[0].position_ms + self._blocks[0].duration_ms + _TOLERANCE_MS <= due_ms:
            self._pop()
            self.dropped += 1
        late_ms = due_ms - self._next_ms() if self._blocks else 0
        if late_ms > _TOLERANCE_MS:
            self._offset_bytes += late_ms * SAMPLE_RATE // 1000 * FRAME_BYTES
            if self._offset_bytes >= len(self._blocks[0].pcm):
                self._pop()

    def _cut(self, at_most_bytes: int) -> bytes:
        pcm = self._blocks[0].pcm[self._offset_bytes : self._offset_bytes + at_most_bytes]
        self._offset_bytes += len(pcm)
        if self._offset_bytes >= len(self._blocks[0].pcm):
            self._pop()
        return pcm

    def _pop(self) -> None:
        self._held_ms -= self._blocks.popleft().duration_ms
        self._offset_bytes = 0


class Device(Protocol):
    """What plays samples: a `miniaudio.PlaybackDevice`."""

    def start(self, callback_generator: Generator[bytes, int, None]) -> None: ...
    def stop(self) -> None: ...
    def close(self) -> None: ...


class _Anchor(NamedTuple):
    position_ms: int
    now_ms: int
    is_moving: bool


class Speaker:
    """Plays the blocks it is given in step with the position it is told; does nothing without a device."""

    def __init__(self, clock: Clock, *, device: Device | None = None, silence: str = "") -> None:
        self._clock = clock
        self._device = device
        self._queue = SoundQueue()
        self._anchor = _Anchor(0, clock.now_ms(), is_moving=False)
        self.silence = silence
        """Why there is no sound; empty if there is a device."""
        self.is_muted = False

    def start(self) -> None:
        """The device runs; silent until blocks come."""
        self._queue.clear()
        if self._device is not None:
            samples = self._samples()
            next(samples)
            self._device.start(samples)

    def stop(self) -> None:
        """The device rests; what it had not played is forgotten."""
        if self._device is not None:
            self._device.stop()
        self._queue.clear()

    def close(self) -> None:
        """The device is given back."""
        if self._device is not None:
            self._device.close()

    def follow(self, position_ms: int, *, is_moving: bool) -> None:
        """From this moment the playhead is there, and moves or rests."""
        self._anchor = _Anchor(position_ms, self._clock.now_ms(), is_moving)

    def play(self, block: AudioBlock) -> None:
        """`block` is heard when the playhead comes by."""
        if self._device is not None:
            self._queue.put(block)

    def forget(self) -> None:
        """The playhead jumped: sound from before is not played."""
        self._queue.clear()

    def samples(self, frames: int) -> bytes:
        """What the device is to play next."""
        anchor = self._anchor
        if not anchor.is_moving:
            return bytes(frames * FRAME_BYTES)
        due_ms = anchor.position_ms + self._clock.now_ms() - anchor.now_ms + _DEVICE_BUFFER_MS
        pcm = self._queue.take(frames, due_ms=due_ms)
        return bytes(len(pcm)) if self.is_muted else pcm

    def _samples(self) -> Generator[bytes, int, None]:
        frames = yield b""
        while True:
            frames = yield self.samples(frames)


def open_speaker(clock: Clock) -> Speaker:
    """A speaker on the machine's own device; one that is silent, and says why, if there is none."""
    try:
        import miniaudio  # type: ignore[import-untyped]
    except ImportError:
        return Speaker(clock, silence="miniaudio is not installed")
    backends = [backend for backend in miniaudio.Backend if backend is not miniaudio.Backend.NULL]
    try:
        with _quiet_stderr():
            device = miniaudio.PlaybackDevice(
                output_format=miniaudio.SampleFormat.SIGNED16,
                nchannels=2,
                sample_rate=SAMPLE_RATE,
                buffersize_msec=_DEVICE_BUFFER_MS,
                backends=backends,
                app_name="Matinee",
            )
    except miniaudio.MiniaudioError:
        return Speaker(clock, silence="this machine has no sound device")
    return Speaker(clock, device=device)


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """File descriptor 2 leads nowhere: ALSA writes its search for a card there, into the middle of a screen."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        with suppress(OSError):
            os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)
