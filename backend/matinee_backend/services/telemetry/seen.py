"""The events that were told of late: a bounded memory by which an event that is told again counts once."""


class Seen:
    """Remembers each event for at least `within_ms`, unless more than `most` come within that time.

    Two halves: when the newer one is full or old enough, the older one is forgotten whole.
    """

    def __init__(self, *, most: int, within_ms: int) -> None:
        self._most = most
        self._within_ms = within_ms
        self._new: set[int] = set()
        self._old: set[int] = set()
        self._began_ms = 0

    def __len__(self) -> int:
        return len(self._new) + len(self._old)

    def notes(self, account_id: str, event_id: str, *, wall_ms: int) -> bool:
        """Whether the event is new; it is remembered from now on. Ids are the account's own: none can use up others'.

        What is remembered is the pair's hash, of 64 bits, by a key that nobody outside knows: it takes a third of the
        room, and takes two events for one once in tens of millions of full memories.
        """
        key = hash((account_id, event_id))
        if key in self._new or key in self._old:
            return False
        if len(self._new) >= self._most or wall_ms - self._began_ms >= self._within_ms:
            self._old, self._new, self._began_ms = self._new, set(), wall_ms
        self._new.add(key)
        return True

    def forgets(self, account_id: str, event_id: str) -> None:
        """The event was not kept after all: told again, it is new."""
        key = hash((account_id, event_id))
        self._new.discard(key)
        self._old.discard(key)
