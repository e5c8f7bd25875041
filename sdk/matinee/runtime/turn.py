"""A turn: one item of a playlist, from its opening to its being left, in a task of its own."""

from collections.abc import Callable

from matinee.core.notices import Failed, Notice
from matinee.errors import MatineeError
from matinee.runtime.player import Player


class Turn:
    """Opened ahead or when it is due; it fails alone."""

    def __init__(self, at: int, player: Player, *, is_ahead: bool) -> None:
        self.at: int = at
        """Which item of the list."""
        self.player: Player = player
        self.is_ahead: bool = is_ahead
        """Whether it was opened before it was due."""
        self.is_open: bool = False
        """Whether the player has been entered: then it can be asked for anything, also later."""
        self.is_over: bool = False
        """Whether there is nothing more to come of it."""
        self.error: MatineeError | None = None
        """Why it is over, if it should not be."""

    async def run(self, tell: Callable[["Turn", Notice | None], None]) -> None:
        """Until it is over, or cancelled. `tell` hears what is told of it; None: look at me."""
        try:
            async with self.player:
                self.is_open = True
                tell(self, None)
                async for notice in self.player.notices():
                    if isinstance(notice, Failed):
                        self.error = notice.error
                    tell(self, notice)
        except MatineeError as error:
            self.error = error
        self.is_over = True
        tell(self, None)
