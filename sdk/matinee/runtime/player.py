"""The player: one title on asyncio, the public face of the engine. Composition; the rules are the core's."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from types import TracebackType

from matinee.clock import Clock
from matinee.core.health import ApplianceHealth
from matinee.core.messages import (
    ClockSynced,
    MediaRefused,
    PauseAsked,
    ResumeAsked,
    SeekAsked,
    SegmentCorrupt,
    Started,
    TextDeclined,
    TrackAsked,
)
from matinee.core.notices import Ended, Failed, Notice, PhaseChanged, PlaybackReport, PlayerState
from matinee.core.playback import Playback
from matinee.errors import ERRORS_BY_CODE, MatineeError, MediaCorrupt, MediaInvalid, OperatorError
from matinee.media.frames import AudioBlock, VideoFrame
from matinee.policy.settings import FailoverSettings, PlayerSettings
from matinee.runtime.driver import Driver, Witness
from matinee.runtime.http import Http, Network
from matinee.runtime.reporter import HEARTBEAT_EVERY_MS, Reporter
from matinee.runtime.screening import Screening
from matinee.runtime.source import Source, UrlSource
from matinee.runtime.tasks import Tasks

MOST_NOTICES = 1_000
"""Kept for a listener that does not listen; beyond it the oldest are dropped."""

Opening = Callable[[Network], Awaitable[tuple[Source, Reporter | None]]]
"""Makes the source when the player is entered: pressing play is part of the start-up time."""

MOST_REALMS = 256
"""Services whose appliances' health is remembered; beyond it the first known is forgotten."""

_healths: dict[tuple[str, FailoverSettings, Clock], ApplianceHealth] = {}


class Player:
    """Plays one title from `async with` to its end.

    `state`, `pause`, `resume`, `seek`, `select_track` answer at once; pictures and sound come as async iterators,
    paced by the clock of playback. Without anybody who takes frames it plays all the same, headless.
    """

    def __init__(
        self,
        opening: Opening,
        *,
        settings: PlayerSettings | None = None,
        http: Network | None = None,
        witness: Witness | None = None,
    ) -> None:
        """Use `Player.open` for a URL and `Client.play` for a title.

        `http`: the network to play over, shared and left open; by default this machine's, with connections of its own.
        `witness`: see there.
        """
        self._opening = opening
        self._settings = settings or PlayerSettings()
        self._given_http = http
        self._witness = witness
        self._stack = AsyncExitStack()
        self._listeners: list[_Listener] = []
        self._finished = asyncio.Event()
        self._failure: Failed | None = None
        self._title = ""
        self._reporter: Reporter | None = None
        self._http: Network
        self._playback: Playback
        self._driver: Driver
        self._screening: Screening

    @classmethod
    def open(
        cls,
        url: str,
        *,
        settings: PlayerSettings | None = None,
        http: Network | None = None,
        witness: Witness | None = None,
    ) -> "Player":
        """A player of anybody's DASH URL, clear or ClearKey."""

        async def opening(http: Network) -> tuple[Source, Reporter | None]:
            chosen = settings or PlayerSettings()
            return UrlSource(url, http, retry=chosen.retry), None

        return cls(opening, settings=settings, http=http, witness=witness)

    @property
    def state(self) -> PlayerState:
        """How playback stands now."""
        return self._playback.state(now_ms=self._http.clock.now_ms())

    def report(self) -> PlaybackReport:
        """What the viewer got until now."""
        return self._playback.report(
            self._title,
            frames_shown=self._screening.frames_shown,
            frames_dropped=self._screening.frames_dropped,
            now_ms=self._http.clock.now_ms(),
        )

    def pause(self) -> None:
        self._driver.receive(PauseAsked())

    def resume(self) -> None:
        self._driver.receive(ResumeAsked())

    def seek(self, position_ms: int) -> None:
        """Go there; beyond either end means that end."""
        self._driver.receive(SeekAsked(position_ms))

    def select_track(self, track_id: str) -> None:
        """Take this track in place of the one of its kind; an id that is none of `state.tracks` changes nothing."""
        self._driver.receive(TrackAsked(track_id))

    def turn_text_off(self) -> None:
        self._driver.receive(TextDeclined())

    def set_picture_size(self, width: int | None, height: int | None) -> None:
        """The size, in pixels, of the frames from now on; None for the size they were encoded in."""
        self._screening.set_picture_size((width, height) if width and height else None)

    def video_frames(self) -> AsyncIterator[VideoFrame]:
        """Each picture when it is due; those that are late are dropped and counted. Ends with the title."""
        return self._screening.video_frames()

    def audio_blocks(self) -> AsyncIterator[AudioBlock]:
        """The sound, up to `screening.AUDIO_AHEAD_MS` before it is due. Ends with the title."""
        return self._screening.audio_blocks()

    def cues_at(self, position_ms: int) -> tuple[str, ...]:
        """The subtitles of that moment, each with its line breaks; none if no text track is chosen."""
        return self._screening.cues_at(position_ms)

    async def notices(self) -> AsyncIterator[Notice]:
        """What happens from now on. Ends after Ended or Failed, or when the player is closed."""
        listener = _Listener()
        self._listeners.append(listener)
        try:
            while (notice := await listener.next()) is not None:
                yield notice
        finally:
            self._listeners.remove(listener)

    async def wait_ended(self) -> None:
        """Returns at the end of the title. Raises the typed error if playback failed."""
        await self._finished.wait()
        if self._failure is not None:
            leaf = ERRORS_BY_CODE.get(self._failure.code, OperatorError)
            raise leaf(self._failure.what)

    async def __aenter__(self) -> "Player":
        async with AsyncExitStack() as stack:
            http = self._given_http
            if http is None:
                http = await stack.enter_async_context(Http())
            self._http = http
            asked_ms = http.clock.now_ms()
            source, self._reporter = await self._opening(http)
            self._title = source.title
            health = _health_in(source.realm, self._settings.failover, http.clock)
            self._playback = Playback(self._settings, health, seed=http.draw())
            tasks = await stack.enter_async_context(Tasks())
            self._screening = Screening(self._playback, http.clock, settings=self._settings, refuse=self._refuse_media)
            stack.callback(self._screening.close)
            self._driver = Driver(self._playback, source, self._screening, http, tasks, self._announce, self._witness)
            if self._reporter is not None:
                tasks.start(self._reporter.run())
                tasks.start(self._beat(self._reporter))
            self._driver.receive(ClockSynced(http.clock.wall_ms()))
            self._driver.receive(
                Started(tuple(source.manifests), source.position_ms, asked_ms, source.steer_after_ms, source.fresh_ms)
            )
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for listener in self._listeners:
            listener.put(None)
        if self._reporter is not None:
            await self._reporter.say_goodbye(self.report(), self.state)
        await self._stack.__aexit__(kind, error, trace)

    def _announce(self, notice: Notice) -> None:
        if isinstance(notice, PhaseChanged):
            self._screening.wake()
        for listener in self._listeners:
            listener.put(notice)
        if self._reporter is not None:
            self._reporter.note(notice, self.state)
        if isinstance(notice, Failed):
            self._failure = notice
        if isinstance(notice, Ended | Failed):
            self._screening.finish()
            self._finished.set()
            for listener in self._listeners:
                listener.put(None)

    def _refuse_media(self, error: MatineeError, request_id: int) -> None:
        """Broken bytes may be whole elsewhere; a license that does not open them opens them nowhere."""
        is_broken = isinstance(error, MediaInvalid | MediaCorrupt)
        self._driver.receive(SegmentCorrupt(request_id) if is_broken else MediaRefused(error.code, error.what))

    async def _beat(self, reporter: Reporter) -> None:
        clock = self._http.clock
        while not self._finished.is_set():
            await clock.wait_until(clock.now_ms() + HEARTBEAT_EVERY_MS)
            reporter.beat(self.state)


def _health_in(realm: str, settings: FailoverSettings, clock: Clock) -> ApplianceHealth:
    """The one value that all sessions by this clock share: what fails for one is spared the others."""
    known = _healths.get((realm, settings, clock))
    if known is None:
        if len(_healths) >= MOST_REALMS:
            _healths.pop(next(iter(_healths)))
        known = _healths[realm, settings, clock] = ApplianceHealth(settings)
    return known


class _Listener:
    """A bounded queue that forgets the oldest; None is the end."""

    def __init__(self) -> None:
        self._kept: deque[Notice | None] = deque(maxlen=MOST_NOTICES)
        self._has_news = asyncio.Event()

    def put(self, notice: Notice | None) -> None:
        self._kept.append(notice)
        self._has_news.set()

    async def next(self) -> Notice | None:
        while not self._kept:
            self._has_news.clear()
            await self._has_news.wait()
        return self._kept.popleft()
