"""What a license is."""

import pytest

from matinee.crypto.agreement import AgreementKey, license_key_context
from matinee.errors import LicenseInvalid, LicenseRefused
from matinee.wire.license import License
from matinee_backend.services.license.rules import check_device, chosen_keys, license_of
from tests.support.control_plane import CONTENT_KEY, KEY_ID, account_of, catalog_title, device_of

DEVICE_KEY = AgreementKey.generate()
DEVICE = device_of(agreement_key=DEVICE_KEY.public)
KEYS = {KEY_ID: CONTENT_KEY}


def granted(until_wall_ms: int | None = None) -> License:
    return license_of(
        license_id="l1",
        title=catalog_title(available_until_wall_ms=until_wall_ms),
        account=account_of(password_hash=""),
        device=DEVICE,
        keys=KEYS,
        wall_ms=1_000,
        lifetime_ms=500,
    )


def test_its_keys_open_on_the_device_that_asked() -> None:
    wrapped = granted().keys[0]
    context = license_key_context(license_id="l1", device_id="device-1", key_id=KEY_ID)
    assert DEVICE_KEY.unwrap(wrapped.wrapped, context=context) == CONTENT_KEY


def test_its_keys_open_on_no_other_device_and_in_no_other_license() -> None:
    wrapped = granted().keys[0]
    context = license_key_context(license_id="l1", device_id="device-1", key_id=KEY_ID)
    with pytest.raises(LicenseInvalid):
        AgreementKey.generate().unwrap(wrapped.wrapped, context=context)
    with pytest.raises(LicenseInvalid):
        DEVICE_KEY.unwrap(wrapped.wrapped, context=context.replace("l1", "l2"))


def test_it_ends_after_its_lifetime_or_with_the_titles_window() -> None:
    assert granted().exp_wall_ms == 1_500
    assert granted(until_wall_ms=1_200).exp_wall_ms == 1_200
    assert granted(until_wall_ms=9_999).exp_wall_ms == 1_500


def test_all_keys_of_the_title_come_when_none_is_named() -> None:
    assert chosen_keys(catalog_title(), KEYS, asked=()) == KEYS
    assert chosen_keys(catalog_title(), KEYS, asked=(KEY_ID,)) == KEYS


@pytest.mark.parametrize(("asked", "key_ids"), [(("f" * 32,), (KEY_ID,)), ((KEY_ID,), ()), ((), ())])
def test_a_key_that_is_not_the_titles_is_refused(asked: tuple[str, ...], key_ids: tuple[str, ...]) -> None:
    with pytest.raises(LicenseRefused):
        chosen_keys(catalog_title(key_ids=key_ids), KEYS, asked=asked)


def test_a_key_that_the_vault_lacks_is_refused() -> None:
    with pytest.raises(LicenseRefused) as refused:
        chosen_keys(catalog_title(), {}, asked=())
    assert refused.value.facts["key_ids"] == [KEY_ID]


def test_the_accounts_own_device_that_logged_in_passes_and_no_other() -> None:
    who = {"account_id": "account-1", "token_device_id": "device-1", "asked_device_id": "device-1"}
    assert check_device(DEVICE, **who) == DEVICE
    for device, changes in ((DEVICE, {"asked_device_id": "other"}), (DEVICE, {"account_id": "other"}), (None, {})):
        with pytest.raises(LicenseRefused) as refused:
            check_device(device, **{**who, **changes})
        assert refused.value.facts["reason"] == "device"
