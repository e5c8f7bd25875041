"""GET /v1/profiles/{profile_id}/homepage, GET /v1/titles/{title_id}."""

from pathlib import Path

import pytest

from tests.support.control_plane import control_plane


async def test_a_homepage_has_rows_and_pages(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title("sintel", genres=("Fantasy",))
        page = await control.client.get("/v1/profiles/profile-1/homepage?device=tv&page=1", headers=control.bearer)
        beyond = await control.client.get("/v1/profiles/profile-1/homepage?page=2", headers=control.bearer)
    assert [row["title"] for row in page.json()["rows"]] == ["New", "Fantasy"]
    assert (page.json()["page"], page.json()["pages"]) == (1, 1)
    assert beyond.json() == {"rows": [], "page": 2, "pages": 1}


@pytest.mark.parametrize("asked", ["other/homepage", "profile-1/homepage?page=0", "profile-1/homepage?device=toaster"])
async def test_a_foreign_profile_and_parameters_without_sense_are_refused(tmp_path: Path, asked: str) -> None:
    async with control_plane(tmp_path) as control:
        await control.stores.members.put_profile("other", account_id="account-2", name="Eve")
        refused = await control.client.get(f"/v1/profiles/{asked}", headers=control.bearer)
    assert refused.status_code == 400


async def test_a_title_is_found_and_an_unknown_one_is_a_404(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title("sintel", name="Sintel")
        found = await control.client.get("/v1/titles/sintel", headers=control.bearer)
        unknown = await control.client.get("/v1/titles/nothing", headers=control.bearer)
    assert found.json()["name"] == "Sintel"
    assert unknown.status_code == 404
    assert unknown.json()["type"] == "urn:matinee:problem:title-unknown"
