"""POST /v1/license."""

from pathlib import Path

import httpx2

from matinee.crypto.agreement import license_key_context
from matinee.wire.license import License
from tests.support.control_plane import CONTENT_KEY, KEY_ID, ControlPlane, control_plane, device_of


async def ask(control: ControlPlane, **changes: object) -> httpx2.Response:
    asked = {"title_id": "big-buck", "device_id": "device-1", **changes}
    return await control.client.post("/v1/license", json=asked, headers=control.bearer)


async def test_a_license_opens_the_title_on_the_device_that_asks(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title()
        token = (await ask(control, key_ids=[KEY_ID])).json()["license"]
        granted = control.trusted.verify(token, License, wall_ms=control.clock.wall_ms())
        context = license_key_context(license_id=granted.license_id, device_id="device-1", key_id=KEY_ID)
        assert control.device_key.unwrap(granted.keys[0].wrapped, context=context) == CONTENT_KEY


async def test_a_foreign_device_gets_no_license(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title()
        await control.stores.members.register_device(device_of("device-2"), keep=8)
        refused = await ask(control, device_id="device-2")
    assert refused.status_code == 403
    assert refused.json()["type"] == "urn:matinee:problem:license-refused"


async def test_a_key_of_another_title_an_unknown_title_and_one_out_of_country_are_refused(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title()
        await control.add_title("french", countries=("FR",))
        other_key = await ask(control, key_ids=["f" * 32])
        unknown = await ask(control, title_id="nothing")
        abroad = await ask(control, title_id="french")
    assert other_key.json()["type"] == "urn:matinee:problem:license-refused"
    assert unknown.json()["type"] == "urn:matinee:problem:title-unknown"
    assert abroad.json()["type"] == "urn:matinee:problem:not-entitled"


async def test_keys_that_cannot_be_opened_are_a_service_that_is_away(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title()
        (control.state.keys / "big-buck.json").write_text("garbled")
        refused = await ask(control)
    assert refused.status_code == 503
    assert refused.json()["retry_after_ms"] > 0
