"""GET /v1/streams."""

from pathlib import Path

from tests.support.control_plane import control_plane


async def test_an_account_sees_its_streams_in_use(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title("sintel")
        empty = await control.client.get("/v1/streams", headers=control.bearer)
        assert empty.json() == {"allowed": 4, "streams": []}
        await control.play("sintel")
        streams = (await control.client.get("/v1/streams", headers=control.bearer)).json()["streams"]
    assert [(each["device_name"], each["title_id"]) for each in streams] == [("Television", "sintel")]
