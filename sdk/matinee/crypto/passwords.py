"""Password hashes: scrypt (RFC 7914), parameters and salt kept beside each hash so that they can be raised."""

from hmac import compare_digest

from Crypto.Protocol.KDF import scrypt
from Crypto.Random import get_random_bytes

from matinee.crypto.tokens import decode_base64url, encode_base64url

_COST, _BLOCK, _LANES = 1 << 15, 8, 3
"""32 MiB a try: one of the settings that OWASP's Password Storage Cheat Sheet holds equal to N=2^17, p=1."""
MAX_PASSWORD_CHARS = 256


def hash_password(password: str) -> str:
    """What may be stored: says its own parameters, tells nothing of the password."""
    salt = get_random_bytes(16)
    digest = _digest(password, salt, cost=_COST, block=_BLOCK, lanes=_LANES)
    return f"scrypt${_COST}${_BLOCK}${_LANES}${encode_base64url(salt)}${encode_base64url(digest)}"


def unknown_password_hash() -> str:
    """A hash that no password has, at no cost: checked where there is no account, so that both take equally long."""
    salt, digest = encode_base64url(get_random_bytes(16)), encode_base64url(get_random_bytes(32))
    return f"scrypt${_COST}${_BLOCK}${_LANES}${salt}${digest}"


def is_password(password: str, *, stored: str) -> bool:
    """Whether `password` is the one hashed as `stored`; takes equally long either way."""
    _, cost, block, lanes, salt, digest = stored.split("$")
    tried = _digest(password, decode_base64url(salt), cost=int(cost), block=int(block), lanes=int(lanes))
    return compare_digest(tried, decode_base64url(digest))


def _digest(password: str, salt: bytes, *, cost: int, block: int, lanes: int) -> bytes:
    # pycryptodome's scrypt takes text and encodes it as latin-1: so each byte of the UTF-8 becomes one character.
    utf8 = password.encode().decode("latin-1")
    key = scrypt(utf8, salt.decode("latin-1"), 32, N=cost, r=block, p=lanes)
    assert isinstance(key, bytes)
    return key
