"""A viewer at the real system."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from matinee import Client
from matinee.policy.settings import BufferingSettings, PlayerSettings, RetrySettings
from tests.support.system import House

SHORT_OF_BREATH = PlayerSettings(
    buffering=BufferingSettings(start_ms=500, full_ms=2_000),
    retry=RetrySettings(first_ms=20, cap_ms=100),
    text_language="en",
)
"""Holds so little that the second of the title's two segments is fetched in mid-play."""


@pytest.fixture
async def client(house: House, tmp_path: Path) -> AsyncIterator[Client]:
    """Logged in as the demo account, on a device of its own."""
    async with Client(house.url, device_store=tmp_path / "device.json", settings=SHORT_OF_BREATH) as client:
        await client.login(house.account.email, house.account.password)
        yield client
