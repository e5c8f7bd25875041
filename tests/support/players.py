"""A client and a player without network or decoder: pictures and sound are synthesized, time passes when told to."""

import asyncio
import io
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction
from typing import TypeVar, cast

import av
import msgspec
import numpy as np
import numpy.typing as npt

from matinee.core.notices import (
    Ended,
    Failed,
    FirstFrameReady,
    Notice,
    PhaseChanged,
    PlaybackReport,
    PlayerState,
    TrackChoice,
)
from matinee.errors import LoginRefused, MatineeError, TitleUnknown
from matinee.media.frames import SAMPLE_RATE, AudioBlock, VideoFrame
from matinee.runtime.client import Client
from matinee.runtime.player import Player
from matinee.wire.auth import Profile
from matinee.wire.catalog import CatalogItem, Homepage, Row

DURATION_MS = 60_000
TRACKS = (
    TrackChoice(track_id="v", kind="video", language="und", label="", is_selected=True),
    TrackChoice(track_id="a-en", kind="audio", language="en", label="", is_selected=True),
    TrackChoice(track_id="a-de", kind="audio", language="de", label="", is_selected=False),
    TrackChoice(track_id="t-en", kind="text", language="en", label="", is_selected=False),
)
_BLOCK_MS = 20
Item = TypeVar("Item")


class ManualClock:
    """Time stands until `advance`."""

    def __init__(self) -> None:
        self._now_ms = 0
        self._moved = asyncio.Event()

    def now_ms(self) -> int:
        return self._now_ms

    def wall_ms(self) -> int:
        return 1_700_000_000_000 + self._now_ms

    async def wait_until(self, now_ms: int) -> None:
        while self._now_ms < now_ms:
            await self._moved.wait()

    def advance(self, by_ms: int) -> None:
        """It is that much later, and who waited for it goes on."""
        self._now_ms += by_ms
        self._moved.set()
        self._moved = asyncio.Event()


class FakePlayer:
    """A minute of moving stripes with a tone; the playhead moves by `advance`, frames and blocks come from it."""

    def __init__(self, *, title: str = "Stripes", duration_ms: int = DURATION_MS, frame_rate: int = 24) -> None:
        self.state = PlayerState(
            phase="starting",
            position_ms=0,
            duration_ms=duration_ms,
            buffer_ms=12_000,
            bitrate_kbps=2350,
            width=1280,
            height=720,
            throughput_kbps=18_400,
            appliance="isp-a",
            stalls=0,
            stall_ms=0,
            tracks=TRACKS,
        )
        self.paused = self.resumed = 0
        self.sought: list[int] = []
        self.picture_sizes: list[tuple[int | None, int | None]] = []
        self.cues: dict[range, tuple[str, ...]] = {range(2_000, 6_000): ("The stripes move", "to the right.")}
        self._title = title
        self._frame_rate = frame_rate
        self._frames = 0
        self._notices: asyncio.Queue[Notice | None] = asyncio.Queue()
        self._pictures: asyncio.Queue[VideoFrame | None] = asyncio.Queue()
        self._blocks: asyncio.Queue[AudioBlock | None] = asyncio.Queue()
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._failure: MatineeError | None = None

    def start(self, *, startup_ms: int = 180) -> None:
        """The picture moves."""
        self.change(phase="playing")
        self.tell(PhaseChanged("playing"))
        self.tell(FirstFrameReady(startup_ms))
        self._pictures.put_nowait(self._frame(self.state.position_ms))

    def advance(self, by_ms: int) -> None:
        """Plays that long: the frames and blocks of that time are delivered, the last of them ends the title."""
        if self.state.phase != "playing":
            return
        start_ms = self.state.position_ms
        end_ms = min(start_ms + by_ms, self.state.duration_ms)
        for position_ms in _due(start_ms, end_ms, Fraction(1000, self._frame_rate)):
            self._pictures.put_nowait(self._frame(position_ms))
        for position_ms in _due(start_ms, end_ms, Fraction(_BLOCK_MS)):
            self._blocks.put_nowait(_tone(position_ms))
        self.change(position_ms=end_ms)
        if end_ms == self.state.duration_ms:
            self.change(phase="ended")
            self.tell(Ended())
            self._finish()
            self._over.set_result(None)

    def tell(self, notice: Notice) -> None:
        self._notices.put_nowait(notice)

    def change(self, **state: object) -> None:
        """The state is so from now on."""
        self.state = msgspec.structs.replace(self.state, **state)

    def fail(self, error: MatineeError) -> None:
        """Playback breaks off."""
        self._failure = error
        self.change(phase="failed")
        self.tell(Failed(error.code, error.what))
        self._finish()
        self._over.set_exception(error)

    def notices(self) -> AsyncIterator[Notice]:
        return _each(self._notices)

    def video_frames(self) -> AsyncIterator[VideoFrame]:
        return _each(self._pictures)

    def audio_blocks(self) -> AsyncIterator[AudioBlock]:
        return _each(self._blocks)

    def cues_at(self, position_ms: int) -> tuple[str, ...]:
        is_text_on = any(track.kind == "text" and track.is_selected for track in self.state.tracks)
        return next((lines for span, lines in self.cues.items() if is_text_on and position_ms in span), ())

    def set_picture_size(self, width: int | None, height: int | None) -> None:
        self.picture_sizes.append((width, height))

    def pause(self) -> None:
        self.paused += 1
        self.change(phase="paused")
        self.tell(PhaseChanged("paused"))

    def resume(self) -> None:
        self.resumed += 1
        self.change(phase="playing")
        self.tell(PhaseChanged("playing"))

    def seek(self, position_ms: int) -> None:
        self.sought.append(position_ms)
        self.change(position_ms=position_ms)

    def select_track(self, track_id: str) -> None:
        kind = next(track.kind for track in self.state.tracks if track.track_id == track_id)
        self.change(tracks=_selected(self.state.tracks, kind, track_id))

    def turn_text_off(self) -> None:
        self.change(tracks=_selected(self.state.tracks, "text", ""))

    async def wait_ended(self) -> None:
        await asyncio.shield(self._over)

    def report(self) -> PlaybackReport:
        return PlaybackReport(
            title=self._title,
            ended=self.state.phase == "ended",
            played_ms=self.state.position_ms,
            startup_ms=180,
            stalls=self.state.stalls,
            stall_ms=self.state.stall_ms,
            switches=0,
            mean_bitrate_kbps=self.state.bitrate_kbps,
            frames_shown=self._frames,
            frames_dropped=0,
            failovers=(),
            bytes_by_appliance={"isp-a": 1_000_000},
            errors=() if self._failure is None else (self._failure.what,),
        )

    def _finish(self) -> None:
        self._notices.put_nowait(None)
        self._pictures.put_nowait(None)
        self._blocks.put_nowait(None)

    def _frame(self, position_ms: int) -> VideoFrame:
        self._frames += 1
        width, height = self.picture_sizes[-1] if self.picture_sizes else (160, 90)
        pixels = stripes(position_ms, width or 1280, height or 720)
        return VideoFrame(position_ms=position_ms, width=pixels.shape[1], height=pixels.shape[0], rgb=pixels.tobytes())


class FakeClient:
    """An account with the password `curtain`, and a small catalog; titles are played by one FakePlayer each."""

    def __init__(self, *, is_logged_in: bool = True, homepage: Homepage | None = None) -> None:
        self.is_logged_in = is_logged_in
        self.home = a_homepage() if homepage is None else homepage
        self.trouble: MatineeError | None = None
        """Raised by the next calls for rows, and for playing."""
        self.played: list[tuple[str, str]] = []
        self.players: list[FakePlayer] = []
        self.closed: list[str] = []
        self.pages: list[int] = []
        self.fetched: list[str] = []
        self.image = b""

    @property
    def profiles(self) -> tuple[Profile, ...]:
        names = ("Ana", "Ben") if self.is_logged_in else ()
        return tuple(Profile(profile_id=name.lower(), name=name) for name in names)

    async def login(self, email: str, password: str) -> None:
        if password != "curtain":
            raise LoginRefused(f"{email} was refused.", email=email)
        self.is_logged_in = True

    async def homepage(self, profile_id: str = "", *, page: int = 1) -> Homepage:
        if self.trouble is not None:
            raise self.trouble
        self.pages.append(page)
        return msgspec.structs.replace(self.home, page=page)

    async def title(self, title_id: str) -> CatalogItem:
        for row in self.home.rows:
            for item in row.items:
                if item.title_id == title_id:
                    return item
        raise TitleUnknown(f"There is no title {title_id!r}.", title_id=title_id)

    async def fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        return self.image

    @asynccontextmanager
    async def play(self, title_id: str, *, profile_id: str = "") -> AsyncIterator[FakePlayer]:
        if self.trouble is not None:
            raise self.trouble
        self.played.append((title_id, profile_id))
        self.players.append(FakePlayer(title=title_id))
        self.players[-1].start()
        try:
            yield self.players[-1]
        finally:
            self.closed.append(title_id)


def as_player(fake: FakePlayer) -> Player:
    """The fake where the real one is asked for: it keeps the part of the promise that a program for viewers uses."""
    return cast("Player", fake)


def as_client(fake: FakeClient) -> Client:
    """The fake where the real one is asked for."""
    return cast("Client", fake)


def a_homepage() -> Homepage:
    """Two rows: three titles of one studio, two of another."""
    first = [
        an_item("big-buck-bunny", "Big Buck Bunny", progress_ms=21_000, genres=("Animation", "Comedy")),
        an_item("sintel", "Sintel", genres=("Fantasy",)),
        an_item("tears-of-steel", "Tears of Steel", genres=("Science fiction",)),
    ]
    second = [
        an_item("harbour", "The Harbour at Night", credit="", genres=("Documentary",)),
        an_item("reel", "Test Reel"),
    ]
    return Homepage(
        rows=(Row(title="Continue watching", items=tuple(first)), Row(title="New", items=tuple(second))),
        page=1,
        pages=1,
    )


def an_item(
    title_id: str,
    name: str,
    *,
    credit: str = "© Blender Foundation, CC-BY 3.0",
    genres: tuple[str, ...] = (),
    progress_ms: int = 0,
) -> CatalogItem:
    return CatalogItem(
        title_id=title_id,
        name=name,
        duration_ms=DURATION_MS,
        description=f"{name}, in half blocks.",
        credit=credit,
        genres=genres,
        height=1080,
        poster_url=f"http://127.0.0.1/{title_id}.jpg",
        progress_ms=progress_ms,
    )


def stripes(position_ms: int, width: int, height: int) -> npt.NDArray[np.uint8]:
    """(height, width, 3): coloured stripes over a gradient, moving with time; the same on every machine."""
    down, across = np.mgrid[0:height, 0:width]
    phase = across * 2040 // width - position_ms * 510 // 2000
    green = 40 + 160 * down // height
    return np.stack((_wave(phase), green, _wave(phase + 127 + 80 * down // height)), axis=-1).astype(np.uint8)


def _wave(phase: npt.NDArray[np.int_]) -> npt.NDArray[np.int_]:
    """From 0 to 255 and back every 510."""
    wave: npt.NDArray[np.int_] = np.abs(phase % 510 - 255)
    return wave


def a_jpeg(width: int, height: int) -> bytes:
    """A poster: a still of the stripes."""
    file = io.BytesIO()
    with av.open(file, mode="w", format="image2pipe") as container:
        stream = container.add_stream("mjpeg", rate=1)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        frame = av.VideoFrame.from_ndarray(stripes(0, width, height), format="rgb24")
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return file.getvalue()


def _selected(tracks: tuple[TrackChoice, ...], kind: str, track_id: str) -> tuple[TrackChoice, ...]:
    """The same, with that one of its kind chosen, or none."""
    return tuple(
        msgspec.structs.replace(track, is_selected=track.track_id == track_id) if track.kind == kind else track
        for track in tracks
    )


async def _each(queue: asyncio.Queue[Item | None]) -> AsyncIterator[Item]:
    while (item := await queue.get()) is not None:
        yield item


def _due(start_ms: int, end_ms: int, step_ms: Fraction) -> list[int]:
    """Multiples of the step after the start, up to the end."""
    first, last = math.floor(start_ms / step_ms) + 1, math.floor(end_ms / step_ms)
    return [int(number * step_ms) for number in range(first, last + 1)]


def _tone(position_ms: int) -> AudioBlock:
    samples = SAMPLE_RATE * _BLOCK_MS // 1000
    at = np.arange(samples) + position_ms * SAMPLE_RATE // 1000
    wave = (8000 * np.sin(2 * math.pi * 440 * at / SAMPLE_RATE)).astype("<i2")
    return AudioBlock(position_ms=position_ms, pcm=np.repeat(wave, 2).tobytes())
