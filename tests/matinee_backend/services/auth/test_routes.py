"""POST /v1/login, GET /v1/keys."""

from pathlib import Path

from matinee.crypto.agreement import AgreementKey
from matinee.crypto.tokens import encode_base64url
from tests.support.control_plane import EMAIL, PASSWORD, control_plane


async def test_a_login_over_http_opens_the_service(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        device = {"name": "Phone", "agreement_key": AgreementKey.generate().public}
        asked = {"email": EMAIL, "password": PASSWORD, "device": device}
        login = await control.client.post("/v1/login", json=asked)
        assert login.status_code == 200
        bearer = {"Authorization": f"Bearer {login.json()['access_token']}"}
        assert (await control.client.get("/v1/profiles", headers=bearer)).status_code == 200


async def test_a_wrong_password_is_a_401_with_its_type(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        device = {"name": "Phone", "agreement_key": AgreementKey.generate().public}
        refused = await control.client.post("/v1/login", json={"email": EMAIL, "password": "wrong", "device": device})
    assert refused.status_code == 401
    assert refused.json()["type"] == "urn:matinee:problem:login-refused"


async def test_garbage_and_bodies_too_long_are_refused_unread(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        for body in (b"{", b"null", b'{"email": 1}', b" " * 9_000 + b"{}"):
            refused = await control.client.post("/v1/login", content=body)
            assert refused.status_code == 400
            assert refused.json()["type"] == "urn:matinee:problem:request-invalid"


async def test_the_services_keys_are_for_everybody(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        keys = await control.client.get("/v1/keys")
        assert keys.json() == {control.key.key_id: encode_base64url(control.key.public)}
