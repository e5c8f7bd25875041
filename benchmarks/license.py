"""Licenses: how many a second of one core, how long each takes, and the same made by another library."""

import asyncio
import statistics
import time
from base64 import urlsafe_b64decode
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from benchmarks.bars import Measured, at_most
from benchmarks.measure import Contest, Outcome, hold
from matinee.crypto.agreement import AgreementKey
from matinee.crypto.tokens import SigningKey, encode_base64url
from matinee_backend.services.license.rules import license_of
from matinee_backend.settings import LicenseSettings
from tests.support.control_plane import (
    CONTENT_KEY,
    KEY_ID,
    ControlPlane,
    account_of,
    catalog_title,
    control_plane,
    device_of,
    license_request,
)

BAR_P99_MS = 40
_WALL_MS = 1_800_000_000_000


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured."""

    licenses: int
    per_core_s: float
    """By the processor time of all threads, from the signed request to the answer."""
    p50_ms: float
    p99_ms: float
    """The same by the clock, one after the other, without a socket."""
    outcome: Outcome
    """Wrapping one key and signing, against a peer."""


def measured(*, is_smoke: bool) -> Measured:
    """Whole requests over real stores, then the cryptography alone beside its peer."""
    it = asyncio.run(issued(30 if is_smoke else 2_000, rounds=1 if is_smoke else 9))
    print(
        f"{it.per_core_s:,.0f} licenses a second of one core, p50 {it.p50_ms} ms, p99 {it.p99_ms} ms; wrapped and "
        f"signed {it.outcome.ratio:.2f} times as fast as by {it.outcome.peer}",
        flush=True,
    )
    return Measured([at_most("a license, p99", it.p99_ms, bar=BAR_P99_MS, unit="ms", is_timed=True)], it)


async def issued(licenses: int, *, rounds: int) -> Issued:
    """So many persistent licenses, each asked for with a request that the device signed."""
    with TemporaryDirectory() as folder:
        async with control_plane(Path(folder), only=("license",)) as control:
            await control.add_title()
            # The client of the tests holds every answer against the API document: not part of the work.
            control.client.event_hooks = {}
            taken = [await _taken_ms(control) for _ in range(licenses)]
    taken_ms = [wall_ms for wall_ms, _ in taken]
    return Issued(
        licenses=licenses,
        per_core_s=round(1_000 / statistics.fmean(used_ms for _, used_ms in taken), 1),
        p50_ms=round(statistics.median(taken_ms), 2),
        p99_ms=round(statistics.quantiles(taken_ms, n=100)[98], 2),
        outcome=hold(contest(), rounds=rounds, round_s=0.05 if rounds == 1 else 1),
    )


def contest() -> Contest:
    """A license of one key: wrapped to the device, and signed."""
    device_key, key = AgreementKey.generate(), SigningKey.generate()
    device, title, account = device_of(agreement_key=device_key.public), catalog_title(), account_of(password_hash="")
    settings, keys = LicenseSettings(), {KEY_ID: CONTENT_KEY}
    to = X25519PublicKey.from_public_bytes(urlsafe_b64decode(device_key.public + "="))
    signer = Ed25519PrivateKey.from_private_bytes(key.seed)

    def ours() -> object:
        granted = license_of(
            license_id="l1",
            title=title,
            account=account,
            device=device,
            keys=keys,
            kind="persistent",
            wall_ms=_WALL_MS,
            settings=settings,
        )
        return key.sign(granted)

    return Contest(
        name="License issuance",
        peer=f"PyJWT {version('pyjwt')} on cryptography {version('cryptography')}",
        unit="licenses",
        amount=1,
        ours=ours,
        theirs=lambda: by_peer(to, signer),
        note="Both agree by a one-time X25519 key, derive by HKDF, seal by AES-GCM and sign by Ed25519.",
    )


def by_peer(to: X25519PublicKey, signer: Ed25519PrivateKey) -> str:
    """The same work by the other library."""
    one_time = X25519PrivateKey.generate()
    sender = one_time.public_key().public_bytes_raw()
    shared = HKDF(algorithm=SHA256(), length=32, salt=sender, info=b"matinee key wrap v1").derive(one_time.exchange(to))
    nonce = bytes(12)
    sealed = nonce + AESGCM(shared).encrypt(nonce, CONTENT_KEY, b"license-key:l1:device-1")
    wrapped = f"{encode_base64url(sender)}.{encode_base64url(sealed)}"
    claims = {
        "aud": "license",
        "license_id": "l1",
        "title_id": "big-buck",
        "account_id": "account-1",
        "device_id": "device-1",
        "keys": [{"key_id": KEY_ID, "wrapped": wrapped}],
        "exp_wall_ms": _WALL_MS,
    }
    return jwt.encode(claims, signer, algorithm="EdDSA")


async def _taken_ms(control: ControlPlane) -> tuple[float, float]:
    """By the clock, and by the processor; the device has signed before."""
    asked = license_request(wall_ms=control.clock.wall_ms(), kind="persistent")
    token = control.device_key.signing_key.sign(asked)
    began_ns, used_ns = time.perf_counter_ns(), time.process_time_ns()
    answer = await control.send_signed("/v1/license", token)
    assert answer.status_code == 200, answer.text
    return (time.perf_counter_ns() - began_ns) / 1e6, (time.process_time_ns() - used_ns) / 1e6
