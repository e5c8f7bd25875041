"""A link between a player and a server: a relay on loopback that takes its time, as a distance and a rate would."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

PIECE_BYTES = 1 << 13
"""What one connection sends before another has its turn."""


class Relay:
    """All connections share the rate of the way down; a handshake takes a round trip. TCP's slow start is left out."""

    def __init__(self, *, host: str, port: int, rtt_ms: int, kbps: int) -> None:
        self._host = host
        self._port = port
        self._one_way_s = rtt_ms / 2000
        self._seconds_per_byte = 8 / (kbps * 1000)
        self._idle_at_s = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        accepted_s = asyncio.get_running_loop().time()
        above, below = await asyncio.open_connection(self._host, self._port)

        def up_at(now_s: float, size_bytes: int) -> float:
            # A client may speak one round trip after it began to connect.
            return max(now_s, accepted_s + 2 * self._one_way_s) + self._one_way_s

        def down_at(now_s: float, size_bytes: int) -> float:
            self._idle_at_s = max(now_s, self._idle_at_s) + size_bytes * self._seconds_per_byte
            return self._idle_at_s + self._one_way_s

        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_carry(reader, below, up_at))
                group.create_task(_carry(above, writer, down_at))
        except* ConnectionError:
            pass
        finally:
            below.close()
            writer.close()


@asynccontextmanager
async def relayed(url: str, *, rtt_ms: int, kbps: int) -> AsyncIterator[str]:
    """`url` at the other end of such a link, while entered."""
    parts = urlsplit(url)
    relay = Relay(host=parts.hostname or "", port=parts.port or 80, rtt_ms=rtt_ms, kbps=kbps)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield urlunsplit(parts._replace(netloc=f"127.0.0.1:{port}"))


async def _carry(
    source: asyncio.StreamReader, target: asyncio.StreamWriter, arrives_at: Callable[[float, int], float]
) -> None:
    """Each piece is written when it arrives, in order; reading goes on meanwhile."""
    loop = asyncio.get_running_loop()
    pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=1024)

    async def deliver() -> None:
        while True:
            at_s, piece = await pieces.get()
            await asyncio.sleep(at_s - loop.time())
            if not piece:
                target.close()
                return
            if target.is_closing():
                raise ConnectionResetError
            target.write(piece)

    async with asyncio.TaskGroup() as group:
        group.create_task(deliver())
        while True:
            piece = await source.read(PIECE_BYTES)
            await pieces.put((arrives_at(loop.time(), len(piece)), piece))
            if not piece:
                return
