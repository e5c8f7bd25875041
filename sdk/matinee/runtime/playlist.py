"""The playlist: titles one after another, the next one fetched ahead; to a program, one long player."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from types import TracebackType
from typing import TypeVar

from Crypto.Random.random import getrandbits

from matinee.core.messages import PauseAsked, RateAsked, ResumeAsked, Wish
from matinee.core.notices import PlayerState, PlaylistNotice
from matinee.core.stats import PlayerStats
from matinee.errors import SettingsInvalid
from matinee.media.frames import AudioBlock, VideoFrame
from matinee.policy.custom import Policies
from matinee.policy.order import Repeat, next_of, previous_of, shuffled
from matinee.policy.preload import PRELOADS
from matinee.policy.settings import PlayerSettings
from matinee.runtime.conductor import Conductor, Open
from matinee.runtime.filters import Filters
from matinee.runtime.http import Http, Network
from matinee.runtime.player import Player
from matinee.runtime.remote import Remote
from matinee.runtime.tasks import Tasks
from matinee.runtime.turn import Turn

RESTART_AFTER_MS = 3_000
"""So far into an item, `previous` means its beginning (Media3: 3 s)."""

MediaT = TypeVar("MediaT", VideoFrame, AudioBlock)


class Playlist(Remote):
    """Plays items from `async with` to the end of the last one; every wish is for the item that plays.

    What belongs to the viewer stays across items: whether it plays, the rate, the picture's size. Iterators go on from
    item to item. An item that cannot be played is told as ItemFailed and passed over.
    """

    def __init__(
        self,
        items: Sequence[str],
        *,
        open_item: Open | None = None,
        settings: PlayerSettings | None = None,
        policies: Policies | None = None,
        filters: Filters | None = None,
        http: Network | None = None,
        seed: int | None = None,
    ) -> None:
        """`items`: at least one: URLs, or with `open_item=client.play` titles. Of the rest, `policies`, `filters` and
        `http` are for URLs, as at `Player`; a client has its own. `seed`: of the shuffling; by default it is chance.

        Raises SettingsInvalid for an empty list.
        """
        if not items:
            raise SettingsInvalid("A playlist without items.")
        self.items: tuple[str, ...] = tuple(items)
        self._seed = getrandbits(64) if seed is None else seed
        self._own_http = Http() if http is None and open_item is None else None
        open_url = partial(Player.open, policies=policies, filters=filters, http=http or self._own_http)
        chosen = settings or PlayerSettings()
        preload = (policies and policies.preload) or PRELOADS[chosen.preload.policy]
        self._conductor = Conductor(self.items, open_item or open_url, settings=chosen, preload=preload)
        self._stack = AsyncExitStack()

    @property
    def at(self) -> int:
        """The place in `items` of the one that plays; after the end, of the last one that did."""
        return self._conductor.playing.at

    @property
    def player(self) -> Player:
        """Of the item that plays; after the end, of the last one that did."""
        return self._conductor.playing.player

    @property
    def state(self) -> PlayerState:
        """How that stands."""
        return self.player.state

    def stats(self) -> PlayerStats:
        """Of all items played until now, merged; what was fetched ahead counts once it is played."""
        return self._conductor.stats()

    def next(self) -> None:
        """The next item at once; after the last one of a list that is not repeated, nothing changes."""
        self._conductor.go_to(next_of(self._conductor.order, self.at, repeat=self._conductor.repeat, is_asked=True))

    def previous(self) -> None:
        """The item before; the beginning of this one, if it has played for `RESTART_AFTER_MS` or is the first."""
        before = previous_of(self._conductor.order, self.at, repeat=self._conductor.repeat)
        if before is None or self.state.position_ms > RESTART_AFTER_MS:
            self.seek(0)
        else:
            self._conductor.go_to(before)

    def go_to(self, at: int) -> None:
        """That place of `items` at once. Raises IndexError if there is none."""
        self._conductor.go_to(range(len(self.items))[at])

    def set_repeat(self, repeat: Repeat) -> None:
        """What happens at the end."""
        self._conductor.repeat = repeat

    def set_shuffle(self, is_on: bool) -> None:
        """Play the others in an order of chance from now on, or as they were given."""
        count = len(self.items)
        self._conductor.order = shuffled(count, seed=self._seed, first=self.at) if is_on else tuple(range(count))

    def wish(self, wish: Wish) -> None:
        """To the item that plays; a pause and a rate are for those after it, too."""
        if isinstance(wish, PauseAsked | ResumeAsked):
            self._conductor.wants_play = isinstance(wish, ResumeAsked)
        if isinstance(wish, RateAsked):
            self._conductor.rate_permille = wish.permille
        self.player.wish(wish)

    def set_picture_size(self, width: int | None, height: int | None) -> None:
        """As `Player.set_picture_size`, for all items."""
        self._conductor.picture_size = (width, height)
        self.player.set_picture_size(width, height)

    def video_frames(self) -> AsyncIterator[VideoFrame]:
        """As `Player.video_frames`, item after item."""
        return self._across(Player.video_frames)

    def audio_blocks(self) -> AsyncIterator[AudioBlock]:
        """As `Player.audio_blocks`, item after item."""
        return self._across(Player.audio_blocks)

    def cues_at(self, position_ms: int) -> tuple[str, ...]:
        """As `Player.cues_at`, of the item that plays."""
        return self.player.cues_at(position_ms)

    def notices(self) -> AsyncIterator[PlaylistNotice]:
        """What happens from the first step of the iteration on; each ItemEntered before what is told of that item."""
        return self._conductor.listeners.words()

    async def wait_ended(self) -> None:
        """Returns at the end of the list. Raises the typed error if that came because its last item failed, or all."""
        while not self._conductor.is_over:
            await self._conductor.wait_changed()
        if self._conductor.error is not None:
            raise self._conductor.error

    async def __aenter__(self) -> "Playlist":
        """Returns once an item plays, or waits for its first bytes. Raises the typed error if none can be opened."""
        async with AsyncExitStack() as stack:
            if self._own_http is not None:
                await stack.enter_async_context(self._own_http)
            tasks = await stack.enter_async_context(Tasks())
            tasks.start(self._conductor.conduct(tasks))
            while self._conductor.now is None:
                if self._conductor.error is not None and self._conductor.is_over:
                    raise self._conductor.error
                await self._conductor.wait_changed()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._conductor.listeners.end()
        await self._stack.__aexit__(kind, error, trace)

    async def _across(self, media_of: Callable[[Player], AsyncIterator[MediaT]]) -> AsyncIterator[MediaT]:
        seen: Turn | None = None
        while not self._conductor.is_over:
            turn = self._conductor.playing
            if turn is seen:
                await self._conductor.wait_changed()
                continue
            seen = turn
            async for media in media_of(turn.player):
                yield media
