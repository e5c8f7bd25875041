"""What an operator's commands share: where the control plane and its token are, and one question to it."""

import argparse
import os
from pathlib import Path
from typing import TypeVar

import aiohttp
import msgspec

from matinee.errors import RequestInvalid, ServiceUnavailable, SettingsInvalid
from matinee.wire.problem import Problem, error_of
from matinee_backend.state import StateFolder

AnswerT = TypeVar("AnswerT")
DEFAULT_SERVER = "http://127.0.0.1:8400"
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_MAX_ANSWER_BYTES = 4 << 20


def add_options(parser: argparse.ArgumentParser) -> None:
    """`--server`, `--state`, `--json`."""
    parser.add_argument("--server", default=DEFAULT_SERVER, help="the control plane (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument(
        "--state",
        type=Path,
        default=Path(os.environ.get("MATINEE_STATE", ".matinee")),
        metavar="DIR",
        help="where the operator's token lies (default: $MATINEE_STATE or .matinee)",
    )


async def ask(given: argparse.Namespace, path: str, answer_type: type[AnswerT]) -> AnswerT:
    """The control plane's answer. Raises what it refused with, ServiceUnavailable, RequestInvalid, SettingsInvalid."""
    headers = {"Authorization": f"Bearer {_token(StateFolder(given.state))}"}
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.get(given.server.rstrip("/") + path, headers=headers, allow_redirects=False) as answer,
        ):
            status, body = answer.status, await answer.content.read(_MAX_ANSWER_BYTES)
    except aiohttp.InvalidURL as error:
        raise RequestInvalid("--server takes a URL that begins with http:// or https://.") from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise ServiceUnavailable(f"The control plane does not answer ({type(error).__name__}).") from error
    try:
        if status == 200:
            return msgspec.json.decode(body, type=answer_type)
        raise error_of(msgspec.json.decode(body, type=Problem))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ServiceUnavailable(f"What answers there is no control plane (status {status}).") from error


def _token(state: StateFolder) -> str:
    try:
        return state.operator_token.read_text().strip()
    except OSError as error:
        what = f"{state.operator_token} cannot be read: {error.strerror}. `matinee-backend init` makes it."
        raise SettingsInvalid(what) from error
