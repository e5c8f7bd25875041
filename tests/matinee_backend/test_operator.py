"""One question of an operator."""

import argparse
from pathlib import Path

import pytest

from matinee.errors import RequestInvalid, ServiceUnavailable, SettingsInvalid
from matinee_backend.operator import add_options, ask


def options(*argv: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_options(parser)
    return parser.parse_args(argv)


async def test_without_a_token_nobody_is_asked(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match=r"operator\.token cannot be read"):
        await ask(options("--state", str(tmp_path)), "/v1/quality", dict)


@pytest.mark.parametrize(
    ("server", "error"), [("http://127.0.0.1:1", ServiceUnavailable), ("nonsense", RequestInvalid)]
)
async def test_where_nobody_answers_it_says_so(tmp_path: Path, server: str, error: type[Exception]) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/operator.token").write_text("token")
    with pytest.raises(error):
        await ask(options("--state", str(tmp_path), "--server", server), "/v1/quality", dict)
