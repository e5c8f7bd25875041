"""Content keys at rest: fresh ones, sealed under the operator's master key, in a folder of their own."""

import os
import secrets
from pathlib import Path

import msgspec

from matinee.crypto.sealing import KEY_BYTES, content_key_context, generate_key, seal
from matinee.errors import SettingsInvalid
from matinee.files import needing_room, write_whole
from matinee.wire.title import SealedKey, SealedKeys

CONTENT_KEY_BYTES = 16


class ContentKey(msgspec.Struct, frozen=True, kw_only=True):
    """A title's key. Never printed, never written in the clear."""

    key_id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"ContentKey(key_id={self.key_id!r})"


def fresh_content_key() -> ContentKey:
    return ContentKey(key_id=secrets.token_hex(CONTENT_KEY_BYTES), secret=secrets.token_bytes(CONTENT_KEY_BYTES))


def master_key(state: Path) -> bytes:
    """The operator's master key, made if there is none. Raises SettingsInvalid if the file is not a key."""
    folder = state / "secrets"
    path = folder / "master.key"
    if not path.exists():
        with needing_room(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _create_once(path, generate_key())
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise SettingsInvalid(f"{path} is not a master key: it holds {len(key)} bytes, not {KEY_BYTES}.")
    return key


def sealed(key: ContentKey, *, title_id: str, master: bytes) -> SealedKeys:
    context = content_key_context(title_id=title_id, key_id=key.key_id)
    entry = SealedKey(key_id=key.key_id, sealed=seal(key.secret, key=master, context=context))
    return SealedKeys(title_id=title_id, keys=(entry,))


def keep_sealed(state: Path, keys: SealedKeys) -> None:
    """The license service finds the title's keys; those of an earlier making stay until `forget_others`."""
    path = _path(state, keys.title_id)
    earlier = _kept(path)
    known = {entry.key_id for entry in keys.keys}
    both = keys.keys + tuple(entry for entry in earlier if entry.key_id not in known)
    _write(path, SealedKeys(title_id=keys.title_id, keys=both))


def forget_others(state: Path, keys: SealedKeys) -> None:
    """Only these keys remain of the title's."""
    path = _path(state, keys.title_id)
    if _kept(path) != keys.keys:
        _write(path, keys)


def _path(state: Path, title_id: str) -> Path:
    return state / "keys" / f"{title_id}.json"


def _kept(path: Path) -> tuple[SealedKey, ...]:
    return msgspec.json.decode(path.read_bytes(), type=SealedKeys).keys if path.exists() else ()


def _write(path: Path, keys: SealedKeys) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, msgspec.json.encode(keys), mode=0o600)


def _create_once(path: Path, data: bytes) -> None:
    """`path` holds `data`, unless somebody else was first; never a part of it."""
    draft = path.with_suffix(f".{secrets.token_hex(4)}")
    write_whole(draft, data, mode=0o600)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
