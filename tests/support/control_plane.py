"""A control plane in this process, over real stores in a folder, every answer held against its API document."""

import re
import secrets
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import msgspec
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types
from starlette.applications import Starlette

from matinee.clock import SystemClock
from matinee.crypto.agreement import AgreementKey
from matinee.crypto.passwords import hash_password
from matinee.crypto.sealing import content_key_context, seal
from matinee.crypto.tokens import SigningKey, TrustedKeys, encode_base64url
from matinee.wire.auth import AccessClaims
from matinee.wire.license import License, LicenseRequest
from matinee.wire.steering import Heartbeat, Utilization, shelf_digest
from matinee.wire.title import Rung, SealedKey, SealedKeys, TitleIndex
from matinee_backend.adapters.title_folder import TitleFolder
from matinee_backend.gateway import SERVICES, House, application
from matinee_backend.initialize import prepare_secrets
from matinee_backend.records import Account, CatalogTitle, Device, HeardAppliance
from matinee_backend.settings import Settings
from matinee_backend.state import StateFolder
from matinee_backend.stores import Stores, open_stores

EMAIL, PASSWORD = "ada@matinee.example", "correct horse battery"
KEY_ID, CONTENT_KEY = "0123456789abcdef0123456789abcdef", bytes(range(16))


class AheadClock(SystemClock):
    """The machine's time, and as far ahead of it as a test says."""

    def __init__(self) -> None:
        self.ahead_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms

    def wall_ms(self) -> int:
        return super().wall_ms() + self.ahead_ms


@dataclass(frozen=True, kw_only=True)
class ControlPlane:
    """One account (premium, US) with one profile and one registered device, and a client that checks answers."""

    client: httpx2.AsyncClient
    stores: Stores
    state: StateFolder
    clock: AheadClock
    key: SigningKey
    device_key: AgreementKey
    account: Account
    device: Device
    profile_id: str = "profile-1"

    @property
    def trusted(self) -> TrustedKeys:
        return TrustedKeys({self.key.key_id: self.key.public})

    @property
    def bearer_of_operator(self) -> dict[str, str]:
        return _header(self.state.operator_token.read_text())

    @property
    def bearer(self) -> dict[str, str]:
        """The header by which the device speaks."""
        return self.bearer_of(self.account.account_id, device_id=self.device.device_id)

    def bearer_of(self, sub: str, *, device_id: str = "", lifetime_ms: int = 60_000) -> dict[str, str]:
        exp_wall_ms = self.clock.wall_ms() + lifetime_ms
        return _header(self.key.sign(AccessClaims(sub=sub, device_id=device_id, exp_wall_ms=exp_wall_ms)))

    def bearer_of_appliance(self, name: str) -> dict[str, str]:
        return _header((self.state.tokens / f"{name}.control").read_text())

    async def add_title(self, title_id: str = "big-buck", **facts: Any) -> CatalogTitle:
        """An encrypted title in the catalog, its key in the vault, whole on `isp-a` alone."""
        title = catalog_title(title_id, **facts)
        await self.stores.titles.put(title)
        context = content_key_context(title_id=title_id, key_id=KEY_ID)
        sealed = seal(CONTENT_KEY, key=self.state.master_key(), context=context)
        keys = SealedKeys(title_id=title_id, keys=(SealedKey(key_id=KEY_ID, sealed=sealed),))
        (self.state.keys / f"{title_id}.json").write_bytes(msgspec.json.encode(keys))
        known = {title.index.title_id for title in await self.stores.titles.titles()}
        held = appliance("isp-a", titles=known, heard_wall_ms=self.clock.wall_ms())
        await self.stores.appliances.keep_shelf(held.shelf, sorted(known))
        await self.stores.appliances.hear(held)
        self.clock.ahead_ms += Settings().steering.refresh_every_ms
        return title

    async def play(self, title_id: str = "big-buck", **changes: Any) -> httpx2.Response:
        asked = {"title_id": title_id, "device_id": self.device.device_id, "profile_id": self.profile_id, **changes}
        return await self.client.post("/v1/play", json=asked, headers=self.bearer)

    async def license(self, **changes: Any) -> httpx2.Response:
        """The answer to what the device asks for and signs."""
        asked = license_request(wall_ms=self.clock.wall_ms(), **changes)
        return await self.send_signed("/v1/license", self.device_key.signing_key.sign(asked))

    async def send_signed(self, path: str, token: str) -> httpx2.Response:
        return await self.client.post(path, json={"request": token}, headers=self.bearer)

    def license_in(self, answer: httpx2.Response) -> License:
        """What it says, if we signed it."""
        return self.trusted.verify(answer.json()["license"], License, wall_ms=self.clock.wall_ms())


def license_request(*, wall_ms: int, **changes: Any) -> LicenseRequest:
    """What `device-1` asks for `big-buck` with, good for half a minute."""
    facts = {"title_id": "big-buck", "device_id": "device-1", "nonce": secrets.token_urlsafe(12), **changes}
    return LicenseRequest(**{"exp_wall_ms": wall_ms + 30_000, **facts})


@asynccontextmanager
async def control_plane(
    root: Path, *, settings: Settings | None = None, only: tuple[str, ...] = SERVICES
) -> AsyncIterator[ControlPlane]:
    """Serving while entered; `root` becomes its state folder."""
    state, clock = StateFolder(root), AheadClock()
    prepare_secrets(state, appliances=("isp-a", "isp-b", "exchange", "origin"), clock=clock)
    stores, key = open_stores(state, writes_events=True), state.signing_key()
    house = House(
        stores=stores,
        title_folder=TitleFolder(root / "nowhere", titles=stores.titles, clock=clock),
        key=key,
        public_keys=state.public_keys(),
        clock=clock,
        settings=settings or Settings(),
    )
    app = application(house, only=only)
    async with app.router.lifespan_context(app), checked_client(app) as client:
        account, device_key = account_of(), AgreementKey.generate()
        device = device_of(agreement_key=device_key.public, signing_key=encode_base64url(device_key.signing_key.public))
        await stores.members.put_account(account)
        await stores.members.put_profile("profile-1", account_id=account.account_id, name="Ada")
        await stores.members.register_device(device, keep=8)
        yield ControlPlane(
            client=client,
            stores=stores,
            state=state,
            clock=clock,
            key=key,
            device_key=device_key,
            account=account,
            device=device,
        )


@asynccontextmanager
async def checked_client(app: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of `app` that fails the test when an answer is not what `/openapi.json` says."""
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://control.example") as client:
        document = (await client.get("/openapi.json")).json()

        async def check(response: httpx2.Response) -> None:
            await response.aread()
            check_answer(response, document)

        client.event_hooks = {"response": [check]}
        yield client


def check_answer(response: httpx2.Response, document: dict[str, Any]) -> None:
    """Fails unless the document describes this status of this path, and the body fits."""
    operation = _operation(response.request, document)
    if operation is None:
        return
    described = operation["responses"].get(str(response.status_code))
    assert described, f"{response.request.url.path} does not say that it answers {response.status_code}"
    content_type = response.headers["Content-Type"]
    schema = {**described["content"][content_type]["schema"], "components": document["components"]}
    problems: Iterator[Any] = Draft202012Validator(schema).iter_errors(response.json())
    assert [problem.message for problem in problems] == []


def _operation(request: httpx2.Request, document: dict[str, Any]) -> dict[str, Any] | None:
    for path, operations in document["paths"].items():
        pattern = re.sub(r"{\w+}", "[^/]+", path)
        if re.fullmatch(pattern, request.url.path) and request.method.lower() in operations:
            found: dict[str, Any] = operations[request.method.lower()]
            return found
    return None


@cache
def password_hash() -> str:
    """Hashed once for all tests: it is slow by design."""
    return hash_password(PASSWORD)


def account_of(account_id: str = "account-1", **changes: Any) -> Account:
    facts = {"email": EMAIL, "password_hash": password_hash(), "plan": "premium", "country": "US", **changes}
    return Account(account_id=account_id, **facts)


def device_of(device_id: str = "device-1", **changes: Any) -> Device:
    facts = {
        "account_id": "account-1",
        "name": "Television",
        "agreement_key": f"key of {device_id}",
        "registered_wall_ms": 1_000,
        **changes,
    }
    return Device(device_id=device_id, **facts)


def catalog_title(title_id: str = "big-buck", *, added_wall_ms: int = 1_000, **facts: Any) -> CatalogTitle:
    """An hour of video with one key and one rung."""
    index = {
        "name": title_id.title(),
        "duration_ms": 3_600_000,
        "ladder": (Rung(representation_id="v1", width=1280, height=720, bitrate_kbps=2350, codec="avc1.64001f"),),
        "key_ids": (KEY_ID,),
        **facts,
    }
    return CatalogTitle(index=TitleIndex(title_id=title_id, **index), has_poster=True, added_wall_ms=added_wall_ms)


def appliance(name: str, *, titles: Iterable[str] = (), **changes: Any) -> HeardAppliance:
    """`titles`: those that its shelf's digest stands for; a directory must be told of them besides."""
    facts = {
        "kind": name.partition("-")[0],
        "base_url": f"http://{name}.example",
        "shelf": shelf_digest(titles),
        "used": Utilization(),
        "is_draining": False,
        "heard_wall_ms": 0,
        **changes,
    }
    return HeardAppliance(appliance=name, **facts)


def heartbeat(name: str = "isp-a", *, titles: tuple[str, ...] = (), **changes: Any) -> Heartbeat:
    facts = {
        "kind": name.partition("-")[0],
        "base_url": f"http://{name}.example",
        "shelf": shelf_digest(titles),
        "titles": titles,
        **changes,
    }
    return Heartbeat(appliance=name, **facts)


def _header(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
