"""Preparing a state folder: secrets, trust, the demo account. What is there already stays as it is."""

import secrets
from pathlib import Path

import msgspec

from matinee.clock import Clock
from matinee.crypto.passwords import hash_password, is_password
from matinee.crypto.sealing import generate_key
from matinee.crypto.tokens import Claims, ClaimsT, SigningKey, TrustedKeys, encode_base64url
from matinee.errors import SettingsInvalid, TokenInvalid
from matinee.files import write_whole
from matinee.wire.auth import AccessClaims, MediaClaims
from matinee.wire.ids import ApplianceId
from matinee_backend.ports import MemberStore
from matinee_backend.records import Account
from matinee_backend.services.auth.rules import normal_email
from matinee_backend.services.entitlement.rules import DEFAULT_PLAN, STREAMS_BY_PLAN
from matinee_backend.state import StateFolder

DEMO_EMAIL = "demo@matinee.example"
DEFAULT_APPLIANCES = ("origin", "exchange", "isp-a", "isp-b")
DEFAULT_COUNTRY = "US"
MIN_PASSWORD_CHARS = 8
"""NIST SP 800-63B section 5.1.1.2."""
_YEAR_MS = 365 * 24 * 3_600_000
_RENEW_MS = 30 * 24 * 3_600_000
"""A token that ends sooner is minted anew."""


class DemoAccount(msgspec.Struct, frozen=True, kw_only=True):
    email: str
    password: str


def prepare_secrets(state: StateFolder, *, appliances: tuple[str, ...], clock: Clock) -> None:
    """Keys, trust and one media and one control token for each appliance, readable by their owner alone."""
    for folder in (state.root, state.media, state.keys, state.control, state.root / "run", state.root / "logs"):
        folder.mkdir(parents=True, exist_ok=True)
    for folder in (state.secrets, state.tokens, state.keys, state.control):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o700)
    if not state.master_key_file.exists():
        write_whole(state.master_key_file, generate_key(), mode=0o600)
    if not state.signing_key_file.exists():
        write_whole(state.signing_key_file, SigningKey.generate().seed, mode=0o600)
    key = state.signing_key()
    trusted = state.public_keys() if state.trust_file.exists() else {}
    if key.key_id not in trusted:
        trusted[key.key_id] = encode_base64url(key.public)
        write_whole(state.trust_file, msgspec.json.encode(trusted), mode=0o644)
    for name in _checked(appliances):
        _mint_tokens(state, name, key=key, wall_ms=clock.wall_ms())
    operator = AccessClaims(sub="operator:local", role="operator", exp_wall_ms=clock.wall_ms() + _YEAR_MS)
    _mint(state.operator_token, operator, AccessClaims, key=key, wall_ms=clock.wall_ms())


async def prepare_demo_account(state: StateFolder, members: MemberStore) -> None:
    """The account in `demo-account.json` can log in, with a profile named Demo."""
    if not state.demo_account.exists():
        fresh = DemoAccount(email=DEMO_EMAIL, password=secrets.token_urlsafe(12))
        write_whole(state.demo_account, msgspec.json.encode(fresh), mode=0o600)
    demo = msgspec.json.decode(state.demo_account.read_bytes(), type=DemoAccount)
    known = await members.account_of(demo.email)
    if known is None:
        await add_account(members, email=demo.email, password=demo.password, plan="premium", profile="Demo")
    elif not is_password(demo.password, stored=known.password_hash):
        # The file was lost and made anew, and its word counts.
        await members.put_account(msgspec.structs.replace(known, password_hash=hash_password(demo.password)))


async def add_account(
    members: MemberStore,
    *,
    email: str,
    password: str,
    plan: str = DEFAULT_PLAN,
    country: str = DEFAULT_COUNTRY,
    profile: str = "Main",
) -> Account:
    """A new account with one profile. Raises SettingsInvalid if the e-mail is taken, or a value is of no use."""
    if "@" not in email:
        raise SettingsInvalid(f"{email} is no e-mail address.")
    if plan not in STREAMS_BY_PLAN:
        raise SettingsInvalid(f"There is no plan {plan}, but {', '.join(STREAMS_BY_PLAN)}.")
    if len(password) < MIN_PASSWORD_CHARS:
        raise SettingsInvalid(f"A password has at least {MIN_PASSWORD_CHARS} characters.")
    account = Account(
        account_id=secrets.token_urlsafe(16),
        email=normal_email(email),
        password_hash=hash_password(password),
        plan=plan,
        country=country.upper(),
    )
    if not await members.put_account(account):
        raise SettingsInvalid(f"There is an account {account.email} already.")
    await members.put_profile(secrets.token_urlsafe(16), account_id=account.account_id, name=profile)
    return account


def _checked(appliances: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return msgspec.convert(appliances, tuple[ApplianceId, ...])
    except msgspec.ValidationError as error:
        raise SettingsInvalid(f"An appliance's name is of lower-case letters, digits and dashes: {error}.") from error


def _mint_tokens(state: StateFolder, name: str, *, key: SigningKey, wall_ms: int) -> None:
    sub, exp_wall_ms = f"appliance:{name}", wall_ms + _YEAR_MS
    media = MediaClaims(sub=sub, titles=("*",), exp_wall_ms=exp_wall_ms)
    control = AccessClaims(sub=sub, role="appliance", exp_wall_ms=exp_wall_ms)
    _mint(state.tokens / f"{name}.media", media, MediaClaims, key=key, wall_ms=wall_ms)
    _mint(state.tokens / f"{name}.control", control, AccessClaims, key=key, wall_ms=wall_ms)


def _mint(path: Path, claims: Claims, claims_type: type[ClaimsT], *, key: SigningKey, wall_ms: int) -> None:
    trusted = TrustedKeys({key.key_id: key.public})
    try:
        trusted.verify(path.read_text(), claims_type, wall_ms=wall_ms + _RENEW_MS)
    except (FileNotFoundError, TokenInvalid):
        write_whole(path, key.sign(claims).encode(), mode=0o600)
