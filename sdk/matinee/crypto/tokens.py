"""Signed tokens: access, media and licenses are all JWS in compact form (RFC 7515) under Ed25519 (RFC 8037)."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Protocol, TypeVar

import msgspec
from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

from matinee.errors import TokenInvalid

MAX_TOKEN_CHARS = 16_384
"""Longer ones are refused unread."""


class Claims(Protocol):
    """What a token says: a Struct with an audience and an end."""

    @property
    def aud(self) -> str: ...
    @property
    def exp_wall_ms(self) -> int: ...


ClaimsT = TypeVar("ClaimsT", bound=Claims)


class SigningKey:
    """An Ed25519 private key and the id by which tokens name it."""

    def __init__(self, seed: bytes) -> None:
        """`seed`: the 32 secret bytes (RFC 8032)."""
        self._key = eddsa.import_private_key(seed)
        self._signer = eddsa.new(self._key, "rfc8032")
        self.public: bytes = self._key.public_key().export_key(format="raw")
        self.key_id: str = key_id_of(self.public)

    @classmethod
    def generate(cls) -> "SigningKey":
        return cls(ECC.generate(curve="Ed25519").seed)

    @property
    def seed(self) -> bytes:
        return bytes(self._key.seed)

    def sign(self, claims: Claims) -> str:
        """The token that says `claims`."""
        header = encode_base64url(msgspec.json.encode({"alg": "EdDSA", "kid": self.key_id}))
        signed = f"{header}.{encode_base64url(msgspec.json.encode(claims))}"
        return f"{signed}.{encode_base64url(self._signer.sign(signed.encode()))}"


class TrustedKeys:
    """The public keys whose tokens are believed, by id: several while a key is being rotated."""

    def __init__(self, public_keys: Mapping[str, bytes]) -> None:
        """`public_keys`: raw 32-byte Ed25519 keys by key id. Raises TokenInvalid for a key that is none."""
        try:
            self._verifiers = {
                key_id: eddsa.new(eddsa.import_public_key(raw), "rfc8032") for key_id, raw in public_keys.items()
            }
        except ValueError as error:
            raise TokenInvalid("A trusted key is not an Ed25519 public key.") from error

    @classmethod
    def from_text(cls, public_keys: Mapping[str, str]) -> "TrustedKeys":
        """The same from base64url, as keys travel."""
        return cls({key_id: decode_base64url(text) for key_id, text in public_keys.items()})

    def verify(self, token: str, claims_type: type[ClaimsT], *, wall_ms: int) -> ClaimsT:
        """What `token` says, after signature, audience and expiry have been checked.

        Raises: TokenInvalid, whose fact `reason` is one of `too-long`, `malformed`, `unknown-key`,
        `bad-signature`, `wrong-claims`, `expired`. The message never holds the token.
        """
        if len(token) > MAX_TOKEN_CHARS:
            raise TokenInvalid(f"A token of {len(token)} characters.", reason="too-long")
        signed, _, signature_text = token.rpartition(".")
        header_text, _, payload_text = signed.partition(".")
        try:
            header = msgspec.json.decode(decode_base64url(header_text), type=_Header)
            payload, signature = decode_base64url(payload_text), decode_base64url(signature_text)
        except (msgspec.DecodeError, UnicodeDecodeError, TokenInvalid) as error:
            raise TokenInvalid("A token that is not a JWS.", reason="malformed") from error
        verifier = self._verifiers.get(header.kid)
        if verifier is None or header.alg != "EdDSA":
            raise TokenInvalid("A token signed by a key that is not trusted.", reason="unknown-key")
        try:
            verifier.verify(signed.encode(), signature)
        except ValueError as error:
            raise TokenInvalid("A token whose signature does not fit.", reason="bad-signature") from error
        try:
            claims = msgspec.json.decode(payload, type=claims_type)
        except msgspec.DecodeError as error:
            raise TokenInvalid("A token meant for something else.", reason="wrong-claims") from error
        if claims.exp_wall_ms <= wall_ms:
            raise TokenInvalid("A token past its end.", reason="expired")
        return claims


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Read before the signature is: an unknown field could nest deeper than the decoder can follow."""

    alg: str
    kid: str


def key_id_of(public: bytes) -> str:
    """The name of a public key: the first 16 hexadecimal digits of its SHA-256."""
    return str(SHA256.new(public).hexdigest()[:16])


def encode_base64url(raw: bytes) -> str:
    """Without padding (RFC 7515, appendix C)."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode_base64url(text: str) -> bytes:
    """The bytes of unpadded base64url. Raises TokenInvalid for anything else."""
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (UnicodeEncodeError, binascii.Error, ValueError) as error:
        raise TokenInvalid("Text that is not base64url.", reason="malformed") from error
    # The decoder skips foreign characters and stray bits, and so many texts would pass for the same token.
    if encode_base64url(raw) != text:
        raise TokenInvalid("Text that is not base64url.", reason="malformed")
    return raw
