"""KeyVault on the key folder: sealed files, opened by the operator's master key."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import msgspec

from matinee.crypto.sealing import content_key_context
from matinee.errors import LicenseInvalid, ServiceUnavailable
from matinee.wire.title import SealedKeys
from matinee_backend.ports import MasterKey

_RETRY_AFTER_MS = 5_000


class KeyFolder:
    def __init__(self, folder: Path, *, master_key: MasterKey) -> None:
        self._folder = folder
        self._master_key = master_key

    async def content_keys(self, title_id: str) -> Mapping[str, bytes]:
        return await asyncio.to_thread(self._open, title_id)

    def _open(self, title_id: str) -> dict[str, bytes]:
        try:
            sealed = msgspec.json.decode((self._folder / f"{title_id}.json").read_bytes(), type=SealedKeys)
            return {
                key.key_id: self._master_key.unseal(
                    key.sealed, context=content_key_context(title_id=title_id, key_id=key.key_id)
                )
                for key in sealed.keys
            }
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.DecodeError, LicenseInvalid) as error:
            what = f"The content keys of {title_id} cannot be opened."
            raise ServiceUnavailable(what, retry_after_ms=_RETRY_AFTER_MS) from error
