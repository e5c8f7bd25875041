"""Serving: one appliance on one port, from its start until it is told to stop."""

import asyncio
import signal
from collections.abc import Callable

from matinee.clock import SystemClock
from matinee_asgi.listening import announced, listener, url_of
from matinee_edge.appliance import Appliance
from matinee_edge.settings import EdgeSettings


def serve(settings: EdgeSettings, *, draw: Callable[[], int]) -> None:
    """Serve until SIGINT or SIGTERM, then finish what is being sent.

    Raises SettingsInvalid if the port is taken or a file that the settings name cannot be used.
    """
    asyncio.run(_served(settings, draw))


async def _served(settings: EdgeSettings, draw: Callable[[], int]) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    with listener(settings.host, settings.port, is_shared=settings.workers > 1) as listening:
        url = url_of(listening, settings.host, scheme="https" if settings.tls_certificate else "http")
        appliance = Appliance(settings, url=url, clock=SystemClock(), draw=draw)
        with announced(settings.name, url, ready_file=settings.ready_file):
            await appliance.serve(listening, until=stopped)
