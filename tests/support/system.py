"""The real system over a real title: what `matinee up` runs, five processes and their supervisor, on loopback."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import aiohttp
import msgspec

from matinee.clock import SystemClock
from matinee.crypto.agreement import AgreementKey
from matinee.crypto.sealing import content_key_context, unseal
from matinee.crypto.tokens import SigningKey, encode_base64url
from matinee.wire.auth import DeviceRegistration, Login, LoginRequest
from matinee.wire.play import PlayReply, PlayRequest
from matinee.wire.title import SealedKeys, TitleIndex
from matinee_backend.initialize import DemoAccount
from matinee_encode.pipeline import make_title
from matinee_encode.reel import make_reel
from matinee_encode.settings import settings_for
from matinee_local.plan import CONTROL_PLANE, ISP_APPLIANCES
from matinee_local.processes import ProcessId, is_alive
from matinee_local.record import Record, read_record
from matinee_local.state import StateDir
from matinee_local.status import system_status

SECONDS = 6
FRAMES = SECONDS * 24
SUBTITLES = "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nGood evening.\n\n00:00:03.000 --> 00:00:05.500\nSit down.\n"
DEADLINE_MS = 60_000

_CLOCK = SystemClock()
_POLL_MS = 200


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    """Whatever the case of their names."""
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Door:
    """A device that is logged in and speaks HTTP without the SDK, to see what the SDK would not show."""

    url: str
    session: aiohttp.ClientSession
    login: Login

    async def press_play(self, title_id: str, *, device_id: str = "") -> Answer:
        asked = PlayRequest(
            title_id=title_id,
            device_id=device_id or self.login.device_id,
            profile_id=self.login.profiles[0].profile_id,
        )
        return await self.post("/v1/play", asked)

    async def play(self, title_id: str) -> PlayReply:
        """What a good press of play is answered."""
        answer = await self.press_play(title_id)
        assert answer.status == 200, answer.body
        return msgspec.json.decode(answer.body, type=PlayReply)

    async def post(self, path: str, body: object) -> Answer:
        """What the control plane answers."""
        bearer = {"Authorization": f"Bearer {self.login.access_token}"}
        return await _post(self.session, self.url + path, body, headers=bearer)

    async def get(self, url: str) -> Answer:
        """What `url` answers to somebody without a bearer."""
        async with self.session.get(url) as answer:
            return Answer(answer.status, answer.headers, await answer.read())


@dataclass(frozen=True, kw_only=True)
class House:
    """A running system, with one title on both ISP appliances."""

    state: StateDir
    title: TitleIndex
    supervisor: "subprocess.Popen[bytes]"
    door_key: AgreementKey = field(default_factory=AgreementKey.generate)
    """Of the one device behind all doors: an account's streams are counted by device."""

    @property
    def url(self) -> str:
        """Of the control plane."""
        return self.url_of(CONTROL_PLANE)

    def url_of(self, name: str) -> str:
        return next(entry.url for entry in self.record().entries if entry.name == name)

    def process(self, name: str) -> ProcessId:
        """The process that bears the name now: a restarted one is another."""
        return next(entry.process for entry in self.record().entries if entry.name == name)

    def record(self) -> Record:
        record = read_record(self.state)
        assert record is not None, "the system runs"
        return record

    @property
    def account(self) -> DemoAccount:
        return msgspec.json.decode((self.state.secrets / "demo-account.json").read_bytes(), type=DemoAccount)

    @property
    def signing_key(self) -> SigningKey:
        """The service's own: what it signs, everybody believes."""
        return SigningKey((self.state.secrets / "signing.key").read_bytes())

    @property
    def content_keys(self) -> dict[str, bytes]:
        """The title's, by key id."""
        title_id = self.title.title_id
        master = (self.state.secrets / "master.key").read_bytes()
        sealed = msgspec.json.decode((self.state.root / "keys" / f"{title_id}.json").read_bytes(), type=SealedKeys)
        return {
            it.key_id: unseal(it.sealed, key=master, context=content_key_context(title_id=title_id, key_id=it.key_id))
            for it in sealed.keys
        }

    def kill(self, name: str) -> None:
        """`kill -9`; the supervisor starts another in its place."""
        os.kill(self.process(name).pid, signal.SIGKILL)

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """`kill -9`, and nobody starts another inside the block: the supervisor stands still. All is well after it."""
        self.supervisor.send_signal(signal.SIGSTOP)
        try:
            self.kill(name)
            yield
        finally:
            self.supervisor.send_signal(signal.SIGCONT)

    @asynccontextmanager
    async def door(self) -> AsyncIterator[Door]:
        """Logged in as the demo account."""
        account = self.account
        signing_key = encode_base64url(self.door_key.signing_key.public)
        device = DeviceRegistration(name="Door", agreement_key=self.door_key.public, signing_key=signing_key)
        asked = LoginRequest(email=account.email, password=account.password, device=device)
        timeout = aiohttp.ClientTimeout(total=DEADLINE_MS / 1000)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            answer = await _post(session, f"{self.url}/v1/login", asked, headers={})
            login = msgspec.json.decode(answer.body, type=Login)
            yield Door(url=self.url, session=session, login=login)

    async def wait_well(self) -> None:
        """All five answer, and both ISP appliances hold the title and are on the list."""
        await wait_until(self._is_placed)
        async with self.door() as door:
            await wait_until(lambda: self._is_listed(door))

    async def wait_restarted(self, name: str, before: ProcessId) -> None:
        """Another process bears the name."""

        async def is_another() -> bool:
            return self.process(name) != before

        await wait_until(is_another)

    async def _is_placed(self) -> bool:
        assert self.supervisor.poll() is None, self.state.log("up").read_text()
        status = await system_status(self.state, clock=_CLOCK)
        holding = {it.name for it in status.processes if self.title.title_id in (it.titles or ())}
        return status.is_healthy and holding >= {*ISP_APPLIANCES}

    async def _is_listed(self, door: Door) -> bool:
        answer = await door.press_play(self.title.title_id)
        assert answer.status in (200, 503), answer.body
        if answer.status == 503:
            return False
        urls = msgspec.json.decode(answer.body, type=PlayReply).oca_urls
        return {it.appliance for it in urls} >= {*ISP_APPLIANCES}


def make_state(state: StateDir) -> TitleIndex:
    """A state directory with nothing but one title in it: six seconds, five rungs, sound, English subtitles."""
    state.prepare()
    reel, webvtt = state.cache / "reel.mkv", state.cache / "english.vtt"
    make_reel(reel, seconds=SECONDS, width=320, height=180)
    webvtt.write_text(SUBTITLES)
    settings = settings_for(
        name="The Reel", state=state.root, workers=2, preset="ultrafast", subtitles=(("en", webvtt),), genres=("Test",)
    )
    return make_title(reel, settings)


@contextmanager
def opened(state: StateDir, title: TitleIndex, *, port: int = 0) -> Iterator[House]:
    """`matinee up` runs meanwhile; it is told to stop as by Ctrl-C, and waited for."""
    command = [sys.executable, "-m", "matinee", "up", "--state", str(state.root), "--port", str(port)]
    with (
        open(state.log("up"), "ab") as log,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True) as process,
    ):
        house = House(state=state, title=title, supervisor=process)
        try:
            asyncio.run(house.wait_well())
            yield house
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=DEADLINE_MS / 1000)


def copied(state: StateDir, to: Path) -> StateDir:
    """The same directory at another place; nothing may run in the first."""
    shutil.copytree(state.root, to)
    return StateDir(to)


async def wait_until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Returns once the condition holds; fails at the deadline."""
    by_ms = _CLOCK.now_ms() + DEADLINE_MS
    while not await condition():
        assert _CLOCK.now_ms() < by_ms, "not within the deadline"
        await _CLOCK.wait_until(_CLOCK.now_ms() + _POLL_MS)


async def wait_gone(processes: list[ProcessId]) -> None:
    """None of them lives."""

    async def are_gone() -> bool:
        return not any(map(is_alive, processes))

    await wait_until(are_gone)


async def _post(session: aiohttp.ClientSession, url: str, body: object, *, headers: Mapping[str, str]) -> Answer:
    content = {"Content-Type": "application/json"}
    async with session.post(url, data=msgspec.json.encode(body), headers={**content, **headers}) as answer:
        return Answer(answer.status, answer.headers, await answer.read())
