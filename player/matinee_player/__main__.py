"""`matinee watch` and `matinee play`: settings are read, the SDK and the devices are opened, the rest is handed on."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from matinee.clock import SystemClock
from matinee.core.notices import Notice, PlaybackReport
from matinee.errors import MatineeError, SettingsInvalid
from matinee.policy.settings import PlayerSettings
from matinee.runtime.client import Client
from matinee.runtime.player import Player
from matinee_player.account import check_logged_in, chosen_profile, log_in_if_told
from matinee_player.headless import play_headless
from matinee_player.report import notice_text, report_text, why_failed
from matinee_player.settings import AccountSettings, PlaySettings, WatchSettings, play_settings, watch_settings

if TYPE_CHECKING:
    from matinee_player.app import MatineeApp
    from matinee_player.depth import Depth


class Source(NamedTuple):
    """What is to be played."""

    title: str
    credit: str
    open_player: Callable[[], Player]


def watch(argv: list[str]) -> int:
    """`matinee watch`: browses and watches until the viewer leaves."""
    settings = watch_settings(argv, os.environ)
    if not _has_terminal():
        print("matinee watch needs a terminal; without one, `matinee play` prints a report.", file=sys.stderr)
        return 2
    return _status("watch", _watch(settings, _depth(settings.colors)))


def play(argv: list[str]) -> int:
    """`matinee play`: one title or URL, in the terminal or headless; 0 if the picture moved."""
    settings = play_settings(argv, os.environ)
    if settings.is_headless or not _has_terminal():
        return _status("play", _play_headless(settings))
    return _status("play", _play_in_terminal(settings, _depth(settings.colors)))


def _status(command: str, running: Coroutine[None, None, int]) -> int:
    try:
        return asyncio.run(running)
    except MatineeError as error:
        print(f"matinee {command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


async def _watch(settings: WatchSettings, depth: "Depth") -> int:
    from matinee_player.app import WatchApp
    from matinee_player.audio import open_speaker

    clock = SystemClock()
    async with _client(settings.account, settings.player) as client:
        await log_in_if_told(client, settings.account)
        with closing(open_speaker(clock)) as speaker:
            app = WatchApp(
                client,
                clock=clock,
                speaker=speaker,
                depth=depth,
                email=settings.account.email,
                profile_name=settings.account.profile,
                title_id=settings.title_id,
            )
            await _run(app)
    return app.return_code or 0


async def _play_in_terminal(settings: PlaySettings, depth: "Depth") -> int:
    from matinee_player.app import PlayApp
    from matinee_player.audio import open_speaker

    clock = SystemClock()
    async with AsyncExitStack() as stack:
        source = await _source(settings, stack)
        with closing(open_speaker(clock)) as speaker:
            report = await _run(
                PlayApp(
                    source.title, source.open_player, clock=clock, speaker=speaker, depth=depth, credit=source.credit
                )
            )
    return 0 if report is None else _conclude(report, settings, is_whole=False)


async def _play_headless(settings: PlaySettings) -> int:
    async with AsyncExitStack() as stack:
        source = await _source(settings, stack)
        player = await stack.enter_async_context(source.open_player())
        report = await play_headless(player, is_decoded=settings.is_decoded, on_notice=_tell)
    return _conclude(report, settings, is_whole=True)


async def _run(app: "MatineeApp") -> PlaybackReport | None:
    """The app's result; a polite signal ends it like its own key, so that the terminal is as it was."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        loop.add_signal_handler(number, app.leave)
    return await app.run_async()


async def _source(settings: PlaySettings, stack: AsyncExitStack) -> Source:
    """Anybody's URL by itself, a title by an account's client (which lives as long as `stack`)."""
    if settings.is_url:
        return Source(settings.source, "", partial(Player.open, settings.source, settings=settings.player))
    client = await stack.enter_async_context(_client(settings.account, settings.player))
    await log_in_if_told(client, settings.account)
    check_logged_in(client, settings.account)
    profile = chosen_profile(client.profiles, settings.account.profile)
    item = await client.title(settings.source)
    opening = partial(client.play, item.title_id, profile_id=profile.profile_id)
    return Source(item.name, item.credit, opening)


def _client(account: AccountSettings, player: PlayerSettings) -> Client:
    return Client(account.server, device_store=account.device_store / "device.json", settings=player)


def _conclude(report: PlaybackReport, settings: PlaySettings, *, is_whole: bool) -> int:
    print(report_text(report))
    if settings.json_path is not None:
        _write(report, settings.json_path)
    failure = why_failed(report, is_decoded=settings.is_decoded, is_whole=is_whole)
    if failure is not None:
        print(f"matinee play: {failure}", file=sys.stderr)
        return 1
    return 0


def _write(report: PlaybackReport, path: Path) -> None:
    try:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
    except OSError as error:
        raise SettingsInvalid(f"The report cannot be written to {path}: {error.strerror}.", path=str(path)) from error


def _tell(notice: Notice) -> None:
    text = notice_text(notice)
    if text is not None:
        print(text, file=sys.stderr)


def _has_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()


def _depth(colors: Literal["auto", "truecolor", "256"]) -> "Depth":
    """How many colours to use, for Textual too: it reads its environment when it is imported."""
    from matinee_player.depth import depth_of

    depth = depth_of(os.environ) if colors == "auto" else colors
    os.environ["TEXTUAL_COLOR_SYSTEM"] = depth
    return depth
