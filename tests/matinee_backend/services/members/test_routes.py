"""GET /v1/profiles."""

from pathlib import Path

from tests.support.control_plane import control_plane


async def test_an_account_sees_its_own_profiles_alone(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.stores.members.put_profile("other", account_id="account-2", name="Eve")
        seen = await control.client.get("/v1/profiles", headers=control.bearer)
    assert seen.json() == [{"profile_id": "profile-1", "name": "Ada"}]
