"""The two doors, over real stores: what passes, and every attack that belongs here."""

from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import httpx2
import pytest

from matinee.crypto.agreement import AgreementKey, license_key_context
from matinee.crypto.tokens import encode_base64url
from matinee.wire.license import ReleaseRequest
from matinee_backend.settings import LicenseSettings, Settings
from tests.support.control_plane import (
    CONTENT_KEY,
    KEY_ID,
    ControlPlane,
    account_of,
    control_plane,
    device_of,
    license_request,
)

OPEN = Settings(license=LicenseSettings(clearkey=True))
KID, K = "ASNFZ4mrze8BI0VniavN7w", "AAECAwQFBgcICQoLDA0ODw"


def reason_of(answer: httpx2.Response) -> str:
    assert answer.status_code == 403, answer.text
    return str(answer.json()["facts"]["reason"])


async def clearkey(control: ControlPlane, **headers: str) -> httpx2.Response:
    body = b'{"kids":["' + KID.encode() + b'"],"type":"temporary"}'
    return await control.client.post("/v1/clearkey", content=body, headers={**control.bearer, **headers})


async def release(control: ControlPlane, license_id: str) -> httpx2.Response:
    exp_wall_ms = control.clock.wall_ms() + 30_000
    asked = ReleaseRequest(license_id=license_id, device_id="device-1", nonce=token_urlsafe(9), exp_wall_ms=exp_wall_ms)
    return await control.send_signed("/v1/license/release", control.device_key.signing_key.sign(asked))


async def test_a_temporary_license_is_for_who_holds_the_stream(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title()
        before = await control.license()
        await control.play()
        granted = control.license_in(await control.license())
        context = license_key_context(license_id=granted.license_id, device_id="device-1", key_id=KEY_ID)
        assert control.device_key.unwrap(granted.keys[0].wrapped, context=context) == CONTENT_KEY
        control.clock.ahead_ms += Settings().streams.lease_ms
        after_death = await control.license()
    assert reason_of(before) == reason_of(after_death) == "stream"


async def test_another_accounts_stream_is_no_stream(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title()
        await control.play()
        other_key = AgreementKey.generate()
        await control.stores.members.put_account(account_of("account-2", email="eve@matinee.example"))
        signing_key = other_key.signing_key
        eve = device_of(
            "device-2",
            account_id="account-2",
            agreement_key=other_key.public,
            signing_key=encode_base64url(signing_key.public),
        )
        await control.stores.members.register_device(eve, keep=8)
        headers = control.bearer_of("account-2", device_id="device-2")
        own = license_request(wall_ms=control.clock.wall_ms(), device_id="device-2")
        ours = license_request(wall_ms=control.clock.wall_ms(), device_id="device-1")
        answers = [
            await control.client.post("/v1/license", json={"request": signing_key.sign(asked)}, headers=headers)
            for asked in (own, ours)
        ]
    assert [reason_of(answer) for answer in answers] == ["stream", "device"]


async def test_a_kept_license_needs_no_stream_is_renewed_and_released(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title()
        first = control.license_in(await control.license(kind="persistent"))
        control.clock.ahead_ms += first.policy.renew_after_ms or 0
        second = control.license_in(await control.license(kind="persistent", renews=first.license_id))
        replaced = await control.license(kind="persistent", renews=first.license_id)
        released = await release(control, second.license_id)
        again = await release(control, second.license_id)
        after = await control.license(kind="persistent", renews=second.license_id)
    assert first.exp_wall_ms - first.issued_wall_ms == 30 * 24 * 3_600_000
    assert first.policy.playback_window_ms == 48 * 3_600_000
    assert second.exp_wall_ms > first.exp_wall_ms
    assert released.status_code == 200
    assert [reason_of(it) for it in (replaced, again, after)] == ["renewal", "release", "renewal"]


async def test_a_request_is_good_once(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title()
        asked = license_request(wall_ms=control.clock.wall_ms(), kind="persistent")
        token = control.device_key.signing_key.sign(asked)
        answers = [await control.send_signed("/v1/license", token) for _ in range(2)]
    assert answers[0].status_code == 200
    assert reason_of(answers[1]) == "replayed"


async def test_a_revoked_device_loses_its_stream_and_gets_no_license(tmp_path: Path) -> None:
    async with control_plane(tmp_path, settings=OPEN) as control:
        await control.add_title()
        await control.play()
        said = {"kind": "device", "subject": "device-1"}
        await control.client.post("/v1/revocations", json=said, headers=control.bearer_of_operator)
        assert await control.stores.leases.in_use("account-1", wall_ms=0) == ()
        refused = [await control.license(), await control.play(), await clearkey(control)]
        taken_back = {**said, "is_revoked": False}
        await control.client.post("/v1/revocations", json=taken_back, headers=control.bearer_of_operator)
        assert (await control.play()).status_code == 200
    assert [reason_of(it) for it in refused] == ["device-revoked"] * 3


async def test_a_revoked_title_is_licensed_to_nobody_by_no_door(tmp_path: Path) -> None:
    async with control_plane(tmp_path, settings=OPEN) as control:
        await control.add_title()
        await control.play()
        said = {"kind": "title", "subject": "big-buck"}
        await control.client.post("/v1/revocations", json=said, headers=control.bearer_of_operator)
        refused = [await control.license(), await control.play(), await clearkey(control)]
    assert [reason_of(it) for it in refused] == ["title-revoked"] * 3


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "application/json"}, {"Content-Type": "text/plain"}])
async def test_clearkey_answers_who_holds_the_stream(tmp_path: Path, headers: dict[str, str]) -> None:
    async with control_plane(tmp_path, settings=OPEN) as control:
        await control.add_title()
        before = await clearkey(control, **headers)
        await control.play()
        answer = await clearkey(control, **headers)
    assert reason_of(before) == "stream"
    assert answer.json() == {"keys": [{"kty": "oct", "kid": KID, "k": K}], "type": "temporary"}


@pytest.mark.parametrize("changes", [{"is_active": False}, {"country": "AT"}])
async def test_clearkey_asks_for_entitlement_anew(tmp_path: Path, changes: dict[str, Any]) -> None:
    async with control_plane(tmp_path, settings=OPEN) as control:
        await control.add_title(countries=("US",))
        await control.play()
        await control.stores.members.put_account(account_of(**changes))
        refused = await clearkey(control)
    assert refused.json()["type"] == "urn:matinee:problem:not-entitled"


async def test_clearkey_is_closed_unless_the_operator_opens_it(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        assert (await clearkey(control)).status_code == 404
