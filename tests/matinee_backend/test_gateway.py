"""The gateway: one application of all services or of some, and what no answer and no log may hold."""

import logging
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from matinee.crypto.agreement import AgreementKey
from matinee_backend.settings import GatewaySettings, LicenseSettings, Settings
from matinee_backend.state import StateFolder
from tests.support.control_plane import CONTENT_KEY, EMAIL, PASSWORD, control_plane


def break_database(state: StateFolder) -> None:
    """Overwritten under the connections that are open."""
    for path in state.control.glob("matinee.sqlite*"):
        path.write_bytes(b"\xff" * path.stat().st_size)


async def test_it_is_healthy_and_describes_itself_validly(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        assert (await control.client.get("/healthz")).json() == {"status": "ok"}
        document = (await control.client.get("/openapi.json")).json()
    OpenAPIV31SpecValidator(document).validate()
    assert set(document["paths"]) == {
        "/v1/login",
        "/v1/keys",
        "/v1/profiles",
        "/v1/streams",
        "/v1/profiles/{profile_id}/homepage",
        "/v1/titles/{title_id}",
        "/v1/play",
        "/v1/license",
        "/v1/license/release",
        "/v1/revocations",
        "/v1/steering/{session_id}",
        "/v1/appliances/{appliance}/heartbeat",
        "/v1/appliances/{appliance}/announcement",
        "/v1/explanations/steering",
        "/v1/telemetry",
        "/v1/quality",
    }


async def test_whatever_the_document_says_needs_a_token_refuses_without_one(tmp_path: Path) -> None:
    bodies: dict[str, Any] = {
        "/v1/play": {"title_id": "a", "device_id": "a", "profile_id": "a"},
        "/v1/license": {"request": "a"},
        "/v1/license/release": {"request": "a"},
        "/v1/revocations": {"kind": "title", "subject": "a"},
        "/v1/telemetry": {"events": []},
        "/v1/appliances/{appliance}/heartbeat": {
            "appliance": "a",
            "kind": "isp",
            "base_url": "http://a.example",
            "shelf": "0" * 32,
        },
        "/v1/appliances/{appliance}/announcement": {"appliance": "a"},
    }
    async with control_plane(tmp_path) as control:
        document = (await control.client.get("/openapi.json")).json()
        guarded = {
            (method, path)
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
            if "security" in operation
        }
        for method, path in guarded:
            url = path.replace("{profile_id}", "a").replace("{title_id}", "a").replace("{appliance}", "a")
            answer = await control.client.request(method, url, json=bodies.get(path))
            assert answer.status_code == 401, path
            assert answer.json()["facts"] == {"reason": "missing"}, path
    assert len(guarded) == 13


async def test_some_services_serve_alone_over_the_same_stores(tmp_path: Path) -> None:
    async with control_plane(tmp_path, only=("steering", "license")) as control:
        await control.add_title()
        assert (await control.license(kind="persistent")).status_code == 200
        assert (await control.client.post("/v1/play", json={})).status_code == 404
        assert (await control.client.get("/healthz")).status_code == 200


async def test_a_broken_store_is_a_service_that_is_away_and_tells_nothing_of_the_inside(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title()
        await control.stores.members.put_account(control.account)
        break_database(control.state)
        refused = await control.play()
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert "Traceback" not in refused.text
    assert str(tmp_path) not in refused.text


async def test_players_are_told_the_public_url_of_the_settings(tmp_path: Path) -> None:
    settings = Settings(gateway=GatewaySettings(public_url="https://matinee.example"))
    async with control_plane(tmp_path, settings=settings) as control:
        await control.add_title()
        played = (await control.play()).json()
    assert played["telemetry_url"] == "https://matinee.example/v1/telemetry"
    assert played["steering_url"].startswith("https://matinee.example/v1/steering/")


async def test_players_in_browsers_are_let_in(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        headers = {
            "Origin": "http://player.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        }
        allowed = await control.client.options("/v1/play", headers=headers)
        answer = await control.client.get("/v1/keys", headers={"Origin": "http://player.example"})
    assert allowed.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Server-Timing" in answer.headers["Access-Control-Expose-Headers"]


async def test_where_clearkey_is_open_a_browser_may_send_credentials_along(tmp_path: Path) -> None:
    origin = "http://player.example"
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    settings = Settings(license=LicenseSettings(clearkey=True))
    async with control_plane(tmp_path, settings=settings) as control:
        allowed = await control.client.options("/v1/clearkey", headers=headers)
        answer = await control.client.post("/v1/clearkey", json={"kids": ["a"]}, headers={"Origin": origin})
    for each in (allowed, answer):
        assert each.headers["Access-Control-Allow-Origin"] == origin
        assert each.headers["Access-Control-Allow-Credentials"] == "true"


async def test_no_log_holds_a_secret(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with control_plane(tmp_path) as control:
        await control.add_title()
        device = {"name": "Phone", "agreement_key": AgreementKey.generate().public}
        asked = {"email": EMAIL, "password": PASSWORD, "device": device}
        login = (await control.client.post("/v1/login", json=asked)).json()
        await control.client.post("/v1/login", json={**asked, "password": PASSWORD + "!"})
        headers = {"Authorization": f"Bearer {login['access_token']}"}
        wanted = {"title_id": "big-buck", "device_id": login["device_id"]}
        played = await control.client.post("/v1/play", json={**wanted, "profile_id": "profile-1"}, headers=headers)
        granted = await control.license(kind="persistent")
        steering_url = played.json()["steering_url"]
        await control.client.get(steering_url)
        await control.client.get(steering_url.replace("=", "=x"))
        token = played.json()["oca_urls"][0]["url"].split("/t/")[1].split("/")[0]
        secrets = [PASSWORD, login["access_token"], token, granted.json()["license"], CONTENT_KEY.hex()]
        secrets += [control.account.password_hash, control.state.master_key().hex(), control.key.seed.hex()]
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    logged = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in ours)
    assert "POST /v1/license 200" in logged
    assert [secret for secret in secrets if secret in logged] == []
