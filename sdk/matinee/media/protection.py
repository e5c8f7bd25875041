"""How samples are protected (ISO/IEC 23001-7): what `tenc` says of a whole track, and `seig` of groups of samples."""

import msgspec

from matinee.errors import MediaInvalid
from matinee.media.boxes import Box, fields, need, version_and_flags

MAX_GROUPS = 1_024
"""Of samples, in one box; more are refused."""

# How far into `sgpd` its entries begin, by version; all others are deprecated.
_ENTRY_AT = {1: 16, 2: 20}
_IV_BYTES = (8, 16)


class Protection(msgspec.Struct, frozen=True, kw_only=True):
    """How samples are encrypted."""

    scheme: str
    """`cenc`, `cbcs`, ..."""
    key_id: str
    """32 lower-case hexadecimal digits."""
    iv_bytes: int
    """Of each sample's own initialization vector: 8 or 16; 0 if all share `constant_iv`."""
    constant_iv: bytes
    crypt_blocks: int
    """With `skip_blocks`, the pattern of encrypted and clear blocks; none if either is 0."""
    skip_blocks: int

    @property
    def has_pattern(self) -> bool:
        return bool(self.crypt_blocks and self.skip_blocks)


def read_protection(init: bytes, sinf: Box) -> Protection | None:
    """What `schm` and `tenc` (8.2) say of all samples; None if they are clear. Raises MediaInvalid."""
    [scheme] = fields(init, need(init, sinf, "schm"), "4s", at=4)
    tenc = need(init, sinf, "schi", "tenc")
    version, _ = version_and_flags(init, tenc)
    return _entry(init, tenc, at=4, scheme=scheme.decode("latin-1"), has_pattern=version > 0)


def read_groups(data: bytes, sgpd: Box, *, scheme: str) -> tuple[Protection | None, ...]:
    """The groups that a `sgpd` of the type `seig` describes (6); None for one that is clear. Raises MediaInvalid."""
    version, _ = version_and_flags(data, sgpd)
    if version not in _ENTRY_AT:
        raise MediaInvalid(f"Groups of samples in version {version} of their box.", box="sgpd", offset=sgpd.start)
    [size] = fields(data, sgpd, "I", at=8)
    at = _ENTRY_AT[version]
    groups: list[Protection | None] = []
    [count] = fields(data, sgpd, "I", at=at - 4)
    if count > MAX_GROUPS:
        raise MediaInvalid(f"{count} groups of samples; {MAX_GROUPS} are the most.", box="sgpd", offset=sgpd.start)
    for _ in range(count):
        entry_bytes = size
        if not size:
            [entry_bytes] = fields(data, sgpd, "I", at=at)
            at += 4
        groups.append(_entry(data, sgpd, at=at, scheme=scheme, has_pattern=True))
        at += entry_bytes
    return tuple(groups)


def _entry(data: bytes, box: Box, *, at: int, scheme: str, has_pattern: bool) -> Protection | None:
    """What `tenc` and an entry of `seig` have in common, from the byte before the pattern on."""
    _, pattern, is_protected, iv_bytes, key_id = fields(data, box, "BBBB16s", at=at)
    if not is_protected:
        return None
    constant_iv = b""
    if iv_bytes == 0:
        [constant_bytes] = fields(data, box, "B", at=at + 20)
        [constant_iv] = fields(data, box, f"{constant_bytes}s", at=at + 21)
    if (iv_bytes or len(constant_iv)) not in _IV_BYTES:
        raise MediaInvalid("An initialization vector has 8 or 16 bytes.", box=box.kind, offset=box.start)
    return Protection(
        scheme=scheme,
        key_id=key_id.hex(),
        iv_bytes=iv_bytes,
        constant_iv=constant_iv,
        crypt_blocks=pattern >> 4 if has_pattern else 0,
        skip_blocks=pattern & 15 if has_pattern else 0,
    )
