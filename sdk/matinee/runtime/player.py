"""The player: one title on asyncio, the public face of the engine. Composition; the rules are the core's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from types import TracebackType

import msgspec

from matinee.clock import Clock
from matinee.core.health import ApplianceHealth
from matinee.core.messages import ClockSynced, MediaRefused, SegmentCorrupt, Started, Wish
from matinee.core.notices import Ended, Failed, Notice, PhaseChanged, PlaybackReport, PlayerState
from matinee.core.playback import Playback
from matinee.core.stats import PlayerStats
from matinee.errors import DependencyMissing, MatineeError, MediaCorrupt, MediaInvalid
from matinee.media.frames import AudioBlock, VideoFrame
from matinee.media.playable import is_playable
from matinee.policy.custom import Policies
from matinee.policy.settings import FailoverSettings, PlayerSettings
from matinee.runtime.driver import Driver, Sink, Witness
from matinee.runtime.filters import FilteredNetwork, Filters
from matinee.runtime.http import Http, Network
from matinee.runtime.listeners import Listeners
from matinee.runtime.marks import Marks
from matinee.runtime.remote import Remote
from matinee.runtime.reporter import HEARTBEAT_EVERY_MS, Reporter
from matinee.runtime.screening import Screening
from matinee.runtime.source import Source, UrlSource
from matinee.runtime.tasks import Tasks
from matinee.runtime.thumbnails import Thumbnail, Thumbnails
from matinee.runtime.trial import Trial

Opening = Callable[[Network], Awaitable[tuple[Source, Reporter | None]]]
"""Makes the source when the player is entered: pressing play is part of the start-up time."""

MOST_REALMS = 256
"""Services whose appliances' health is remembered; beyond it the first known is forgotten."""

_healths: dict[tuple[str, FailoverSettings, Clock], ApplianceHealth] = {}


class Player(Remote):
    """Plays one title from `async with` to its end.

    `state`, `stats` and every wish of the `Remote` answer at once; pictures and sound come as async iterators,
    paced by the clock of playback. Without anybody who takes frames it plays all the same, headless.
    """

    def __init__(
        self,
        opening: Opening,
        *,
        settings: PlayerSettings | None = None,
        policies: Policies | None = None,
        filters: Filters | None = None,
        paused: bool = False,
        http: Network | None = None,
        witness: Witness | None = None,
    ) -> None:
        """Use `Player.open` for a URL and `Client.play` for a title.

        `policies`, `filters`, `witness`: the program's own; see there. `paused`: nobody looks yet: no more is fetched
        than a start needs, and it begins with `resume`. `http`: the network to play over, shared and left open; by
        default this machine's, with connections of its own.
        """
        self._opening = opening
        self._policies = policies
        self._filters = filters
        self._begins_paused = paused
        self._settings = settings or PlayerSettings()
        self._given_http = http
        self._witness = witness
        self._stack = AsyncExitStack()
        self._listeners = Listeners[Notice]()
        self._is_open = False
        self._finished = asyncio.Event()
        self._failure: Failed | None = None
        self._title = ""
        self._reporter: Reporter | None = None
        self._http: Network
        self._playback: Playback
        self._driver: Driver
        self._screening: Screening
        self._thumbnails: Thumbnails

    @classmethod
    def open(
        cls,
        url: str,
        *,
        keys: Mapping[str, str] | None = None,
        settings: PlayerSettings | None = None,
        policies: Policies | None = None,
        filters: Filters | None = None,
        paused: bool = False,
        http: Network | None = None,
        witness: Witness | None = None,
    ) -> "Player":
        """A player of anybody's DASH or HLS URL, clear or ClearKey; the rest as at `Player`.

        `keys`: content keys by key id, each of 32 hexadecimal digits: what they open needs no license server. Entering
        the player raises SettingsInvalid for what are none.
        """

        async def opening(http: Network) -> tuple[Source, Reporter | None]:
            chosen = settings or PlayerSettings()
            return UrlSource(url, http, retry=chosen.retry, keys=keys), None

        return cls(
            opening,
            settings=settings,
            policies=policies,
            filters=filters,
            paused=paused,
            http=http,
            witness=witness,
        )

    @property
    def state(self) -> PlayerState:
        """How playback stands now."""
        return self._playback.state(now_ms=self._http.clock.now_ms())

    def stats(self) -> PlayerStats:
        """What the viewer got until now; at any time, also after the end."""
        return msgspec.structs.replace(
            self._playback.stats(now_ms=self._http.clock.now_ms()),
            frames_shown=self._screening.frames_shown,
            frames_dropped=self._screening.frames_dropped,
        )

    def report(self) -> PlaybackReport:
        """The part of `stats` that is reported at the end."""
        return self.stats().report(self._title)

    def wish(self, wish: Wish) -> None:
        """What the viewer wants, as a message."""
        if self._is_open:
            if self._reporter is not None:
                self._reporter.ask(wish, self.state)
            self._driver.receive(wish)

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

    async def thumbnail_at(self, position_ms: int) -> Thumbnail | None:
        """The small picture of that moment, for seeking by sight; None if there is none. Errors as `Thumbnails.at`."""
        return await self._thumbnails.at(position_ms) if self._is_open else None

    def notices(self) -> AsyncIterator[Notice]:
        """What happens from the first step of the iteration on. Ends after Ended or Failed, or with the player."""
        return self._listeners.words()

    async def wait_ended(self) -> None:
        """Returns at the end of the title. Raises the typed error if playback failed."""
        await self._finished.wait()
        if self._failure is not None:
            raise self._failure.error

    async def __aenter__(self) -> "Player":
        async with AsyncExitStack() as stack:
            http = self._given_http
            if http is None:
                http = await stack.enter_async_context(Http())
            self._http = http if self._filters is None else FilteredNetwork(http, self._filters)
            asked_ms = http.clock.now_ms()
            source, self._reporter = await self._opening(self._http)
            self._begin(source, await stack.enter_async_context(Tasks()), asked_ms)
            stack.callback(self._screening.close)
            self._stack = stack.pop_all()
            self._is_open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_open = False
        self._listeners.end()
        try:
            if self._reporter is not None:
                await self._reporter.say_goodbye(self.report(), self.state)
        finally:
            # Also if that is cancelled.
            await self._stack.__aexit__(kind, error, trace)

    def _begin(self, source: Source, tasks: Tasks, asked_ms: int) -> None:
        clock = self._http.clock
        self._title = source.title
        health = _health_in(source.realm, self._settings.failover, clock)
        self._playback = Playback(
            self._settings,
            health,
            seed=self._http.draw(),
            policies=self._policies,
            is_playable=_is_playable if self._settings.decode else None,
        )
        self._screening = Screening(self._playback, clock, settings=self._settings, refuse=self._refuse_media)
        sink: Sink = self._screening
        if self._settings.decrypt and not self._settings.decode:
            sink = Trial(sink, clock, tasks, refuse=self._refuse_media)
        told = self._settings.cmcd
        marks = None if told.mode == "off" else Marks(told, lambda: self.state, seed=self._http.draw())
        self._driver = Driver(self._playback, source, sink, self._http, tasks, self._announce, self._witness, marks)
        self._thumbnails = Thumbnails(self._driver.reading, source, self._http)
        if self._reporter is not None:
            tasks.start(self._reporter.run())
            tasks.start(self._beat(self._reporter))
        self._driver.receive(ClockSynced(clock.wall_ms()))
        self._driver.receive(
            Started(
                tuple(source.manifests),
                source.position_ms,
                asked_ms,
                source.steer_after_ms,
                source.fresh_ms,
                is_ahead=self._begins_paused,
            )
        )

    def _announce(self, notice: Notice) -> None:
        if isinstance(notice, PhaseChanged):
            self._screening.wake()
        self._listeners.tell(notice)
        if self._reporter is not None:
            self._reporter.note(notice, self.state)
        if isinstance(notice, Failed):
            self._failure = notice
        if isinstance(notice, Ended | Failed):
            self._screening.finish()
            self._finished.set()
            self._listeners.end()

    def _refuse_media(self, error: MatineeError, request_id: int) -> None:
        """Broken bytes may be whole elsewhere; a license that does not open them opens them nowhere."""
        is_broken = isinstance(error, MediaInvalid | MediaCorrupt)
        refused = MediaRefused(error.code, error.what, error.facts)
        self._driver.receive(SegmentCorrupt(request_id) if is_broken else refused)

    async def _beat(self, reporter: Reporter) -> None:
        clock = self._http.clock
        while not self._finished.is_set():
            await clock.wait_until(clock.now_ms() + HEARTBEAT_EVERY_MS)
            reporter.beat(self.state)


def _is_playable(codecs: str) -> bool:
    """Without a decoder anything is: whoever takes frames is told what is missing."""
    try:
        return is_playable(codecs)
    except DependencyMissing:
        return True


def _health_in(realm: str, settings: FailoverSettings, clock: Clock) -> ApplianceHealth:
    """The one value that all sessions by this clock share: what fails for one is spared the others."""
    known = _healths.get((realm, settings, clock))
    if known is None:
        if len(_healths) >= MOST_REALMS:
            _healths.pop(next(iter(_healths)))
        known = _healths[realm, settings, clock] = ApplianceHealth(settings)
    return known
