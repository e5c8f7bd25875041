"""The first evening: a clip becomes a title, the house opens, somebody watches, everybody goes home."""

import asyncio
import os
import sys
from asyncio import TaskGroup
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import msgspec

from matinee.clock import Clock
from matinee.errors import AlreadyRunning, MediaCorrupt, ProcessFailed, SettingsInvalid
from matinee.wire.ids import TitleId
from matinee.wire.title import INDEX_NAME, TitleIndex
from matinee_encode.reel import CREDIT as REEL_CREDIT
from matinee_encode.reel import make_reel
from matinee_encode.settings import slug
from matinee_local.clip import CREDIT, TRAILER, fetch_clip
from matinee_local.launch import run_before_us
from matinee_local.outage import strike_in_use
from matinee_local.plan import CONTROL_PLANE, EXCHANGE, ISP_APPLIANCES, init_arguments, system_plan
from matinee_local.startup import started
from matinee_local.state import StateDir
from matinee_local.status import appliance_status
from matinee_local.supervisor import System

HOST = "127.0.0.1"
_REEL_S = 40
_PLACED_DEADLINE_MS = 120_000
_POLL_MS = 200
_OUTAGE_BUFFER_MS = 8_000
"""At most, and at most a quarter of the title: a player's usual buffer holds a whole clip before anything fails."""


class DemoSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What `matinee demo` is asked for."""

    file: Path | None = None
    """The film; None for the trailer, or a generated reel where that cannot be had."""
    is_headless: bool = False
    """Nothing is shown, a report is printed; it fails if the picture did not move."""
    json_path: Path | None = None
    """The report is written there, too. Headless only."""
    has_outage: bool = False
    """The appliance in use is killed after a third of the title."""


@dataclass(frozen=True, kw_only=True)
class Feature:
    """What is shown tonight."""

    file: Path
    name: str
    title_id: TitleId
    credit: str = ""


@dataclass(frozen=True, kw_only=True)
class Evening:
    """One demo, from the clip to the last report."""

    settings: DemoSettings
    state: StateDir
    clock: Clock
    tell: Callable[[str], None]

    async def run(self) -> int:
        """The exit status of whatever went wrong first, 0 if nothing did; nothing runs on afterwards.

        Raises AlreadyRunning if a demo or a system runs in this state directory.
        """
        self.state.prepare()
        with self.state.held("demo"):
            if self.state.is_held("up"):
                raise AlreadyRunning(f"A system runs in {self.state.root}.", state=str(self.state.root))
            feature = await self._feature()
            if feature.credit:
                self.tell(feature.credit)
            status = await run_before_us(_encode_arguments(feature, self.state), is_interactive=False)
            return status or await self._show(feature)

    async def _feature(self) -> Feature:
        file = self.settings.file
        if file is not None:
            if not file.is_file():
                raise SettingsInvalid(f"{file} is not a file.", file=str(file))
            return Feature(file=file, name=file.stem, title_id=slug(file.stem) or "feature")
        try:
            clip = await fetch_clip(TRAILER, cache=self.state.cache, log=self.state.log("clip"), tell=self.tell)
        except (ProcessFailed, MediaCorrupt) as error:
            self.tell(f"No trailer tonight, a generated reel instead: {error}")
            return await self._generated()
        return Feature(file=clip, name="Big Buck Bunny (trailer)", title_id="big-buck-bunny-trailer", credit=CREDIT)

    async def _generated(self) -> Feature:
        path = self.state.cache / "clips" / f"reel-{_REEL_S}s.mkv"
        if not path.exists():
            self.tell("Generating the reel …")
            path.parent.mkdir(parents=True, exist_ok=True)
            await asyncio.to_thread(make_reel, path, seconds=_REEL_S)
        return Feature(file=path, name="The Generated Reel", title_id="the-generated-reel", credit=REEL_CREDIT)

    async def _show(self, feature: Feature) -> int:
        plan, init = system_plan(self.state, port=0), init_arguments(self.state)
        async with started(plan, init=init, state=self.state, host=HOST, clock=self.clock, tell=self.tell) as system:
            await self._wait_placed(system, feature.title_id)
            is_interactive = not self.settings.is_headless
            player = self._player_arguments(feature, server=system.url(CONTROL_PLANE))
            async with TaskGroup() as group:
                outage = group.create_task(self._outage(system, feature)) if self.settings.has_outage else None
                status = await run_before_us(player, is_interactive=is_interactive)
                if outage is not None and not outage.done():
                    outage.cancel()
                    self.tell("The outage never came: the player was done before.")
            return status

    async def _wait_placed(self, system: System, title_id: TitleId) -> None:
        """Viewers are sent to every ISP appliance for the title. Raises ProcessFailed if not in time."""
        began_ms = self.clock.now_ms()
        timeout = aiohttp.ClientTimeout(total=2)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            missing = set(ISP_APPLIANCES)
            while missing:
                if self.clock.now_ms() - began_ms > _PLACED_DEADLINE_MS:
                    names = ", ".join(sorted(missing))
                    raise ProcessFailed(f"{title_id} is not offered by {names} ({self.state.logs}).", title_id=title_id)
                await self.clock.wait_until(self.clock.now_ms() + _POLL_MS)
                for name in sorted(missing):
                    told = await appliance_status(session, system.url(name))
                    if told is not None and title_id in told.announced:
                        missing.discard(name)
        self.tell(f"{title_id} is on both ISP appliances after {self.clock.now_ms() - began_ms} ms.")

    async def _outage(self, system: System, feature: Feature) -> None:
        after_ms = self._duration_ms(feature) // 3
        # Drawing over the player's screen would spoil it.
        tell = self.tell if self.settings.is_headless else _keep_quiet
        await strike_in_use(system, (*ISP_APPLIANCES, EXCHANGE), after_ms=after_ms, clock=self.clock, tell=tell)

    def _duration_ms(self, feature: Feature) -> int:
        index = (self.state.media / feature.title_id / INDEX_NAME).read_bytes()
        return msgspec.json.decode(index, type=TitleIndex).duration_ms

    def _player_arguments(self, feature: Feature, *, server: str) -> tuple[str, ...]:
        email, password_file = _account(self.state)
        account = ("--server", server, "--email", email, "--password-file", str(password_file))
        device = ("--device-store", str(self.state.root / "device"))
        buffer: tuple[str, ...] = ()
        if self.settings.has_outage:
            buffer = ("--buffer-ms", str(min(_OUTAGE_BUFFER_MS, self._duration_ms(feature) // 4)))
        if not self.settings.is_headless:
            return ("matinee", "watch", "--title", feature.title_id, *account, *device, *buffer)
        json = ("--json", str(self.settings.json_path)) if self.settings.json_path else ()
        return ("matinee", "play", feature.title_id, "--headless", *account, *device, *buffer, *json)


class _DemoAccount(msgspec.Struct, frozen=True, kw_only=True):
    email: str
    password: str


def _account(state: StateDir) -> tuple[str, Path]:
    """The demo account's address, and a file that holds its password: command lines are no place for one."""
    account = msgspec.json.decode((state.secrets / "demo-account.json").read_bytes(), type=_DemoAccount)
    password_file = state.secrets / "demo.password"
    with open(os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as output:
        output.write(account.password + "\n")
    return account.email, password_file


def _encode_arguments(feature: Feature, state: StateDir) -> tuple[str, ...]:
    named = ("--title", feature.name, "--id", feature.title_id, "--credit", feature.credit)
    return ("matinee", "encode", str(feature.file), *named, "--state", str(state.root))


def _keep_quiet(line: str) -> None:
    """Nobody listens."""


def has_terminal() -> bool:
    """Whether there is somebody to show pictures to."""
    return sys.stdin.isatty() and sys.stdout.isatty()
