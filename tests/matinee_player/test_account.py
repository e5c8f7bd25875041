"""Whose titles."""

from pathlib import Path

import pytest

from matinee.errors import LoginRefused, SessionExpired, SettingsInvalid
from matinee.wire.auth import Profile
from matinee_player.account import check_logged_in, chosen_profile, log_in_if_told
from matinee_player.settings import AccountSettings
from tests.support.players import FakeClient, as_client

PROFILES = (Profile(profile_id="1", name="Ana"), Profile(profile_id="2", name="Ben"))


async def test_the_first_line_of_the_file_is_the_password(tmp_path: Path) -> None:
    client = FakeClient(is_logged_in=False)
    await log_in_if_told(as_client(client), an_account(tmp_path, "curtain\nnot this\n"))
    assert client.is_logged_in


async def test_a_wrong_password_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LoginRefused):
        await log_in_if_told(as_client(FakeClient(is_logged_in=False)), an_account(tmp_path, "wrong\n"))


async def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="missing cannot be read"):
        await log_in_if_told(
            as_client(FakeClient()),
            AccountSettings(
                server="", email="ana@example.org", password_file=tmp_path / "missing", device_store=tmp_path
            ),
        )


async def test_nobody_logs_in_unasked(tmp_path: Path) -> None:
    client = FakeClient(is_logged_in=False)
    account = AccountSettings(server="http://127.0.0.1:8400", device_store=tmp_path)
    await log_in_if_told(as_client(client), account)
    with pytest.raises(SessionExpired, match="Nobody is logged in at http"):
        check_logged_in(as_client(client), account)


def test_the_first_profile_watches_unless_another_is_named() -> None:
    assert chosen_profile(PROFILES, "") == PROFILES[0]
    assert chosen_profile(PROFILES, "ben") == PROFILES[1]


def test_an_unknown_profile_is_answered_with_those_there_are() -> None:
    with pytest.raises(SettingsInvalid, match="there are: Ana, Ben"):
        chosen_profile(PROFILES, "Eve")


def an_account(folder: Path, text: str) -> AccountSettings:
    (folder / "password").write_text(text)
    return AccountSettings(server="", email="ana@example.org", password_file=folder / "password", device_store=folder)
