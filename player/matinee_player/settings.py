"""What the command line asks for: one frozen value for each command, parsed once."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from matinee.policy.settings import BufferingSettings, PlayerSettings, settings_from

DEFAULT_SERVER = "http://127.0.0.1:8400"


class AccountSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Whose titles, on which service."""

    server: str
    """The control plane's base URL."""
    email: str = ""
    """Logs in at the start; empty to use the login this device has kept."""
    password_file: Path | None = None
    """Its first line is the password of `email`."""
    device_store: Path
    """A folder: the device's keys and tokens lie there, readable by nobody else."""
    profile: str = ""
    """A profile's name; empty for the first."""


class WatchSettings(msgspec.Struct, frozen=True, kw_only=True):
    account: AccountSettings
    player: PlayerSettings = PlayerSettings()
    title_id: str = ""
    """Watched at once; empty to browse."""
    colors: Literal["auto", "truecolor", "256"] = "auto"


class PlaySettings(msgspec.Struct, frozen=True, kw_only=True):
    account: AccountSettings
    source: str
    """A DASH manifest's URL, or a title id of the service."""
    player: PlayerSettings = PlayerSettings()
    is_headless: bool = False
    """Also so without a terminal."""
    is_decoded: bool = True
    json_path: Path | None = None
    """The report is written there."""
    colors: Literal["auto", "truecolor", "256"] = "auto"

    @property
    def is_url(self) -> bool:
        return "://" in self.source


def watch_settings(argv: list[str], environment: Mapping[str, str]) -> WatchSettings:
    """The settings of `matinee watch`. Exits with a usage line, or raises SettingsInvalid, if they make no sense."""
    parser = ArgumentParser("matinee watch", description="Browse and watch in the terminal.")
    _add_account(parser, environment)
    parser.add_argument("--title", default="", metavar="ID", help="watch this title at once")
    _add_buffer(parser)
    _add_colors(parser)
    given = parser.parse_args(argv)
    player = _player(given, is_decoded=True)
    return WatchSettings(account=_account(given), player=player, title_id=given.title, colors=given.colors)


def play_settings(argv: list[str], environment: Mapping[str, str]) -> PlaySettings:
    """The settings of `matinee play`. Exits with a usage line, or raises SettingsInvalid, if they make no sense."""
    parser = ArgumentParser("matinee play", description="Play a DASH URL, or a title of the service.")
    parser.add_argument("source", metavar="URL_OR_TITLE")
    _add_account(parser, environment)
    parser.add_argument("--headless", action="store_true", help="show nothing, print a report (as without a terminal)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report there as JSON")
    parser.add_argument("--no-decode", action="store_true", help="fetch and decrypt only (with --headless)")
    _add_buffer(parser)
    _add_colors(parser)
    given = parser.parse_args(argv)
    if given.no_decode and not given.headless:
        parser.error("--no-decode goes with --headless: there is nothing to show")
    return PlaySettings(
        account=_account(given),
        source=given.source,
        player=_player(given, is_decoded=not given.no_decode),
        is_headless=given.headless,
        is_decoded=not given.no_decode,
        json_path=given.json,
        colors=given.colors,
    )


def _add_account(parser: ArgumentParser, environment: Mapping[str, str]) -> None:
    data = environment.get("XDG_DATA_HOME") or str(Path(environment.get("HOME", ".")) / ".local" / "share")
    parser.add_argument("--server", default=DEFAULT_SERVER, metavar="URL", help=f"the service ({DEFAULT_SERVER})")
    parser.add_argument("--email", default="", help="log in as this account")
    parser.add_argument("--password-file", type=Path, metavar="FILE", help="a file whose first line is the password")
    parser.add_argument(
        "--device-store", type=Path, default=Path(data) / "matinee", metavar="DIR", help="keeps this device's keys"
    )
    parser.add_argument("--profile", default="", metavar="NAME", help="watch as this profile (the first)")


def _add_buffer(parser: ArgumentParser) -> None:
    most_ms = BufferingSettings().full_ms
    parser.add_argument("--buffer-ms", type=int, default=most_ms, help="how far to fetch ahead (%(default)s)")


def _add_colors(parser: ArgumentParser) -> None:
    parser.add_argument("--colors", choices=("auto", "truecolor", "256"), default="auto", help="of the terminal")


def _account(given: Namespace) -> AccountSettings:
    return AccountSettings(
        server=given.server,
        email=given.email,
        password_file=given.password_file,
        device_store=given.device_store,
        profile=given.profile,
    )


def _player(given: Namespace, *, is_decoded: bool) -> PlayerSettings:
    return settings_from({"buffering": {"full_ms": given.buffer_ms}, "decode": is_decoded})
