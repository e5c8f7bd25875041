"""The init segments of one stream: which are here, which are under way, which are no longer needed."""

from matinee.manifest.presentation import Resource

MOST_INITS = 16
"""Kept of one period: a ladder's worth; a live playlist may name a new one at every discontinuity."""


class Inits:
    """By what is to be fetched; in the order they were asked for."""

    def __init__(self) -> None:
        self._ids: dict[Resource, int | None] = {}
        self._forgotten: list[int] = []

    def want(self, init: Resource) -> bool:
        """Whether it is to be asked for; then it is under way."""
        if init in self._ids:
            return False
        self.forget(keep=MOST_INITS - 1)
        self._ids[init] = None
        return True

    def arrived(self, init: Resource, request_id: int) -> None:
        self._ids[init] = request_id

    def request_id(self, init: Resource) -> int | None:
        """The request that brought it; None while it is under way."""
        return self._ids.get(init)

    def stop_waiting(self) -> None:
        """Those under way will not come."""
        self._ids = {init: request_id for init, request_id in self._ids.items() if request_id is not None}

    def forget(self, *, keep: int) -> None:
        """Keep only so many of those that are here, the latest."""
        here = [(init, request_id) for init, request_id in self._ids.items() if request_id is not None]
        for init, request_id in here[: max(0, len(here) - keep)]:
            del self._ids[init]
            self._forgotten.append(request_id)

    def take_forgotten(self) -> tuple[int, ...]:
        """The requests whose bytes nobody will name again; told once."""
        forgotten, self._forgotten = tuple(self._forgotten), []
        return forgotten
