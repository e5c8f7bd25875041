"""`matinee-backend`: prepare a state folder, add accounts, serve the control plane."""

import argparse
import asyncio
import getpass
import sys
from pathlib import Path

from matinee.clock import SystemClock
from matinee.errors import MatineeError
from matinee.wire.license import Revocation
from matinee_asgi.logs import log_to_stderr
from matinee_asgi.serve import serve
from matinee_backend.adapters.title_folder import TitleFolder
from matinee_backend.gateway import SERVICES, House, application
from matinee_backend.initialize import (
    DEFAULT_APPLIANCES,
    DEFAULT_COUNTRY,
    add_account,
    prepare_demo_account,
    prepare_secrets,
)
from matinee_backend.release import set_release, wall_ms_of
from matinee_backend.services.entitlement.rules import DEFAULT_PLAN, STREAMS_BY_PLAN
from matinee_backend.services.license.revoke import Revoker
from matinee_backend.settings import chosen, read_settings
from matinee_backend.state import StateFolder
from matinee_backend.stores import open_stores


def main(argv: list[str] | None = None) -> int:
    """Runs one command; says in one line what is wrong."""
    asked = _parser().parse_args(argv)
    try:
        return int(asked.carry_out(asked))
    except MatineeError as error:
        print(f"matinee-backend {asked.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _init(asked: argparse.Namespace) -> int:
    state = StateFolder(asked.state)
    prepare_secrets(state, appliances=tuple(asked.appliances.split(",")), clock=SystemClock())

    async def prepare() -> None:
        stores = open_stores(state)
        try:
            await prepare_demo_account(state, stores.members)
        finally:
            await stores.close()

    asyncio.run(prepare())
    print(f"{state.root} is ready; the demo account is in {state.demo_account}")
    return 0


def _add_account(asked: argparse.Namespace) -> int:
    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")

    async def add() -> str:
        stores = open_stores(StateFolder(asked.state))
        try:
            account = await add_account(
                stores.members, email=asked.email, password=password, plan=asked.plan, country=asked.country
            )
        finally:
            await stores.close()
        return account.email

    print(f"{asyncio.run(add())} can log in")
    return 0


def _release(asked: argparse.Namespace) -> int:
    index = set_release(StateFolder(asked.state), asked.title, wall_ms=wall_ms_of(asked.at))
    print(f"{index.name} comes out at {asked.at}; until then it is filled, and refused to viewers")
    return 0


def _revoke(asked: argparse.Namespace) -> int:
    said = Revocation(kind=asked.kind, subject=asked.subject, is_revoked=not asked.undo)

    async def revoke() -> None:
        stores = open_stores(StateFolder(asked.state))
        revoker = Revoker(ledger=stores.licenses, leases=stores.leases, members=stores.members, clock=SystemClock())
        try:
            await revoker.revoke(said)
        finally:
            await stores.close()

    asyncio.run(revoke())
    print(f"the {said.kind} {said.subject} gets {'no license' if said.is_revoked else 'licenses again'}")
    return 0


def _serve(asked: argparse.Namespace) -> int:
    state, clock = StateFolder(asked.state), SystemClock()
    settings = read_settings(asked.settings, public_url=asked.public_url)
    only = chosen(asked.only, among=SERVICES)
    key, public_keys = state.signing_key(), state.public_keys()
    stores = open_stores(state, writes_events="telemetry" in only, event_log=settings.event_log)
    house = House(
        stores=stores,
        title_folder=TitleFolder(state.media, titles=stores.titles, clock=clock),
        key=key,
        public_keys=public_keys,
        clock=clock,
        settings=settings,
    )
    log_to_stderr()
    app = application(house, only=only)
    serve(app, name=asked.name, host=asked.host, port=asked.port, ready_file=asked.ready_file)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="matinee-backend", description="The control plane of Matinee.")
    commands = parser.add_subparsers(dest="command", required=True)
    init = _command(commands, "init", _init, "prepare a state folder: secrets, trust, the demo account")
    init.add_argument("--appliances", default=",".join(DEFAULT_APPLIANCES), help="whom to mint tokens for")
    account = commands.add_parser("account", help="accounts").add_subparsers(dest="account_command", required=True)
    add = _command(account, "add", _add_account, "add an account; its password is read from standard input")
    add.add_argument("email")
    add.add_argument("--plan", default=DEFAULT_PLAN, choices=list(STREAMS_BY_PLAN))
    add.add_argument("--country", default=DEFAULT_COUNTRY, help="ISO 3166 alpha-2")
    release = _command(commands, "release", _release, "say when a title comes out")
    release.add_argument("title", help="its id")
    release.add_argument("--at", required=True, metavar="TIME", help="as 2026-12-24T18:00+01:00")
    revoke = _command(commands, "revoke", _revoke, "license nothing more to a device, or of a title")
    revoke.add_argument("kind", choices=("device", "title"))
    revoke.add_argument("subject", help="its id")
    revoke.add_argument("--undo", action="store_true", help="license again")
    serving = _command(commands, "serve", _serve, "serve the control plane")
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=int, default=8400, help="0: the kernel chooses")
    serving.add_argument("--ready-file", type=Path, help="written once connections are accepted")
    serving.add_argument("--only", default="", metavar="NAMES", help=f"some of {','.join(SERVICES)}")
    serving.add_argument("--name", default="control", help="in the ready file and the log")
    serving.add_argument("--settings", type=Path, help="a TOML file")
    serving.add_argument("--public-url", default="", help="where players reach this service")
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    carry_out: object,
    says: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=says, description=says)
    command.add_argument("--state", type=Path, default=Path(".matinee"), help="the state folder")
    command.set_defaults(carry_out=carry_out)
    return command


if __name__ == "__main__":
    sys.exit(main())
