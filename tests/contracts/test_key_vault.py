"""KeyVault: content keys, sealed at rest."""

from pathlib import Path

import msgspec
import pytest

from matinee.crypto.sealing import content_key_context, generate_key, seal
from matinee.errors import ServiceUnavailable
from matinee.wire.title import SealedKey, SealedKeys
from matinee_backend.adapters.key_folder import KeyFolder
from matinee_backend.adapters.master_key import HeldMasterKey
from matinee_backend.adapters.memory import MemoryKeys
from matinee_backend.ports import KeyVault
from tests.support.control_plane import CONTENT_KEY, KEY_ID

MASTER_KEY = generate_key()


def write_keys(folder: Path, *, title_id: str, sealed_for: str) -> None:
    context = content_key_context(title_id=sealed_for, key_id=KEY_ID)
    sealed = SealedKey(key_id=KEY_ID, sealed=seal(CONTENT_KEY, key=MASTER_KEY, context=context))
    (folder / f"{title_id}.json").write_bytes(msgspec.json.encode(SealedKeys(title_id=title_id, keys=(sealed,))))


@pytest.fixture(params=["memory", "folder"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> KeyVault:
    if request.param == "memory":
        return MemoryKeys({"sintel": {KEY_ID: CONTENT_KEY}})
    write_keys(tmp_path, title_id="sintel", sealed_for="sintel")
    return KeyFolder(tmp_path, master_key=HeldMasterKey(MASTER_KEY))


async def test_a_titles_keys_come_by_id(vault: KeyVault) -> None:
    assert dict(await vault.content_keys("sintel")) == {KEY_ID: CONTENT_KEY}


async def test_a_title_without_keys_has_none(vault: KeyVault) -> None:
    assert dict(await vault.content_keys("clear")) == {}


async def test_a_key_moved_to_another_title_does_not_open(tmp_path: Path) -> None:
    write_keys(tmp_path, title_id="other", sealed_for="sintel")
    with pytest.raises(ServiceUnavailable, match="The content keys of other cannot be opened"):
        await KeyFolder(tmp_path, master_key=HeldMasterKey(MASTER_KEY)).content_keys("other")


async def test_a_garbled_key_file_is_a_store_that_is_away(tmp_path: Path) -> None:
    (tmp_path / "sintel.json").write_bytes(b"{")
    with pytest.raises(ServiceUnavailable) as refused:
        await KeyFolder(tmp_path, master_key=HeldMasterKey(MASTER_KEY)).content_keys("sintel")
    assert refused.value.retry_after_ms is not None
