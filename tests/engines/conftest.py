"""A title of our encoder, an appliance that serves it, and the programs of other people that must understand it."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import msgspec
import pytest

from matinee.clock import SystemClock
from matinee.crypto.agreement import AgreementKey
from matinee.crypto.sealing import content_key_context, unseal
from matinee.crypto.tokens import SigningKey, encode_base64url
from matinee.wire.auth import DeviceRegistration, Login, LoginRequest, MediaClaims
from matinee.wire.title import SealedKeys, TitleIndex
from matinee_backend.__main__ import main as backend
from matinee_backend.initialize import DemoAccount
from matinee_encode.pipeline import make_title
from matinee_encode.reel import make_reel
from matinee_encode.settings import settings_for
from matinee_local.plan import CONTROL_PLANE, Process, system_plan
from matinee_local.state import StateDir
from matinee_local.supervisor import SupervisorSettings, running_system
from tests.support.system import Door, wait_until

TITLE_ID = "the-reel"
REQUIRED = "MATINEE_ENGINES_REQUIRED"
"""Set by `.ci/run`, which installs all of them: what is missing then is a failure."""


@dataclass(frozen=True)
class Encoded:
    """A title as it stands at the origin, and its key."""

    state: StateDir
    index: TitleIndex
    key_id: str
    key: bytes

    @property
    def folder(self) -> Path:
        return self.state.media / self.index.title_id

    def representation(self, representation_id: str) -> tuple[bytes, tuple[bytes, ...]]:
        """Its init segment, and its media segments."""
        paths = [file.path for file in self.index.files if file.representation_id == representation_id]
        init, *segments = ((self.folder / path).read_bytes() for path in paths)
        return init, tuple(segments)


@pytest.fixture(scope="session")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> Encoded:
    state = StateDir(tmp_path_factory.mktemp("engines"))
    state.prepare()
    film = state.root / "reel.mkv"
    make_reel(film, seconds=8, width=426, height=240)
    index = make_title(film, settings_for(name="The reel", state=state.root, workers=2, preset="ultrafast"))
    sealed = msgspec.json.decode((state.root / "keys" / f"{TITLE_ID}.json").read_bytes(), type=SealedKeys).keys[0]
    master = (state.secrets / "master.key").read_bytes()
    context = content_key_context(title_id=TITLE_ID, key_id=sealed.key_id)
    return Encoded(state, index, sealed.key_id, unseal(sealed.sealed, key=master, context=context))


@pytest.fixture
async def title_url(encoded: Encoded) -> AsyncIterator[str]:
    """The title's folder at a running appliance, with a final `/`."""
    key, clock = SigningKey.generate(), SystemClock()
    encoded.state.trust.write_bytes(msgspec.json.encode({key.key_id: encode_base64url(key.public)}))
    claims = MediaClaims(sub="test", titles=(TITLE_ID,), exp_wall_ms=clock.wall_ms() + 3_600_000)
    arguments = ("--name", "origin", "--kind", "origin", "--shelf", str(encoded.state.media))
    trust = ("--trust", str(encoded.state.trust))
    async with running_system(
        [Process(name="origin", module="matinee_edge", arguments=(*arguments, *trust))],
        state=encoded.state,
        host="127.0.0.1",
        clock=clock,
        tell=lambda line: None,
        settings=SupervisorSettings(),
    ) as system:
        yield f"{system.url('origin')}/t/{key.sign(claims)}/titles/{TITLE_ID}/"


@dataclass(frozen=True)
class Pressed:
    """What a browser is handed after a press of play, where the operator has opened the ClearKey door."""

    manifest_url: str
    license_url: str
    bearer: str


@pytest.fixture
async def pressed(encoded: Encoded) -> AsyncIterator[Pressed]:
    state = encoded.state
    assert await asyncio.to_thread(backend, ["init", "--state", str(state.root)]) == 0
    settings = state.root / "settings.toml"
    settings.write_text("[license]\nclearkey = true\n")
    control, origin, exchange, isp, _ = system_plan(state, port=0)
    control = msgspec.structs.replace(control, arguments=(*control.arguments, "--settings", str(settings)))
    async with (
        running_system(
            [control, origin, exchange, isp],
            state=state,
            host="127.0.0.1",
            clock=SystemClock(),
            tell=lambda line: None,
            settings=SupervisorSettings(),
        ) as system,
        aiohttp.ClientSession() as session,
    ):
        url = system.url(CONTROL_PLANE)
        door = Door(url=url, session=session, login=await _logged_in(state, session, url))

        async def is_served() -> bool:
            return (await door.press_play(TITLE_ID)).status == 200

        await wait_until(is_served)
        reply = await door.play(TITLE_ID)
        yield Pressed(reply.manifest_url, f"{url}/v1/clearkey", f"Bearer {door.login.access_token}")


@pytest.fixture
def program() -> Callable[[str], str]:
    """Finds a program by name; the test is skipped, and says why, where it is not installed."""

    def found(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            missing(f"{name} is not installed")
        return str(path)

    return found


async def _logged_in(state: StateDir, session: aiohttp.ClientSession, url: str) -> Login:
    account = msgspec.json.decode((state.secrets / "demo-account.json").read_bytes(), type=DemoAccount)
    device = DeviceRegistration(name="Browser", agreement_key=AgreementKey.generate().public)
    asked = LoginRequest(email=account.email, password=account.password, device=device)
    async with session.post(f"{url}/v1/login", data=msgspec.json.encode(asked)) as answer:
        return msgspec.json.decode(await answer.read(), type=Login)


def missing(why: str) -> None:
    """The test ends here: skipped, or failed where all engines were promised."""
    if os.environ.get(REQUIRED):
        pytest.fail(why)
    pytest.skip(why)
