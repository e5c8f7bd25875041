"""The screening: what was appended becomes pictures, sound and subtitles, each when it is due.

Decryption and decoding run in worker threads, a frame at a time and only when somebody takes frames; what
nobody takes is thrown away behind the playhead.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from matinee.clock import Clock
from matinee.core.messages import Append
from matinee.core.playback import Playback
from matinee.errors import FormatUnsupported, MatineeError
from matinee.manifest.presentation import TrackKind
from matinee.media.cenc import decryptor_of
from matinee.media.decode import AudioDecoder, VideoDecoder
from matinee.media.ffmpeg import load_av
from matinee.media.frames import AudioBlock, VideoFrame
from matinee.media.header import read_header
from matinee.media.placing import Placement, Runs
from matinee.policy.settings import PlayerSettings
from matinee.runtime.captions import Captions
from matinee.runtime.source import ContentKeys

AUDIO_AHEAD_MS = 500
"""Sound is handed over this long before it is due: devices have buffers."""
LATE_MS = 80
"""A picture later than this is not worth drawing: two frames at 24 per second."""
WARM_UP_MS = 400
"""The first pictures after a start or a seek wait for the decoder: so late, and for so long, they are drawn all the
same, quickly one after the other, rather than left out."""
FROZEN_MS = 500
"""However slow the machine, a picture is drawn so often: a slide show says more than a still."""
KEPT_MS = 1_000
"""Segments that ended so long before the playhead are thrown away unseen."""

MediaT = TypeVar("MediaT", VideoFrame, AudioBlock)
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A segment on its way to the decoder."""

    request_id: int
    init: bytes
    """Empty for formats without one."""
    body: bytes
    key: bytes | None
    """What opens it; None: the license does, or it is clear."""
    end_ms: int
    is_last: bool
    is_shared: bool
    """Whether pictures and sound are both looked for in it."""
    placement: Placement


class _Feed:
    """The segments of one kind, in playing order; `round` rises whenever they are void."""

    def __init__(self) -> None:
        self.pieces: deque[_Piece] = deque()
        self.round = 0
        self.is_barren = False
        """Whether segments that might have had something of the kind had nothing that is read here."""

    def clear(self) -> None:
        self.pieces.clear()
        self.round += 1
        self.is_barren = False


class Screening:
    """The decoding end of one session."""

    def __init__(
        self, playback: Playback, clock: Clock, *, settings: PlayerSettings, refuse: Callable[[MatineeError, int], None]
    ) -> None:
        """`refuse` is told what does not decode, and the request that brought it: the core knows what to do."""
        self.frames_shown: int = 0
        self.frames_dropped: int = 0
        self._playback = playback
        self._clock = clock
        self._decodes = settings.decode
        self._refuse = refuse
        self._keys: ContentKeys | None = None
        self._feeds = {"video": _Feed(), "audio": _Feed()}
        self._entry_ms = 0
        self._shown_at_ms = 0
        self._is_finished = self._is_closed = False
        self._changed = asyncio.Event()
        runs = Runs()
        self._captions = Captions(runs)
        self._video = VideoDecoder(runs=runs)
        self._audio = AudioDecoder(runs=runs)
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="matinee-decode")
        if self._decodes:
            # FFmpeg takes a tenth of a second to load, once in a process: while the manifest is on its way.
            self._threads.submit(load_av)

    def set_picture_size(self, size: tuple[int, int] | None) -> None:
        """Width and height in pixels of the frames from now on; None for the encoded size."""
        self._video.size = size

    # What the driver brings.

    def unlock(self, keys: ContentKeys) -> None:
        """What opens the title besides the keys before, and until when."""
        before = self._keys.by_id if self._keys else {}
        self._keys = ContentKeys(before | keys.by_id, end_wall_ms=keys.end_wall_ms)

    def append(self, append: Append, *, init: bytes | None, body: bytes, key: bytes | None) -> None:
        """The next segment of its kind; `key` opens its samples, if it is not the license that does."""
        of = append.target.of
        if not self._decodes and of.kind != "text":
            return
        placement = Placement(
            start_ms=append.start_ms,
            run=append.run,
            shift_ms=append.target.segment.shift_ms,
            from_ms=append.from_ms,
            until_ms=append.until_ms,
        )
        behind_ms = self._position_ms() - KEPT_MS
        if of.kind == "text":
            self._captions.forget(until_ms=behind_ms)
            self._captions.append(body, init=init or b"", at=placement, end_ms=append.end_ms)
        if not self._decodes:
            return
        piece = _Piece(
            append.request_id, init or b"", body, key, append.end_ms, append.is_last, of.carries_sound, placement
        )
        for kind in (of.kind, "audio") if of.carries_sound else (of.kind,):
            if feed := self._feeds.get(kind):
                while feed.pieces and feed.pieces[0].end_ms < behind_ms:
                    feed.pieces.popleft()
                feed.pieces.append(piece)
        self.wake()

    def discard(self, kind: TrackKind) -> None:
        """What was appended of that kind is void."""
        if feed := self._feeds.get(kind):
            feed.clear()
        if kind == "text":
            self._captions.clear()
        self.wake()

    def enter(self, position_ms: int) -> None:
        """The viewer begins, or goes on, there: what lies before is not shown and not missed."""
        self._entry_ms = position_ms

    def wake(self) -> None:
        """Something changed that somebody may be waiting for."""
        self._changed.set()
        self._changed = asyncio.Event()

    def finish(self) -> None:
        """Nothing more will come."""
        self._is_finished = True
        self.wake()

    def close(self) -> None:
        self._is_closed = True
        self.finish()
        self._threads.shutdown(wait=False, cancel_futures=True)

    # What the viewer takes.

    async def video_frames(self) -> AsyncIterator[VideoFrame]:
        """Each picture when it is due."""
        decoder = self._video

        def decode(piece: _Piece | None) -> Iterator[VideoFrame]:
            if piece is not None:
                body = self._decrypted(piece, "vide")
                yield from decoder.frames(body, init=piece.init, at=piece.placement, wanted=self._is_wanted)
            if piece is None or piece.is_last:
                yield from decoder.drain(wanted=self._is_wanted)

        async for frame in self._due(self._feeds["video"], decode, decoder.reset, ahead_ms=0):
            self.frames_shown += 1
            self._shown_at_ms = self._clock.now_ms()
            yield frame

    async def audio_blocks(self) -> AsyncIterator[AudioBlock]:
        """Each block of sound a little before it is due."""
        decoder = self._audio

        def decode(piece: _Piece | None) -> Iterator[AudioBlock]:
            if piece is not None:
                body = self._decrypted(piece, "soun")
                for block in decoder.blocks(body, init=piece.init, at=piece.placement):
                    if block.position_ms + block.duration_ms > self._entry_ms:
                        yield block
            if piece is None or piece.is_last:
                yield from decoder.drain()

        async for block in self._due(self._feeds["audio"], decode, decoder.reset, ahead_ms=AUDIO_AHEAD_MS):
            yield block

    def cues_at(self, position_ms: int) -> tuple[str, ...]:
        """The subtitles of that moment."""
        return self._captions.at(position_ms)

    async def _due(
        self,
        feed: _Feed,
        decode: Callable[[_Piece | None], Iterator[MediaT]],
        reset: Callable[[], None],
        *,
        ahead_ms: int,
    ) -> AsyncIterator[MediaT]:
        """What `decode` makes of the feed, and of its end (None), each when the playhead is `ahead_ms` before it."""
        current, is_over = feed.round, False
        while not is_over:
            piece = await self._next_piece(feed)
            is_over = piece is None
            if self._is_closed:
                return
            if feed.round != current:
                current = feed.round
                await self._threaded(reset)
            media = decode(piece)
            while not self._is_closed:
                try:
                    item = await self._threaded(partial(_next_of, media))
                except MatineeError as error:
                    if piece is None or self._can_do_without(error, piece, feed):
                        break
                    self._refuse(error, piece.request_id)
                    if feed.round == current:
                        return  # Nobody took it back: there is nothing more to come.
                    break
                if item is None or not await self._is_due(item.position_ms - ahead_ms, feed, current):
                    break
                yield item

    async def _threaded(self, work: Callable[[], ResultT]) -> ResultT | None:
        """What `work` returns, from a worker thread; None if this is closed before its turn comes."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not self._is_closed or (task is not None and task.cancelling()):
                raise
            return None

    async def _next_piece(self, feed: _Feed) -> _Piece | None:
        """The next segment once it can be decrypted; None at the end."""
        while not (feed.pieces and self._playback.can_decrypt):
            if self._is_finished:
                return None
            await self._changed.wait()
        return feed.pieces.popleft()

    async def _is_due(self, position_ms: int, feed: _Feed, current: int) -> bool:
        """Waits until the playhead is there; False if the feed became void, or that will not be."""
        playhead = self._playback.playhead
        while feed.round == current and not self._is_closed:
            ahead_ms = position_ms - self._position_ms()
            if ahead_ms <= 0:
                return True
            if self._is_finished:
                return False
            changed = self._changed
            try:
                async with asyncio.timeout(playhead.lasts_ms(ahead_ms) / 1000 if playhead.is_moving else None):
                    await changed.wait()
            except TimeoutError:
                pass
        return False

    def _can_do_without(self, error: MatineeError, piece: _Piece, feed: _Feed) -> bool:
        """Whether there is nothing of its kind in segments that have something of the other."""
        feed.is_barren = piece.is_shared and isinstance(error, FormatUnsupported)
        return feed.is_barren and not all(it.is_barren for it in self._feeds.values())

    # In a worker thread.

    def _decrypted(self, piece: _Piece, handler: str) -> bytes:
        if not piece.init or (piece.key is None and self._keys is None):
            return piece.body
        if piece.key is None and self._keys is not None:
            self._keys.check(wall_ms=self._clock.wall_ms())
        keys = self._keys.by_id if self._keys else {}
        return decryptor_of(read_header(piece.init, kind=handler), keys, key=piece.key).decrypt(piece.body)

    def _is_wanted(self, position_ms: int) -> bool:
        """Whether a picture of that position is still worth converting."""
        if position_ms + LATE_MS // 2 < self._entry_ms:
            return False
        late_ms = WARM_UP_MS if position_ms < self._entry_ms + WARM_UP_MS else LATE_MS
        if position_ms + late_ms >= self._position_ms() or self._clock.now_ms() - self._shown_at_ms > FROZEN_MS:
            return True
        self.frames_dropped += 1
        return False

    def _position_ms(self) -> int:
        return self._playback.playhead.position_ms(now_ms=self._clock.now_ms())


def _next_of(media: Iterator[MediaT]) -> MediaT | None:
    return next(media, None)
