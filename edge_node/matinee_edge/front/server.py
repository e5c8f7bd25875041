"""The front: one process's connections, which the event loop sees as a single descriptor.

When it is ready, all that has happened is dealt with in one go, without a callback or a task for each connection. What
needs a task (misses, refusals) runs on the same loop, in the same thread.
"""

import asyncio
import errno
import logging
import socket
from collections.abc import Sequence
from contextlib import suppress
from email.utils import formatdate

from starlette.types import ASGIApp

from matinee.clock import Clock
from matinee_edge.front.bounds import Bounds
from matinee_edge.front.connection import AtHand, Connection
from matinee_edge.front.exchange import Exchange
from matinee_edge.front.outgoing import Span, read_into_memory
from matinee_edge.front.readiness import readiness
from matinee_edge.front.tls import Tls
from matinee_edge.front.wires import PlainWire, TlsWire
from matinee_edge.tally import Tally

log = logging.getLogger("matinee.edge.front")

MOST_ROUNDS = 32
"""Of events dealt with before the rest of the event loop has its turn."""
MOST_ACCEPTED = 64
"""At a time."""
SWEEP_EVERY_MS = 100

_FULL = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Front:
    """Owned by one event loop."""

    def __init__(
        self,
        app: ASGIApp,
        at_hand: AtHand,
        *,
        name: str,
        bounds: Bounds,
        tally: Tally,
        clock: Clock,
        tls: Tls | None = None,
        is_logging: bool = False,
    ) -> None:
        self.name = name
        self.bounds = bounds
        self.tally = tally
        self.now_ms = clock.now_ms()
        self.date = b""
        self.is_draining = False
        self.is_logging = is_logging
        self._app = app
        self.at_hand = at_hand
        self._clock = clock
        self._tls = tls
        self._readiness = readiness()
        self._listeners: dict[int, socket.socket] = {}
        self._connections: dict[int, Connection] = {}
        self._turns: list[Connection] = []
        self._paused: set[int] = set()
        self._tasks: asyncio.TaskGroup | None = None
        self._loop = asyncio.get_running_loop()
        self._dated_ms = -1_000
        self._tell_time()

    async def serve(self, listeners: Sequence[socket.socket], *, until: asyncio.Event) -> None:
        """Serve on these sockets, which stay the caller's, until told; then finish what is being sent and stop.

        Cancelled: stop at once.
        """
        for listener in listeners:
            listener.setblocking(False)
            # Heads are held back by MSG_MORE where they should be; nothing else should wait for more.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._listeners[listener.fileno()] = listener
            self._readiness.listen(listener.fileno())
        async with asyncio.TaskGroup() as self._tasks:
            sweeping = self._tasks.create_task(self._sweep())
            self._loop.add_reader(self._readiness.fileno(), self._go_on)
            try:
                await until.wait()
                await self._finish()
            finally:
                # While the tasks end nothing more may be asked of them.
                self._loop.remove_reader(self._readiness.fileno())
                sweeping.cancel()
                for connection in list(self._connections.values()):
                    connection.close()
                self._readiness.close()

    # What connections ask of it.

    def ask(self, exchange: Exchange) -> "asyncio.Task[None]":
        assert self._tasks is not None
        return self._tasks.create_task(exchange.run(self._app))

    def read_aside(self, span: Span, *, of: Connection) -> None:
        reading = self._loop.run_in_executor(None, read_into_memory, span)
        reading.add_done_callback(lambda done: of.warmed(span) if done.exception() is None else of.close())

    def next_turn(self, connection: Connection) -> None:
        if not self._turns:
            self._loop.call_soon(self._take_turns)
        self._turns.append(connection)

    def forget(self, connection: Connection) -> None:
        self._connections.pop(connection.number, None)
        self.tally.connections -= 1

    # Events.

    def _go_on(self) -> None:
        self._tell_time()
        for _ in range(MOST_ROUNDS):
            changes = self._readiness.ready()
            if not changes:
                return
            for number, is_heard, is_last, is_gone in changes:
                connection = self._connections.get(number)
                if connection is None:
                    if number in self._listeners:
                        self._accept(self._listeners[number])
                elif is_gone:
                    connection.close()
                else:
                    if is_heard:
                        connection.heard(is_last=is_last)
                    connection.wake()

    def _take_turns(self) -> None:
        turns, self._turns = self._turns, []
        for connection in turns:
            connection.wake()

    def _accept(self, listener: socket.socket) -> None:
        for _ in range(MOST_ACCEPTED):
            try:
                sock, address = listener.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    log.warning("no connection can be accepted: %s", error.strerror)
                    self._readiness.ignore(listener.fileno())
                    self._paused.add(listener.fileno())
                    return
                continue  # the client went before it was accepted
            with suppress(OSError):  # the same, a moment later
                self._welcome(sock, str(address[0]))

    def _welcome(self, sock: socket.socket, peer: str) -> None:
        if len(self._connections) >= self.bounds.max_connections:
            self.tally.turned_away += 1
            with sock:
                if self._tls is None:
                    sock.send(_FULL)
            return
        sock.setblocking(False)
        if self._tls is None:
            connection = Connection(sock, PlainWire(sock), peer=peer, desk=self)
        else:
            secured = self._tls.secured(sock)
            connection = Connection(secured, TlsWire(secured), peer=peer, desk=self)
        self.tally.connections += 1
        self._connections[connection.number] = connection
        self._readiness.watch(connection.number)

    # Time.

    def _tell_time(self) -> None:
        self.now_ms = self._clock.now_ms()
        if self.now_ms - self._dated_ms >= 1_000:
            wall_ms = self._clock.wall_ms()
            self._dated_ms = self.now_ms - wall_ms % 1_000
            self.date = formatdate(wall_ms // 1_000, usegmt=True).encode("ascii")

    async def _sweep(self) -> None:
        while True:
            await self._clock.wait_until(self.now_ms + SWEEP_EVERY_MS)
            self._tell_time()
            if self._tls is not None:
                self._tls.renew()
            for connection in [it for it in self._connections.values() if 0 < it.due_ms <= self.now_ms]:
                connection.expire()
            while self._paused:
                self._readiness.listen(self._paused.pop())

    async def _finish(self) -> None:
        """Nobody new is accepted; what is being sent is sent, within the grace of whoever waits for this."""
        for number in self._listeners.keys() - self._paused:
            self._readiness.ignore(number)
        self._listeners.clear()
        self._paused.clear()
        self.is_draining = True
        for connection in [it for it in self._connections.values() if it.is_idle]:
            connection.close()
        while self._connections:
            await self._clock.wait_until(self._clock.now_ms() + SWEEP_EVERY_MS)
