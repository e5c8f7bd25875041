"""The keyring: which content keys a session needs, and whether they are here."""

from collections.abc import Iterable

from matinee.core.messages import FetchKeys


class Keyring:
    """Keys are asked for once; a manifest that is read anew, or an index, may name more."""

    def __init__(self) -> None:
        self.is_complete: bool = False
        """Whether what was fetched can be decrypted; not before a manifest says what it needs."""
        self._asked: set[str] = set()
        self._awaited = 0

    def need(self, key_ids: Iterable[str]) -> list[FetchKeys]:
        """What is to be asked for, if anything is."""
        new = tuple(key_id for key_id in key_ids if key_id not in self._asked)
        self._asked.update(new)
        self._awaited += bool(new)
        self.is_complete = not self._awaited
        return [FetchKeys(new)] if new else []

    def arrived(self) -> None:
        """What one question asked for is here."""
        self._awaited -= 1
        self.is_complete = not self._awaited
