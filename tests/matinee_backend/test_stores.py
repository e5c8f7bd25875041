"""The stores of one state folder: what was kept is there for whoever opens them next."""

from pathlib import Path

import pytest

from matinee.errors import SettingsInvalid
from matinee_backend.initialize import prepare_secrets
from matinee_backend.state import StateFolder
from matinee_backend.stores import open_stores
from tests.support.control_plane import AheadClock, account_of, appliance, catalog_title


async def test_what_one_process_keeps_another_sees(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    prepare_secrets(state, appliances=(), clock=AheadClock())
    one, other = open_stores(state, writes_events=True), open_stores(state)
    await one.titles.put(catalog_title("sintel"))
    await one.members.put_account(account_of(password_hash=""))
    await one.appliances.hear(appliance("isp-a", heard_wall_ms=5))
    await one.events.append([b"told"], wall_ms=1)
    assert await other.titles.title("sintel") is not None
    assert await other.members.account("account-1") is not None
    assert len(await other.appliances.heard_since(5)) == 1
    assert len(await other.events.read(0, limit=9)) == 1
    with pytest.raises(SettingsInvalid):
        open_stores(state, writes_events=True)
    await one.close()
    await other.close()


def test_a_folder_that_was_not_prepared_has_no_stores(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid):
        open_stores(StateFolder(tmp_path))
