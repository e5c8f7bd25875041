"""What a login must be, and what its token says."""

from matinee.crypto.passwords import MAX_PASSWORD_CHARS
from matinee.crypto.tokens import decode_base64url
from matinee.errors import RequestInvalid, TokenInvalid
from matinee.wire.auth import AccessClaims, DeviceRegistration, LoginRequest
from matinee_backend.records import Account, Device

MAX_EMAIL_CHARS = 254
"""RFC 5321 section 4.5.3.1.3, as corrected by erratum 1690."""
MAX_DEVICE_NAME_CHARS = 100
_KEY_BYTES = 32


def normal_email(email: str) -> str:
    """The one spelling under which an account is kept and found."""
    return email.strip().casefold()


def check_login(request: LoginRequest) -> None:
    """Raises RequestInvalid for what no login can be, whoever asks: it tells nothing of accounts."""
    if not 3 <= len(request.email.strip()) <= MAX_EMAIL_CHARS:
        raise RequestInvalid(f"An e-mail address has 3 to {MAX_EMAIL_CHARS} characters.", field="email")
    if len(request.password) > MAX_PASSWORD_CHARS:
        raise RequestInvalid(f"A password has at most {MAX_PASSWORD_CHARS} characters.", field="password")
    check_device(request.device)


def check_device(device: DeviceRegistration) -> None:
    """Raises RequestInvalid for a key of the wrong size or a name too long."""
    if len(device.name) > MAX_DEVICE_NAME_CHARS:
        raise RequestInvalid(f"A device's name has at most {MAX_DEVICE_NAME_CHARS} characters.", field="device.name")
    if not _is_key(device.agreement_key):
        raise RequestInvalid("The agreement key is not an X25519 public key.", field="device.agreement_key")
    if device.signing_key and not _is_key(device.signing_key):
        raise RequestInvalid("The signing key is not an Ed25519 public key.", field="device.signing_key")


def access_claims(account: Account, device: Device, *, wall_ms: int, lifetime_ms: int) -> AccessClaims:
    """Who speaks from now on."""
    return AccessClaims(sub=account.account_id, device_id=device.device_id, exp_wall_ms=wall_ms + lifetime_ms)


def _is_key(text: str) -> bool:
    try:
        return len(decode_base64url(text)) == _KEY_BYTES
    except TokenInvalid:
        return False
