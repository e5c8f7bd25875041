"""What a license is, and who is refused one."""

import json
from typing import Any

import msgspec
import pytest

from matinee.crypto.agreement import AgreementKey, license_key_context
from matinee.crypto.tokens import SigningKey, encode_base64url
from matinee.errors import LicenseInvalid, LicenseRefused, RequestInvalid
from matinee.wire.clearkey import ClearKeyRequest
from matinee.wire.license import License, LicenseKind, LicensePolicy, LicenseRequest, ReleaseRequest
from matinee_backend.records import GrantedLicense, StreamLease
from matinee_backend.services.license.rules import (
    check_device,
    check_persistent,
    check_stream,
    chosen_keys,
    clearkey_license,
    key_ids_of,
    license_of,
    read_request,
)
from matinee_backend.settings import LicenseSettings
from tests.support.control_plane import (
    CONTENT_KEY,
    KEY_ID,
    account_of,
    catalog_title,
    device_of,
    license_request,
)

DEVICE_KEY = AgreementKey.generate()
DEVICE = device_of(agreement_key=DEVICE_KEY.public, signing_key=encode_base64url(DEVICE_KEY.signing_key.public))
KEYS = {KEY_ID: CONTENT_KEY}
WALL_MS = 1_000_000
KEPT = GrantedLicense(license_id="l1", account_id="account-1", device_id="device-1", title_id="big-buck", exp_wall_ms=1)


def granted(kind: LicenseKind = "temporary", *, until_wall_ms: int | None = None, **settings: Any) -> License:
    return license_of(
        license_id="l1",
        title=catalog_title(available_until_wall_ms=until_wall_ms),
        account=account_of(password_hash=""),
        device=DEVICE,
        keys=KEYS,
        kind=kind,
        wall_ms=1_000,
        settings=LicenseSettings(lifetime_ms=500, window_ms=4_000, playback_window_ms=300, **settings),
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


@pytest.mark.parametrize(
    ("kind", "until_wall_ms", "end_wall_ms"),
    [
        ("temporary", None, 1_500),
        ("temporary", 1_200, 1_200),
        ("temporary", 9_999, 1_500),
        ("persistent", None, 5_000),
        ("persistent", 1_200, 1_200),
        ("persistent", 9_999, 5_000),
    ],
)
def test_it_ends_after_its_time_or_with_the_titles_window(
    kind: LicenseKind, until_wall_ms: int | None, end_wall_ms: int
) -> None:
    assert granted(kind, until_wall_ms=until_wall_ms).exp_wall_ms == end_wall_ms


def test_one_for_a_stream_binds_to_a_heartbeat_and_one_that_is_kept_to_a_playback_window() -> None:
    limits: dict[str, Any] = {"max_height": 1080, "hdcp": "1.4"}
    assert granted(heartbeat_ms=70, **limits).policy == LicensePolicy(
        may_persist=True, renew_after_ms=375, heartbeat_ms=70, **limits
    )
    assert granted("persistent", **limits).policy == LicensePolicy(
        may_persist=True, renew_after_ms=3_000, playback_window_ms=300, **limits
    )


def test_it_says_when_nothing_may_be_kept() -> None:
    assert not granted(may_persist=False).policy.may_persist


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


def signed(key: SigningKey = DEVICE_KEY.signing_key, **changes: Any) -> str:
    return key.sign(license_request(wall_ms=WALL_MS, **changes))


def unsigned() -> str:
    """The same under `alg: none`: a scheme below ours."""
    header = encode_base64url(b'{"alg":"none","kid":"' + DEVICE_KEY.signing_key.key_id.encode() + b'"}')
    return f"{header}.{signed().split('.')[1]}."


def edited() -> str:
    """Another title under the signature of the first."""
    other = encode_base64url(msgspec.json.encode(license_request(wall_ms=WALL_MS, title_id="other")))
    header, _, signature = signed().split(".")
    return f"{header}.{other}.{signature}"


def release() -> str:
    asked = ReleaseRequest(license_id="l1", device_id="device-1", nonce="n", exp_wall_ms=WALL_MS + 1)
    return DEVICE_KEY.signing_key.sign(asked)


def test_what_the_device_signed_is_read() -> None:
    asked = license_request(wall_ms=WALL_MS)
    assert read_request(DEVICE_KEY.signing_key.sign(asked), LicenseRequest, device=DEVICE, wall_ms=WALL_MS) == asked


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (signed(SigningKey.generate()), "signature"),
        (signed(AgreementKey.generate().signing_key), "signature"),
        (unsigned(), "signature"),
        (edited(), "signature"),
        (release(), "signature"),
        ("", "signature"),
        ("a.b.c", "signature"),
        ("x" * 20_000, "signature"),
        (signed(device_id="device-2"), "device"),
        (signed(exp_wall_ms=WALL_MS), "clock"),
        (signed(exp_wall_ms=WALL_MS - 1), "clock"),
        (signed(exp_wall_ms=WALL_MS + 60_001), "clock"),
    ],
)
def test_what_the_device_did_not_sign_for_now_is_refused(token: str, reason: str) -> None:
    with pytest.raises(LicenseRefused) as refused:
        read_request(token, LicenseRequest, device=DEVICE, wall_ms=WALL_MS)
    assert refused.value.facts["reason"] == reason
    assert refused.value.facts.get("wall_ms") == (WALL_MS if reason == "clock" else None)


def test_a_device_without_a_signing_key_must_log_in_again() -> None:
    device = msgspec.structs.replace(DEVICE, signing_key="")
    with pytest.raises(LicenseRefused) as refused:
        read_request(signed(), LicenseRequest, device=device, wall_ms=WALL_MS)
    assert refused.value.facts["reason"] == "no-signing-key"


@pytest.mark.parametrize(
    ("device_id", "title_id", "holds"),
    [("device-1", "big-buck", True), ("device-2", "big-buck", False), ("device-1", "other", False)],
)
def test_only_the_devices_own_stream_of_the_title_counts(device_id: str, title_id: str, holds: bool) -> None:
    lease = StreamLease(
        account_id="account-1", session_id="s1", device_id=device_id, title_id=title_id, expires_wall_ms=1
    )
    if holds:
        check_stream((lease,), device=DEVICE, title_id="big-buck")
        return
    with pytest.raises(LicenseRefused) as refused:
        check_stream((lease,), device=DEVICE, title_id="big-buck")
    assert refused.value.facts["reason"] == "stream"


@pytest.mark.parametrize(
    ("renews", "kept", "may_persist", "reason"),
    [
        (None, (), True, None),
        ("l1", (KEPT,), True, None),
        (None, (), False, "persist"),
        ("l1", (), True, "renewal"),
        ("l2", (KEPT,), True, "renewal"),
        ("l1", (msgspec.structs.replace(KEPT, device_id="device-2"),), True, "renewal"),
        ("l1", (msgspec.structs.replace(KEPT, title_id="other"),), True, "renewal"),
    ],
)
def test_who_may_keep_a_license(
    renews: str | None, kept: tuple[GrantedLicense, ...], may_persist: bool, reason: str | None
) -> None:
    asked = license_request(wall_ms=WALL_MS, kind="persistent", renews=renews)
    if reason is None:
        check_persistent(asked, kept, may_persist=may_persist)
        return
    with pytest.raises(LicenseRefused) as refused:
        check_persistent(asked, kept, may_persist=may_persist)
    assert refused.value.facts["reason"] == reason


@pytest.mark.parametrize(
    "kids", [("ASNFZ4mrze8BI0VniavN7w",), ("ASNFZ4mrze8BI0VniavN7w==",), ("ASNFZ4mrze8BI0VniavN7w",) * 2]
)
def test_key_ids_are_read_as_browsers_write_them(kids: tuple[str, ...]) -> None:
    assert key_ids_of(ClearKeyRequest(kids=kids)) == (KEY_ID,)


@pytest.mark.parametrize(
    "asked", [ClearKeyRequest(kids=("!",)), ClearKeyRequest(kids=("AA",), type="persistent-license")]
)
def test_keys_in_the_clear_are_for_this_moment_and_by_their_ids(asked: ClearKeyRequest) -> None:
    with pytest.raises(RequestInvalid):
        key_ids_of(asked)


def test_keys_in_the_clear_are_written_without_padding() -> None:
    assert json.loads(msgspec.json.encode(clearkey_license(KEYS))) == {
        "keys": [{"kty": "oct", "kid": "ASNFZ4mrze8BI0VniavN7w", "k": "AAECAwQFBgcICQoLDA0ODw"}],
        "type": "temporary",
    }
