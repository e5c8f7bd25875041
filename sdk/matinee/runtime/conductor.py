"""The conductor: lets the items of a playlist have their turns, one after another, the next one opened ahead."""

import asyncio
from typing import Protocol

import msgspec

from matinee.core.notices import Failed, ItemEntered, ItemFailed, Notice, PlaylistNotice
from matinee.core.stats import PlayerStats
from matinee.errors import MatineeError
from matinee.policy.order import Repeat, next_of
from matinee.policy.preload import Preload
from matinee.policy.settings import PlayerSettings
from matinee.runtime.listeners import Listeners
from matinee.runtime.player import Player
from matinee.runtime.tasks import Tasks
from matinee.runtime.turn import Turn

LOOK_EVERY_MS = 500
"""How often it is asked whether the next item may be opened."""


class Open(Protocol):
    """Makes the player of an item: `Client.play`, or `Player.open` with what else it is to know."""

    def __call__(self, item: str, /, *, settings: PlayerSettings, paused: bool) -> Player:
        """A player of it, not yet entered."""
        ...


class Conductor:
    """The order of a list, whose turn it is, and who is next."""

    def __init__(self, items: tuple[str, ...], open_item: Open, *, settings: PlayerSettings, preload: Preload) -> None:
        self.order: tuple[int, ...] = tuple(range(len(items)))
        self.repeat: Repeat = "none"
        self.wants_play: bool = True
        """Whether an item plays as soon as its turn has come."""
        self.rate_permille: int = 1000
        """How fast each item plays."""
        self.picture_size: tuple[int | None, int | None] = (None, None)
        """Of every item's frames."""
        self.now: Turn | None = None
        """Whose turn it is, or was last."""
        self.is_over: bool = False
        self.error: MatineeError | None = None
        """Of the last item, if that could not be played."""
        self.listeners: Listeners[PlaylistNotice] = Listeners()
        self._items = items
        self._open = open_item
        self._settings = settings
        self._preload = preload
        self._next: Turn | None = None
        self._asked: int | None = None
        self._running: dict[Turn, asyncio.Task[None]] = {}
        self._past = PlayerStats()
        self._changed = asyncio.Event()

    @property
    def playing(self) -> Turn:
        """Whose turn it is, or was last; there is one as soon as the playlist is entered."""
        assert self.now is not None, "use `async with`"
        return self.now

    def go_to(self, at: int | None) -> None:
        """That item is wished for; None changes nothing."""
        if at is not None:
            self._asked = at
            self._wake()

    def stats(self) -> PlayerStats:
        """Of all turns until now."""
        now = self.now
        if now is None or now not in self._running:
            return self._past
        return PlayerStats.merge(self._past, now.player.stats())

    async def wait_changed(self) -> None:
        """Something happened that somebody may wait for."""
        await self._changed.wait()

    async def conduct(self, tasks: Tasks) -> None:
        """Until the end of the list. One failure is passed over; as many in a row as there are items end it."""
        at: int | None = self.order[0]
        failures = 0
        while at is not None and failures < len(self._items):
            turn = await self._opened(at, tasks)
            if turn.is_open and self._asked is None:
                await self._show(turn, tasks)
            self.error = turn.error
            failures = failures + 1 if turn.error else 0
            if turn.error is not None:
                failure = Failed(turn.error.code, turn.error.what, turn.error.facts)
                self.listeners.tell(ItemFailed(at, self._items[at], failure))
            at, self._asked = self._after(turn), None
            self._leave(turn)
        self.is_over = True
        self.listeners.end()
        self._wake()

    async def _opened(self, at: int, tasks: Tasks) -> Turn:
        """The turn of that item, opened; opened anew if what was opened ahead is another, or has failed."""
        turn, self._next = self._next, None
        if turn is not None and (turn.at != at or turn.is_over):
            self._leave(turn)
            turn = None
        turn = turn or self._begin(at, tasks, is_ahead=False)
        while not (turn.is_open or turn.is_over or self._asked is not None):
            await self._changed.wait()
        return turn

    async def _show(self, turn: Turn, tasks: Tasks) -> None:
        """Until it is over, or another one is wished for."""
        self.now = turn
        self.listeners.tell(ItemEntered(turn.at, self._items[turn.at]))
        self._wake()
        turn.player.set_picture_size(*self.picture_size)
        if self.rate_permille != 1000:
            turn.player.set_rate(self.rate_permille)
        if turn.is_ahead and self.wants_play:
            turn.player.resume()
        while not turn.is_over and self._asked is None:
            changed = self._changed
            self._look_ahead(turn, tasks)
            try:
                async with asyncio.timeout(LOOK_EVERY_MS / 1000):
                    await changed.wait()
            except TimeoutError:
                pass

    def _look_ahead(self, turn: Turn, tasks: Tasks) -> None:
        """Open the next item if it is time."""
        at = next_of(self.order, turn.at, repeat=self.repeat, is_asked=False)
        if self._next is not None or at is None:
            return
        state = turn.player.state
        left_ms = state.duration_ms - state.position_ms if state.duration_ms else None
        if self._preload(is_whole=state.is_whole, left_ms=left_ms, near_ms=self._settings.preload.near_ms):
            self._next = self._begin(at, tasks, is_ahead=True)

    def _begin(self, at: int, tasks: Tasks, *, is_ahead: bool) -> Turn:
        """Open it, with what is known of the link by now."""
        settings, now = self._settings, self.now
        if now is not None and (kbps := now.player.state.throughput_kbps):
            abr = msgspec.structs.replace(settings.abr, first_kbps=kbps)
            settings = msgspec.structs.replace(settings, abr=abr)
        player = self._open(self._items[at], settings=settings, paused=is_ahead or not self.wants_play)
        turn = Turn(at, player, is_ahead=is_ahead)
        self._running[turn] = tasks.start(turn.run(self._hear))
        return turn

    def _leave(self, turn: Turn) -> None:
        if turn is self.now:
            self._past = PlayerStats.merge(self._past, turn.player.stats())
        self._running.pop(turn).cancel()

    def _after(self, turn: Turn) -> int | None:
        if self._asked is not None:
            return self._asked
        return next_of(self.order, turn.at, repeat=self.repeat, is_asked=turn.error is not None)

    def _hear(self, turn: Turn, notice: Notice | None) -> None:
        if notice is None:
            self._wake()
        elif turn is self.now:
            self.listeners.tell(notice)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
