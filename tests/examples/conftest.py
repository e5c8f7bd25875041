"""Anybody's title, on a server that knows nothing of ours."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.media import make_title
from tests.support.servers import MediaServer, serving_title


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[MediaServer]:
    """Two seconds, encrypted, with a ClearKey license server."""
    async with serving_title(tmp_path) as server:
        server.keys = make_title(tmp_path, seconds=2, laurl=f"{server.url}/clearkey").keys
        yield server
