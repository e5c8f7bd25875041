"""A crowd in a process of its own: thousands of connections that hardly ask, and hundreds that hardly take.

`python -m benchmarks.edge.crowd` reads `Crowd` from the first line of its standard input, says `there` when all have
come, and at the end of its input how many were cut off.
"""

import asyncio
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import msgspec

from benchmarks.edge.load import Ask
from benchmarks.edge.pace import request_of
from benchmarks.edge.servers import LOADING_CORE, Server, on_core

ASK_EVERY_S = 15
"""An idle client asks for a little so often, as a player does whose buffer is full; sooner than servers give up."""
TAKE_BYTES, TAKE_EVERY_S = 8 << 10, 0.5
"""16 KB/s: a tenth of the least bitrate, and more than what servers cut off."""
SLOW_BUFFER_BYTES = 32 << 10
LITTLE_BYTES = 16 << 10
"""More than the answer to an idle one."""
WITHIN_S = 10


class Crowd(msgspec.Struct, frozen=True):
    """Who comes, and what they ask."""

    port: int
    idle: int
    little: bytes
    slow: int
    much: bytes


class Standing(msgspec.Struct, frozen=True):
    """How the crowd fared."""

    idle: int
    slow: int
    cut_off: int


@dataclass
class Told:
    """Filled in when the crowd has gone."""

    standing: Standing | None = None


@contextmanager
def crowd(server: Server, *, idle: int, slow: int, little: Ask, much: Ask) -> Iterator[Told]:
    """While entered it is there."""
    order = Crowd(server.port, idle, request_of(server, little), slow, request_of(server, much))
    with on_core(LOADING_CORE):
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.edge.crowd"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    assert process.stdin is not None
    assert process.stdout is not None
    told = Told()
    try:
        process.stdin.write(msgspec.json.encode(order) + b"\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"there\n", "the crowd did not come"
        yield told
    finally:
        process.stdin.close()
        with suppress(msgspec.DecodeError):
            told.standing = msgspec.json.decode(process.stdout.readline(), type=Standing)
        process.wait()


async def stand(order: Crowd) -> Standing:
    """Until standard input ends."""
    comers = [_Client(order.little, is_slow=False) for _ in range(order.idle)]
    comers += [_Client(order.much, is_slow=True) for _ in range(order.slow)]
    staying: set[asyncio.Task[None]] = set()
    for client in comers:
        await client.come(order.port)
        staying.add(asyncio.create_task(client.stay()))
    print("there", flush=True)
    await asyncio.to_thread(sys.stdin.buffer.read)
    cut_off = sum(task.done() for task in staying)
    for task in staying:
        task.cancel()
    await asyncio.wait(staying)
    return Standing(order.idle, order.slow, cut_off)


class _Client:
    """One of them."""

    def __init__(self, request: bytes, *, is_slow: bool) -> None:
        self._request = request
        self._is_slow = is_slow
        self._sock = socket.socket()

    async def come(self, port: int) -> None:
        """It has asked, and the answer has begun."""
        loop = asyncio.get_running_loop()
        if self._is_slow:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SLOW_BUFFER_BYTES)
        self._sock.setblocking(False)
        async with asyncio.timeout(WITHIN_S):
            await loop.sock_connect(self._sock, ("127.0.0.1", port))
            await loop.sock_sendall(self._sock, self._request)
            await self._take(LITTLE_BYTES)

    async def stay(self) -> None:
        """Until it is cut off."""
        loop = asyncio.get_running_loop()
        with self._sock, suppress(OSError):
            while True:
                await asyncio.sleep(TAKE_EVERY_S if self._is_slow else ASK_EVERY_S)
                if not self._is_slow:
                    await loop.sock_sendall(self._sock, self._request)
                await self._take(TAKE_BYTES if self._is_slow else LITTLE_BYTES)

    async def _take(self, most_bytes: int) -> None:
        """Raises ConnectionError at the end."""
        if not await asyncio.get_running_loop().sock_recv(self._sock, most_bytes):
            raise ConnectionError


if __name__ == "__main__":
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    standing = asyncio.run(stand(msgspec.json.decode(sys.stdin.buffer.readline(), type=Crowd)))
    print(msgspec.json.encode(standing).decode(), flush=True)
