"""What the terminal player asks of the SDK: a client and a player, as far as this program uses them."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from matinee.core.notices import Notice, PlaybackReport, PlayerState
from matinee.media.frames import AudioBlock, VideoFrame
from matinee.wire.auth import Profile
from matinee.wire.catalog import Homepage


class Player(Protocol):
    """One title being played; already started."""

    @property
    def state(self) -> PlayerState:
        """How playback stands now."""
        ...

    def notices(self) -> AsyncIterator[Notice]:
        """What happens, in order."""
        ...

    def video_frames(self) -> AsyncIterator[VideoFrame]:
        """Pictures, each when it is due; late ones are dropped and counted."""
        ...

    def audio_blocks(self) -> AsyncIterator[AudioBlock]:
        """Sound, at most 500 ms ahead of its position."""
        ...

    def cues_at(self, position_ms: int) -> tuple[str, ...]:
        """The subtitle lines of that moment."""
        ...

    def set_picture_size(self, width: int | None, height: int | None) -> None:
        """Pictures come in this many pixels from now on; None for the rung's own."""
        ...

    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def seek(self, position_ms: int) -> None: ...
    def select_track(self, track_id: str) -> None: ...
    def turn_text_off(self) -> None: ...

    async def wait_ended(self) -> None:
        """Returns once the last frame was due. Raises: the MatineeError that made playback impossible."""
        ...

    def report(self) -> PlaybackReport:
        """What the viewer got so far."""
        ...


class Client(Protocol):
    """An account on one service, on this device."""

    @property
    def is_logged_in(self) -> bool: ...

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """Empty until logged in."""
        ...

    async def login(self, email: str, password: str) -> object:
        """The device is registered and its tokens are kept. Raises: LoginRefused."""
        ...

    async def homepage(self, profile_id: str, *, page: int = 1) -> Homepage:
        """A page of rows."""
        ...

    async def fetch(self, url: str) -> bytes:
        """The bytes there, as of a poster."""
        ...

    def play(self, title_id: str, *, profile_id: str) -> AbstractAsyncContextManager[Player]:
        """Plays inside the context."""
        ...
