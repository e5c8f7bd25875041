"""Preparing a state folder."""

import json
import stat
from pathlib import Path

import pytest

from matinee.crypto.passwords import is_password
from matinee.crypto.tokens import SigningKey, TrustedKeys, encode_base64url
from matinee.errors import SettingsInvalid
from matinee.wire.auth import AccessClaims, MediaClaims
from matinee_backend.adapters.memory import MemoryMembers
from matinee_backend.initialize import add_account, prepare_demo_account, prepare_secrets
from matinee_backend.state import StateFolder
from tests.support.control_plane import AheadClock

YEAR_MS = 365 * 24 * 3_600_000


def prepared(root: Path, clock: AheadClock | None = None) -> StateFolder:
    state = StateFolder(root / "state")
    prepare_secrets(state, appliances=("isp-a",), clock=clock or AheadClock())
    return state


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_secrets_are_their_owners_alone(tmp_path: Path) -> None:
    state = prepared(tmp_path)
    for path in (state.secrets, *state.secrets.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert len(state.master_key()) == 32


def test_what_is_there_already_stays_as_it_is(tmp_path: Path) -> None:
    before = contents(prepared(tmp_path).root)
    assert contents(prepared(tmp_path).root) == before


def test_the_tokens_of_an_appliance_are_good_for_a_year(tmp_path: Path) -> None:
    clock = AheadClock()
    state = prepared(tmp_path, clock)
    trusted = TrustedKeys.from_text(state.public_keys())
    late_wall_ms = clock.wall_ms() + YEAR_MS - 60_000
    media = trusted.verify((state.tokens / "isp-a.media").read_text(), MediaClaims, wall_ms=late_wall_ms)
    control = trusted.verify((state.tokens / "isp-a.control").read_text(), AccessClaims, wall_ms=late_wall_ms)
    assert (media.sub, media.titles) == ("appliance:isp-a", ("*",))
    assert (control.sub, control.role) == ("appliance:isp-a", "appliance")


def test_a_token_near_its_end_is_minted_anew(tmp_path: Path) -> None:
    clock = AheadClock()
    before = (prepared(tmp_path, clock).tokens / "isp-a.media").read_text()
    clock.ahead_ms = YEAR_MS
    assert (prepared(tmp_path, clock).tokens / "isp-a.media").read_text() != before


def test_a_new_signing_key_is_trusted_beside_the_last(tmp_path: Path) -> None:
    state = prepared(tmp_path)
    before = state.public_keys()
    new = SigningKey.generate()
    state.signing_key_file.write_bytes(new.seed)
    prepared(tmp_path)
    assert state.public_keys() == {**before, new.key_id: encode_base64url(new.public)}


def test_an_appliances_name_is_no_path(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid):
        prepare_secrets(StateFolder(tmp_path), appliances=("../isp",), clock=AheadClock())


async def test_the_demo_account_can_log_in_and_keeps_its_password(tmp_path: Path) -> None:
    state, members = prepared(tmp_path), MemoryMembers()
    await prepare_demo_account(state, members)
    demo = json.loads(state.demo_account.read_text())
    await prepare_demo_account(state, members)
    assert json.loads(state.demo_account.read_text()) == demo
    account = await members.account_of("demo@matinee.example")
    assert account is not None
    assert is_password(demo["password"], stored=account.password_hash)
    assert list((await members.profiles(account.account_id)).values()) == ["Demo"]


async def test_a_lost_demo_password_is_made_anew(tmp_path: Path) -> None:
    state, members = prepared(tmp_path), MemoryMembers()
    await prepare_demo_account(state, members)
    state.demo_account.unlink()
    await prepare_demo_account(state, members)
    account = await members.account_of("demo@matinee.example")
    assert account is not None
    assert is_password(json.loads(state.demo_account.read_text())["password"], stored=account.password_hash)


async def test_an_account_is_added_once_and_with_sense() -> None:
    members = MemoryMembers()
    account = await add_account(members, email=" Ada@Matinee.example", password="long enough", country="de")
    assert (account.email, account.country, account.plan) == ("ada@matinee.example", "DE", "standard")
    for email, password, plan in (
        ("ada@matinee.example", "long enough", "basic"),
        ("nonsense", "long enough", "basic"),
        ("bob@matinee.example", "short", "basic"),
        ("bob@matinee.example", "long enough", "golden"),
    ):
        with pytest.raises(SettingsInvalid):
            await add_account(members, email=email, password=password, plan=plan)
