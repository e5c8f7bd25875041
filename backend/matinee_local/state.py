"""The state directory of a system: where everything lies, in one value."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from matinee.errors import AlreadyRunning, SettingsInvalid

LOG_MAX_BYTES = 4 << 20
"""A log that is longer when its process starts is set aside as `<name>.log.1`, in place of the one before it."""


@dataclass(frozen=True)
class StateDir:
    """Every path that more than one program must agree on."""

    root: Path

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def trust(self) -> Path:
        return self.root / "trust.json"

    @property
    def media(self) -> Path:
        return self.root / "media"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def cache(self) -> Path:
        """What can be had again: the demo's clip and the tools that fetched it."""
        return self.root / "cache"

    @property
    def record(self) -> Path:
        """Who runs: written by the supervisor, read by `status` and `down`."""
        return self.run / "system.record"

    def shelf(self, appliance: str) -> Path:
        return self.root / "appliances" / appliance

    def ready_file(self, name: str) -> Path:
        return self.run / f"{name}.json"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def token(self, appliance: str, purpose: str) -> Path:
        """`purpose` is `media` or `control`."""
        return self.secrets / "tokens" / f"{appliance}.{purpose}"

    def prepare(self) -> None:
        """The folders exist and can be written. Raises SettingsInvalid if not."""
        try:
            for folder in (self.root, self.media, self.run, self.logs, self.cache):
                folder.mkdir(parents=True, exist_ok=True)
            probe = self.run / ".writable"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise SettingsInvalid(
                f"The state directory {self.root} cannot be written: {error.strerror}.", state=str(self.root)
            ) from error

    @contextmanager
    def held(self, purpose: str) -> Iterator[None]:
        """Nobody else holds this directory for `purpose` meanwhile, whatever kills whom: the kernel lets go.

        Raises AlreadyRunning if somebody does.
        """
        with open(self.run / f"{purpose}.lock", "a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise AlreadyRunning(
                    f"Another `matinee {purpose}` runs in {self.root}.", state=str(self.root), purpose=purpose
                ) from error
            yield

    def is_held(self, purpose: str) -> bool:
        """Whether somebody holds it for `purpose` right now."""
        try:
            with self.held(purpose):
                return False
        except FileNotFoundError:
            return False
        except AlreadyRunning:
            return True


def open_log(log: Path, *, max_bytes: int = LOG_MAX_BYTES) -> BinaryIO:
    """`log`, at most `max_bytes` long, to be appended to; one that was longer is set aside once."""
    if log.exists() and log.stat().st_size > max_bytes:
        log.replace(log.with_name(log.name + ".1"))
    return open(log, "ab")


def last_line(log: Path, *, since_bytes: int = 0) -> str:
    """The last line that is not empty, of what was written after `since_bytes`; "" if there is none."""
    with open(log, "rb") as file:
        file.seek(max(since_bytes, log.stat().st_size - 4096))
        lines = file.read().decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
