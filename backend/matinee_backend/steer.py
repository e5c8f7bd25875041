"""`matinee steer`: asks a control plane where a client would be sent for a title, and why."""

import argparse
import asyncio
import os
import sys
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import msgspec

from matinee.errors import RequestInvalid, ServiceUnavailable, SettingsInvalid
from matinee.wire.problem import Problem, error_of
from matinee_backend.services.steering.explanation import Explanation, table
from matinee_backend.state import StateFolder

DEFAULT_SERVER = "http://127.0.0.1:8400"
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_MAX_ANSWER_BYTES = 4 << 20


def steer(argv: list[str]) -> int:
    """Prints the explanation; 0 if somebody can serve, else 1."""
    parser = argparse.ArgumentParser(prog="matinee steer", description="Why a session is sent where it is sent.")
    parser.add_argument("--explain", action="store_true", required=True, help="explain one ranking")
    parser.add_argument("--client", required=True, metavar="ADDRESS", help="the client's address")
    parser.add_argument("--title", required=True, metavar="ID")
    parser.add_argument("--session", default="explained", metavar="ID", help="each has an order of its own")
    parser.add_argument("--server", default=DEFAULT_SERVER, help="the control plane (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument(
        "--state",
        type=Path,
        default=Path(os.environ.get("MATINEE_STATE", ".matinee")),
        metavar="DIR",
        help="where the operator's token lies (default: $MATINEE_STATE or .matinee)",
    )
    given = parser.parse_args(argv)
    query = urlencode({"client": given.client, "title": given.title, "session": given.session})
    url = f"{given.server.rstrip('/')}/v1/explanations/steering?{query}"
    explanation = asyncio.run(_explanation(url, token=_token(StateFolder(given.state))))
    sys.stdout.write((msgspec.json.encode(explanation).decode() if given.json else table(explanation)) + "\n")
    return 0 if explanation.places else 1


async def _explanation(url: str, *, token: str) -> Explanation:
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.get(url, headers={"Authorization": f"Bearer {token}"}, allow_redirects=False) as answer,
        ):
            status, body = answer.status, await answer.content.read(_MAX_ANSWER_BYTES)
    except aiohttp.InvalidURL as error:
        raise RequestInvalid("--server takes a URL that begins with http:// or https://.") from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise ServiceUnavailable(f"The control plane does not answer ({type(error).__name__}).") from error
    try:
        if status == 200:
            return msgspec.json.decode(body, type=Explanation)
        raise error_of(msgspec.json.decode(body, type=Problem))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ServiceUnavailable(f"What answers there is no control plane (status {status}).") from error


def _token(state: StateFolder) -> str:
    try:
        return state.operator_token.read_text().strip()
    except OSError as error:
        what = f"{state.operator_token} cannot be read: {error.strerror}. `matinee-backend init` makes it."
        raise SettingsInvalid(what) from error
