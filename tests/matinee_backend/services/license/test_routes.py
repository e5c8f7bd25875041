"""The license service over HTTP: what is refused before any rule is asked, and by which name."""

from pathlib import Path

import pytest

from tests.support.control_plane import KEY_ID, control_plane


async def test_a_license_says_which_keys_were_asked_for(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title()
        granted = control.license_in(await control.license(kind="persistent", key_ids=(KEY_ID,)))
    assert [key.key_id for key in granted.keys] == [KEY_ID]


async def test_a_key_of_another_title_an_unknown_title_and_one_out_of_country_are_refused(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title()
        await control.add_title("french", countries=("FR",))
        other_key = await control.license(kind="persistent", key_ids=("f" * 32,))
        unknown = await control.license(kind="persistent", title_id="nothing")
        abroad = await control.license(kind="persistent", title_id="french")
    assert other_key.json()["type"] == "urn:matinee:problem:license-refused"
    assert unknown.json()["type"] == "urn:matinee:problem:title-unknown"
    assert abroad.json()["type"] == "urn:matinee:problem:not-entitled"


async def test_keys_that_cannot_be_opened_are_a_service_that_is_away(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title()
        (control.state.keys / "big-buck.json").write_text("garbled")
        refused = await control.license(kind="persistent")
    assert refused.status_code == 503
    assert refused.json()["retry_after_ms"] > 0


async def test_a_member_revokes_nothing(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        said = {"kind": "device", "subject": "device-1"}
        refused = await control.client.post("/v1/revocations", json=said, headers=control.bearer)
        assert not await control.stores.licenses.is_revoked("device", "device-1")
    assert refused.status_code == 401


@pytest.mark.parametrize("path", ["/v1/license", "/v1/license/release"])
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"request": 1}', b'{"request":"' + b"x" * 20_000 + b'"}'])
async def test_what_is_no_request_is_refused_as_such(tmp_path: Path, path: str, body: bytes) -> None:
    async with control_plane(tmp_path) as control:
        refused = await control.client.post(path, content=body, headers=control.bearer)
    assert refused.status_code == 400
