"""Sealed secrets: AES-256-GCM (NIST SP 800-38D) under a key that somebody else keeps."""

from Crypto.Cipher import AES
from Crypto.Random import get_random_bytes

from matinee.crypto.tokens import decode_base64url, encode_base64url
from matinee.errors import LicenseInvalid, TokenInvalid

KEY_BYTES = 32
_NONCE_BYTES, _TAG_BYTES = 12, 16


def generate_key() -> bytes:
    """A fresh sealing key, 32 random bytes."""
    return get_random_bytes(KEY_BYTES)


def seal(secret: bytes, *, key: bytes, context: str) -> str:
    """`secret` as text that only `key` opens, and only for the same `context`."""
    nonce = get_random_bytes(_NONCE_BYTES)
    cipher = AES.new(key, AES.MODE_GCM, nonce=nonce, mac_len=_TAG_BYTES)
    cipher.update(context.encode())
    ciphertext, tag = cipher.encrypt_and_digest(secret)
    return encode_base64url(nonce + ciphertext + tag)


def unseal(sealed: str, *, key: bytes, context: str) -> bytes:
    """The secret. Raises LicenseInvalid if the key or the context is another, or a byte was changed."""
    try:
        raw = decode_base64url(sealed)
        cipher = AES.new(key, AES.MODE_GCM, nonce=raw[:_NONCE_BYTES], mac_len=_TAG_BYTES)
        cipher.update(context.encode())
        return cipher.decrypt_and_verify(raw[_NONCE_BYTES:-_TAG_BYTES], raw[-_TAG_BYTES:])
    except (ValueError, TokenInvalid) as error:
        raise LicenseInvalid(f"The sealed secret for {context} does not open with this key.") from error


def content_key_context(*, title_id: str, key_id: str) -> str:
    """The context under which content keys are sealed at rest: a key cannot pass for that of another title."""
    return f"content-key:{title_id}:{key_id}"
