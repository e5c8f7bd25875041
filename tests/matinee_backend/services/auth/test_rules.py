"""What a login must be, and what its token says."""

import pytest

from matinee.crypto.agreement import AgreementKey
from matinee.errors import RequestInvalid
from matinee.wire.auth import AccessClaims, DeviceRegistration, LoginRequest
from matinee_backend.services.auth.rules import access_claims, check_device, check_login, normal_email
from tests.support.control_plane import account_of, device_of

PUBLIC = AgreementKey.generate().public
DEVICE = DeviceRegistration(name="Television", agreement_key=PUBLIC)


def test_an_email_has_one_spelling() -> None:
    assert normal_email(" Ada@Matinee.Example ") == "ada@matinee.example"


def test_a_login_that_can_be_one_passes() -> None:
    check_login(LoginRequest(email="ada@matinee.example", password="p", device=DEVICE))


@pytest.mark.parametrize(("email", "password"), [("", "p"), ("x" * 255, "p"), ("ada@matinee.example", "p" * 257)])
def test_what_no_login_can_be_is_refused_whoever_asks(email: str, password: str) -> None:
    with pytest.raises(RequestInvalid):
        check_login(LoginRequest(email=email, password=password, device=DEVICE))


@pytest.mark.parametrize("agreement_key", ["", "AAAA", PUBLIC + "AA", "not base64url!", "ключ"])
def test_a_device_brings_a_key_of_the_right_size(agreement_key: str) -> None:
    with pytest.raises(RequestInvalid, match="X25519"):
        check_device(DeviceRegistration(name="Television", agreement_key=agreement_key))


def test_a_devices_name_is_bounded() -> None:
    with pytest.raises(RequestInvalid, match="name"):
        check_device(DeviceRegistration(name="x" * 101, agreement_key=PUBLIC))


def test_a_token_names_account_and_device_and_ends() -> None:
    claims = access_claims(account_of(password_hash=""), device_of(), wall_ms=1_000, lifetime_ms=500)
    assert claims == AccessClaims(sub="account-1", device_id="device-1", exp_wall_ms=1_500)


def test_a_signing_key_that_is_none_is_refused() -> None:
    check_device(DeviceRegistration(name="Television", agreement_key=PUBLIC, signing_key=PUBLIC))
    with pytest.raises(RequestInvalid):
        check_device(DeviceRegistration(name="Television", agreement_key=PUBLIC, signing_key="short"))
