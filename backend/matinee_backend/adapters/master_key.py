"""MasterKey held in this process: read from a file that only the operator reads."""

from matinee.crypto.sealing import unseal


class HeldMasterKey:
    def __init__(self, key: bytes) -> None:
        self._key = key

    def unseal(self, sealed: str, *, context: str) -> bytes:
        return unseal(sealed, key=self._key, context=context)
