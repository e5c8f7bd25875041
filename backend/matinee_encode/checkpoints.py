"""Finished work, kept under names that say what it is: found again by whoever needs the same, never half-written."""

import fcntl
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matinee.errors import ServiceUnavailable
from matinee.files import needing_room, sync_folder, sync_tree

DRAFT_SUFFIX = ".draft"


class Checkpoints:
    """A folder of finished units, each a folder named by its key, and of drafts that only the lock's holder has."""

    def __init__(self, folder: Path) -> None:
        """Changes nothing yet; see `locked`."""
        self._folder = folder

    @contextmanager
    def locked(self) -> Iterator[None]:
        """This process alone works here; drafts that an interrupted one left are gone.

        Raises ServiceUnavailable if another process works here. The lock ends with the process.
        """
        with needing_room(self._folder):
            # Units are the film in the clear: for the operator alone.
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (self._folder / "lock").open("w") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError as error:
                    raise ServiceUnavailable(f"Another encode is at work in {self._folder}.") from error
                self._sweep()
                try:
                    yield
                finally:
                    self._sweep()

    def find(self, key: str) -> Path | None:
        """The finished unit's folder, or None."""
        unit = self._folder / key
        return unit if unit.is_dir() else None

    def draft(self, key: str) -> Path:
        """A new, empty folder to work in; it counts for nothing until it is kept."""
        draft = self._folder / f"{key}.{secrets.token_hex(4)}{DRAFT_SUFFIX}"
        with needing_room(self._folder):
            draft.mkdir()
        return draft

    def keep(self, key: str, draft: Path) -> Path:
        """The draft, whole and on disk, is the finished unit from now on."""
        with needing_room(self._folder):
            sync_tree(draft)
            unit = self._folder / key
            draft.rename(unit)
            sync_folder(self._folder)
        return unit

    def discard(self, key: str) -> None:
        """The unit is gone, in one step."""
        unit = self.find(key)
        if unit is not None:
            aside = self._folder / f"{key}.{secrets.token_hex(4)}{DRAFT_SUFFIX}"
            unit.rename(aside)
            shutil.rmtree(aside)

    def _sweep(self) -> None:
        for draft in self._folder.glob(f"*{DRAFT_SUFFIX}"):
            shutil.rmtree(draft)
