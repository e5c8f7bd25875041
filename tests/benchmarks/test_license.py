"""The license trial, made small: that it measures whole licenses, and that the peer does the same work."""

from base64 import urlsafe_b64decode

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from benchmarks.license import by_peer, issued
from matinee.crypto.agreement import AgreementKey


async def test_whole_licenses_are_measured() -> None:
    it = await issued(3, rounds=1)
    assert it.licenses == 3
    assert 0 < it.p50_ms <= it.p99_ms
    assert min(it.per_core_s, it.outcome.ratio) > 0


def test_the_peer_makes_a_license_that_is_signed() -> None:
    device, signer = AgreementKey.generate(), Ed25519PrivateKey.generate()
    token = by_peer(X25519PublicKey.from_public_bytes(urlsafe_b64decode(device.public + "=")), signer)
    claims = jwt.decode(token, signer.public_key(), algorithms=["EdDSA"], audience="license")
    assert len(claims["keys"]) == 1
