"""Requests at a rate, whether or not the answers keep up: what a crowd of clients does, and what their wait is.

`python -m benchmarks.edge.pace` reads `Paced` from standard input and writes `Waits`. A request's wait begins when it
was due, not when a connection was free for it, so a server that stops is charged for everybody who came meanwhile.
"""

import gc
import random
import select
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from math import inf
from statistics import quantiles

import msgspec

from benchmarks.edge.load import HEADERS, Ask
from benchmarks.edge.servers import LOADING_CORE, Server, on_core

CONNECTIONS = 64
DRAINING_S = 2.0
MOST_BYTES = 1 << 20


class Paced(msgspec.Struct, frozen=True):
    """What is to be asked, and how often."""

    port: int
    asks: list[tuple[bytes, int]]
    """Each request and the length of the body that answers it."""
    rate: float
    seconds: float


class Waits(msgspec.Struct, frozen=True):
    """From when requests were due to the last bytes of their answers."""

    rate: float
    p50_ms: float
    p99_ms: float
    late_p99_ms: float
    """How late the asking was where a connection was free: the generator's own part in the above."""
    unanswered: int
    wrong: int
    """Answers of another status or length."""


def paced(server: Server, asks: Sequence[Ask], *, rate: float, seconds: float) -> Waits:
    """From a process of its own, on the core of the load. Raises AssertionError if an answer was wrong."""
    order = Paced(server.port, [(request_of(server, ask), ask.end - ask.first) for ask in asks], rate, seconds)
    with on_core(LOADING_CORE):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.edge.pace"],
            input=msgspec.msgpack.encode(order),
            check=True,
            capture_output=True,
        )
    waits = msgspec.msgpack.decode(done.stdout, type=Waits)
    assert not waits.wrong, f"{server.name} answered {waits.wrong} requests wrongly"
    return waits


def request_of(server: Server, ask: Ask) -> bytes:
    """As wrk asks it."""
    headers = {"Host": f"127.0.0.1:{server.port}"} | ({"Range": ask.range} if ask.is_range else {}) | HEADERS
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET {server.prefix}/{ask.path} HTTP/1.1\r\n{lines}\r\n".encode()


class _Connection:
    """Asks one thing at a time."""

    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.setblocking(False)
        self._due_s = 0.0
        self._body_bytes = 0
        self._left_bytes = -1
        """Of the answer; below 0 while its head has not come."""

    def ask(self, request: bytes, *, body_bytes: int, due_s: float) -> None:
        self._due_s, self._body_bytes, self._left_bytes = due_s, body_bytes, -1
        self.sock.send(request)

    def take(self) -> float | None:
        """When the request was due, once its answer is whole. Raises ValueError if it is wrong."""
        if self._left_bytes < 0:
            head, _, body = self.sock.recv(4096).partition(b"\r\n\r\n")
            if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 206")):
                raise ValueError(head[:40])
            if b"\r\ncontent-length: %d\r\n" % self._body_bytes not in head.lower() + b"\r\n":
                raise ValueError("another length")
            self._left_bytes = self._body_bytes - len(body)
        while self._left_bytes:
            try:
                # tcp(7): MSG_TRUNC throws the bytes away in the kernel, so that counting them costs no copy.
                taken = self.sock.recv_into(_NOWHERE, min(self._left_bytes, MOST_BYTES), socket.MSG_TRUNC)
            except BlockingIOError:
                return None
            if not taken:
                raise ValueError("an early end")
            self._left_bytes -= taken
        return self._due_s


_NOWHERE = bytearray(MOST_BYTES)


def ask_all(order: Paced) -> Waits:
    """Poisson arrivals over some connections; those that find none free wait, and their wait counts."""
    dice, poll = random.Random(7), select.epoll()
    connections = {it.sock.fileno(): it for it in (_Connection(order.port) for _ in range(CONNECTIONS))}
    for number in connections:
        poll.register(number, select.EPOLLIN)
    free, waiting = list(connections.values()), deque[float]()
    waits_s: list[float] = []
    late_s: list[float] = []
    wrong = asked = 0
    began_s = due_s = time.perf_counter()
    until_s = began_s + order.seconds
    while (now_s := time.perf_counter()) < until_s + DRAINING_S:
        while due_s <= now_s and due_s < until_s:
            if free:
                late_s.append(now_s - due_s)
            waiting.append(due_s)
            due_s += dice.expovariate(order.rate)
        while waiting and free:
            request, body_bytes = order.asks[asked % len(order.asks)]
            free.pop().ask(request, body_bytes=body_bytes, due_s=waiting.popleft())
            asked += 1
        if now_s > until_s and len(free) == len(connections):
            break
        for number, _ in poll.poll(0):
            connection = connections[number]
            try:
                was_due_s = connection.take()
            except ValueError:
                wrong += 1
                poll.unregister(number)
                continue
            if was_due_s is not None:
                waits_s.append(time.perf_counter() - was_due_s)
                free.append(connection)
    for connection in connections.values():
        connection.sock.close()
    poll.close()
    # Two at least are needed for a quantile; none is a wait without end.
    cuts, late_cuts = (quantiles(it if len(it) > 1 else [inf, inf], n=100) for it in (waits_s, late_s))
    return Waits(
        rate=round(len(waits_s) / order.seconds),
        p50_ms=round(1e3 * cuts[49], 3),
        p99_ms=round(1e3 * cuts[98], 3),
        late_p99_ms=round(1e3 * late_cuts[98], 3),
        unanswered=asked - len(waits_s) + len(waiting),
        wrong=wrong,
    )


if __name__ == "__main__":
    gc.disable()
    sys.stdout.buffer.write(
        msgspec.msgpack.encode(ask_all(msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Paced)))
    )
