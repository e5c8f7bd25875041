"""Wrapping a key to a device: one-time X25519 agreement (RFC 7748), HKDF-SHA256 (RFC 5869), AES-256-GCM.

The construction is that of ECIES: the sender's one-time public key travels in front of the sealed secret.
"""

from Crypto.Hash import SHA256
from Crypto.Protocol.DH import import_x25519_private_key, import_x25519_public_key, key_agreement
from Crypto.Protocol.KDF import HKDF
from Crypto.PublicKey import ECC
from Crypto.PublicKey.ECC import EccKey

from matinee.crypto.sealing import KEY_BYTES, seal, unseal
from matinee.crypto.tokens import SigningKey, decode_base64url, encode_base64url
from matinee.errors import LicenseInvalid, RequestInvalid, TokenInvalid

_PUBLIC_BYTES = 32


class AgreementKey:
    """A device's X25519 private key: made once, kept by the device."""

    def __init__(self, seed: bytes) -> None:
        """`seed`: the 32 secret bytes."""
        self._key = import_x25519_private_key(seed)

    @classmethod
    def generate(cls) -> "AgreementKey":
        return cls(ECC.generate(curve="Curve25519").seed)

    @property
    def seed(self) -> bytes:
        return bytes(self._key.seed)

    @property
    def public(self) -> str:
        """The public key in base64url, as it is registered."""
        return encode_base64url(self._key.public_key().export_key(format="raw"))

    @property
    def signing_key(self) -> SigningKey:
        """The device's Ed25519 key, derived from the same secret: there is one to keep."""
        seed = HKDF(self.seed, KEY_BYTES, salt=b"", hashmod=SHA256, context=b"matinee device signature v1")
        assert isinstance(seed, bytes)
        return SigningKey(seed)

    def unwrap(self, wrapped: str, *, context: str) -> bytes:
        """The secret that was wrapped to this key for `context`. Raises LicenseInvalid if it was not."""
        sender_text, _, sealed = wrapped.partition(".")
        try:
            sender = import_x25519_public_key(decode_base64url(sender_text))
            shared = _shared_key(private=self._key, public=sender, sender=sender_text)
        except (ValueError, TokenInvalid) as error:
            raise LicenseInvalid(f"The wrapped key for {context} is malformed.") from error
        return unseal(sealed, key=shared, context=context)


def wrap(secret: bytes, *, to_public: str, context: str) -> str:
    """`secret` as text that only the holder of `to_public`'s private half opens, for the same `context`.

    Raises RequestInvalid if `to_public` is no X25519 public key.
    """
    try:
        public = import_x25519_public_key(decode_base64url(to_public))
        one_time = ECC.generate(curve="Curve25519")
        sender_text = encode_base64url(one_time.public_key().export_key(format="raw"))
        shared = _shared_key(private=one_time, public=public, sender=sender_text)
    except (ValueError, TokenInvalid) as error:
        raise RequestInvalid("The device's agreement key is not an X25519 public key.") from error
    return f"{sender_text}.{seal(secret, key=shared, context=context)}"


def license_key_context(*, license_id: str, device_id: str, key_id: str) -> str:
    """The context under which a license's keys are wrapped: none can be moved to another license or device."""
    return f"license-key:{license_id}:{device_id}:{key_id}"


def _shared_key(*, private: EccKey, public: EccKey, sender: str) -> bytes:
    def derive(secret: bytes) -> bytes:
        key = HKDF(secret, KEY_BYTES, salt=sender.encode(), hashmod=SHA256, context=b"matinee key wrap v1")
        assert isinstance(key, bytes)
        return key

    return bytes(key_agreement(eph_priv=private, static_pub=public, kdf=derive))
