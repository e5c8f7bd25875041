import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.crypto.agreement import AgreementKey, license_key_context, wrap
from matinee.crypto.tokens import encode_base64url
from matinee.errors import LicenseInvalid, RequestInvalid

DEVICE = AgreementKey.generate()
CONTEXT = license_key_context(license_id="l1", device_id="d1", key_id="0" * 32)


@given(st.binary(max_size=64))
def test_what_is_wrapped_to_a_device_opens_there(secret: bytes) -> None:
    assert DEVICE.unwrap(wrap(secret, to_public=DEVICE.public, context=CONTEXT), context=CONTEXT) == secret


def test_another_device_does_not_open_it() -> None:
    wrapped = wrap(b"key", to_public=DEVICE.public, context=CONTEXT)
    with pytest.raises(LicenseInvalid, match="does not open"):
        AgreementKey.generate().unwrap(wrapped, context=CONTEXT)


@pytest.mark.parametrize("part", ["license_id", "device_id", "key_id"])
def test_a_wrapped_key_cannot_be_moved_to_another_license_device_or_key_id(part: str) -> None:
    wrapped = wrap(b"key", to_public=DEVICE.public, context=CONTEXT)
    elsewhere = {"license_id": "l1", "device_id": "d1", "key_id": "0" * 32, part: "other"}
    with pytest.raises(LicenseInvalid):
        DEVICE.unwrap(wrapped, context=license_key_context(**elsewhere))


def test_the_same_key_wrapped_twice_shares_nothing() -> None:
    first, second = (wrap(b"key", to_public=DEVICE.public, context=CONTEXT).split(".") for _ in range(2))
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_a_device_is_the_same_after_its_seed_was_kept() -> None:
    again = AgreementKey(DEVICE.seed)
    assert again.public == DEVICE.public
    assert again.unwrap(wrap(b"key", to_public=DEVICE.public, context=CONTEXT), context=CONTEXT) == b"key"


def test_the_public_key_is_that_of_the_standard() -> None:
    """RFC 7748, section 6.1: Alice's keys."""
    private = bytes.fromhex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")
    public = bytes.fromhex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
    assert AgreementKey(private).public == encode_base64url(public)


@pytest.mark.parametrize("public", ["", "AAAA", "not base64url!", encode_base64url(bytes(32)), "é"])
def test_a_key_that_is_no_public_key_is_the_requests_fault(public: str) -> None:
    with pytest.raises(RequestInvalid, match="not an X25519 public key"):
        wrap(b"key", to_public=public, context=CONTEXT)


@given(st.text(max_size=100))
def test_no_other_text_unwraps(text: str) -> None:
    with pytest.raises(LicenseInvalid):
        DEVICE.unwrap(text, context=CONTEXT)


def test_a_sender_of_low_order_is_malformed() -> None:
    with pytest.raises(LicenseInvalid, match="malformed"):
        DEVICE.unwrap(f"{encode_base64url(bytes(32))}.AAAA", context=CONTEXT)


def test_a_device_signs_with_the_same_key_after_a_restart() -> None:
    key = AgreementKey.generate()
    assert AgreementKey(key.seed).signing_key.public == key.signing_key.public
    assert AgreementKey.generate().signing_key.public != key.signing_key.public
