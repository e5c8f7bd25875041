"""One connection: requests in, answers out, in their order, one at a time.

    head ─► the answer at hand (a hit: a head and a span of a file; no task, no copy)
       └──► else the ASGI application, in a task (misses, refusals, everything else)

It is woken whenever its socket may have become ready, and goes on until it would have to wait. A hit costs `recv`,
`send` of the head, `preadv` of one byte (is the file in memory?) and `sendfile`; `epoll_wait` is shared by all.
"""

import asyncio
import fcntl
import logging
import socket
import struct
import sys
import termios
from contextlib import suppress
from typing import Protocol

from matinee_asgi.logs import redacted
from matinee_edge.front.bounds import Bounds
from matinee_edge.front.exchange import Exchange
from matinee_edge.front.heads import Head, HeadRefused, read_head
from matinee_edge.front.hints import HINT_BYTES, cmsd_of
from matinee_edge.front.outgoing import WARM_MS, Cold, Outgoing, Part, Reply, Span, head_bytes
from matinee_edge.front.wires import Blocked, Wire
from matinee_edge.tally import Tally

log = logging.getLogger("matinee.access")

MOST_ANSWERS = 16
"""To one client before the others have their turn: whoever asks faster than he is answered would keep them waiting."""
PACE_BYTES = 128 << 10
"""Within a write deadline a client must take so much: one that takes a byte now and then would stay for ever."""
LINGER_MS = 1_000
LINGER_BYTES = 256 << 10
"""So long, and so much, a client may go on sending after the last answer (RFC 9112, section 9.6)."""

_RESET = struct.pack("ii", 1, 0)
"""For SO_LINGER: nothing more is sent but RST."""


class AtHand(Protocol):
    def __call__(self, head: Head, *, closes: bool, date: bytes) -> Reply | None:
        """The answer that needs no application, if there is one."""
        ...


class Desk(Protocol):
    """What connections share."""

    at_hand: AtHand

    name: str
    """As hints tell it."""
    bounds: Bounds
    tally: Tally
    now_ms: int
    date: bytes
    """For the header."""
    is_draining: bool
    is_logging: bool

    def ask(self, exchange: Exchange) -> "asyncio.Task[None]":
        """The application is being asked."""
        ...

    def read_aside(self, span: Span, *, of: "Connection") -> None:
        """A thread reads the span, then the connection is told by `warmed`."""
        ...

    def next_turn(self, connection: "Connection") -> None:
        """The connection is woken once the others have had their turn."""
        ...

    def forget(self, connection: "Connection") -> None: ...


class Connection:
    """Owned by one event loop."""

    def __init__(self, sock: socket.socket, wire: Wire, *, peer: str, desk: Desk) -> None:
        self.due_ms = desk.now_ms + desk.bounds.head_deadline_ms
        """It is cut off if nothing has happened by then; 0: it is not the client who is waited for."""
        self.number = sock.fileno()
        """Of its socket."""
        self._sock = sock
        self._wire = wire
        self._peer = peer
        self._desk = desk
        self._outgoing = Outgoing(wire)
        self._received = b""
        self._is_open = True
        self._is_greeted = False
        self._is_cold = False
        self._taken_bytes = 0
        self._lingering_bytes: int | None = None
        # Of the request that is being answered:
        self._head: Head | None = None
        self._began_ms = 0
        self._began_bytes = 0
        self._status = 0
        self._is_whole = False
        self._closes = False
        self._task: asyncio.Task[None] | None = None
        self._emptied: asyncio.Future[None] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether it may be closed without anybody missing anything."""
        return self._head is None and not self._received and self._lingering_bytes is None

    def heard(self, *, is_last: bool) -> None:
        """Something has come, or the end; `is_last`: nothing more will."""
        self._wire.may_recv = True
        self._wire.has_ended = is_last

    def wake(self) -> None:
        """Go on: the socket may give or take bytes."""
        if self._is_cold or not self._is_open:
            return
        try:
            self._go_on()
        except Blocked:
            self._await_client()
        except Cold as cold:
            self._is_cold, self.due_ms = True, 0
            self._desk.read_aside(cold.span, of=self)
        except OSError:
            self.close()
        except Exception:
            # A fault of ours costs one connection, not all of them.
            log.exception("a connection failed")
            self.close()

    def warmed(self, span: Span) -> None:
        """The span has been read: it is sent now, whatever the system has forgotten of it since."""
        self._is_cold = False
        span.file.warm_until_ms = self._desk.now_ms + WARM_MS
        self.wake()

    def expire(self) -> None:
        """Its time is up: it is cut off, unless it is being answered and has taken enough since this was asked last."""
        if self._head is not None:
            taken_bytes = self._outgoing.sent_bytes - _untaken_bytes(self._sock)
            if taken_bytes - self._taken_bytes >= PACE_BYTES:
                self._taken_bytes = taken_bytes
                self.due_ms = self._desk.now_ms + self._desk.bounds.write_deadline_ms
                return
            # Otherwise the kernel would go on offering megabytes to a client who takes none.
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.close()

    def close(self) -> None:
        """At once, whatever is under way."""
        if not self._is_open:
            return
        self._is_open = False
        self._desk.forget(self)
        self._sock.close()
        if self._head is not None:
            self._count(self._head)
        if self._task is not None:
            self._task.cancel()
            # How it ended refers to what it was sending, and to this.
            self._task = None

    def begin(self, status: int, fields: list[tuple[bytes, bytes]], *, closes: bool) -> None:
        """The application's answer begins."""
        self._status = status
        self._closes = self._closes or closes
        self._desk.tally.first_bytes_ms.append(self._desk.now_ms - self._began_ms)
        self._outgoing.put(head_bytes(status, fields, date=self._desk.date, closes=self._closes))

    async def put(self, part: Part | None, *, is_last: bool) -> None:
        """The application's answer goes on; returns once the part has left. Cancelled if the client goes."""
        if part:
            self._outgoing.put(part)
        self._is_whole = is_last
        emptied = self._emptied = asyncio.get_running_loop().create_future()
        self.wake()
        await emptied

    def _go_on(self) -> None:
        if not self._is_greeted:
            self._wire.greet()
            self._is_greeted = True
        for _ in range(MOST_ANSWERS):
            if self._head is not None:
                if not self._outgoing.push(self._desk.now_ms):
                    self._desk.next_turn(self)
                    return
                if self._emptied is not None:
                    self._tell_emptied(self._emptied)
                if not self._is_whole:
                    self.due_ms = 0
                    return
                self._finish(self._head)
            if self._lingering_bytes is not None:
                self._linger()
                return
            if not self._received and not self._wire.may_recv:
                return
            if not self._take_head():
                return
        self._desk.next_turn(self)

    def _take_head(self) -> bool:
        """Whether there was one. The next answer is under way then."""
        taken = None
        try:
            while taken is None:
                if self._received:
                    taken = read_head(self._received, most_bytes=self._desk.bounds.max_head_bytes)
                if taken is None and not self._receive():
                    return False
        except HeadRefused as refused:
            self._refuse(refused)
            return True
        head, self._received = taken
        self._answer(head)
        return True

    def _receive(self) -> bool:
        """Whether anything came."""
        received = self._wire.recv() if self._wire.may_recv else None
        if received is None:
            return False
        if not received:
            self.close()
            return False
        if not self._received:
            # Only the first byte of a head gives it time: one byte now and then does not prolong it.
            self.due_ms = self._desk.now_ms + self._desk.bounds.head_deadline_ms
        self._received += received
        return True

    def _answer(self, head: Head) -> None:
        desk = self._desk
        self._begin_request(head, closes=desk.is_draining or not head.keeps)
        reply = desk.at_hand(head, closes=self._closes, date=desk.date)
        if reply is not None:
            self._status, self._is_whole = reply.status, True
            desk.tally.first_bytes_ms.append(0)
            if reply.body is None:
                self._outgoing.put(reply.head)
            elif reply.body.end - reply.body.first < HINT_BYTES:
                self._outgoing.put(reply.head, reply.body)
            else:
                hint = cmsd_of(self._sock, server=desk.name, is_in_duress=desk.is_draining)
                self._outgoing.put(reply.head[:-2] + hint + b"\r\n", reply.body)
            return
        self._task = desk.ask(Exchange(head, self, peer=self._peer))

    def _refuse(self, refused: HeadRefused) -> None:
        self._received = b""
        self._begin_request(Head(b"?", b"?", {}, keeps=False), closes=True)
        text = refused.why.encode("latin-1", "replace")
        self.begin(
            refused.status,
            [(b"Content-Type", b"text/plain"), (b"Content-Length", str(len(text)).encode())],
            closes=True,
        )
        self._outgoing.put(text)
        self._is_whole = True

    def _begin_request(self, head: Head, *, closes: bool) -> None:
        self._head, self._closes, self._status, self._is_whole = head, closes, 0, False
        self._began_ms, self._began_bytes = self._desk.now_ms, self._outgoing.sent_bytes
        self.due_ms = 0
        self._desk.tally.requests += 1
        self._desk.tally.answering += 1

    def _finish(self, head: Head) -> None:
        """The answer has left."""
        self._count(head)
        self._head = self._task = None
        bounds, now_ms = self._desk.bounds, self._desk.now_ms
        # What came with the last head is the beginning of the next.
        self.due_ms = now_ms + (bounds.head_deadline_ms if self._received else bounds.idle_deadline_ms)
        if self._closes or self._desk.is_draining:
            # Closed at once, with bytes unread, the kernel would take the answer back (RFC 9112, section 9.6).
            self._lingering_bytes = 0
            self.due_ms = now_ms + LINGER_MS
            with suppress(OSError):
                self._wire.end()

    def _count(self, head: Head) -> None:
        tally = self._desk.tally
        tally.answering -= 1
        tally.bytes_sent += self._outgoing.sent_bytes - self._began_bytes
        # A 5xx to what never became a request is its client's fault, not ours.
        if self._status >= 500 and self._task is not None:
            tally.errors += 1
        if self._desk.is_logging:
            # As sent, still percent-encoded: a decoded path could hold line breaks and forge lines.
            path = redacted(head.target.decode("latin-1"))
            sent_bytes = self._outgoing.sent_bytes - self._began_bytes
            took_ms = self._desk.now_ms - self._began_ms
            log.info("%s %s %d %d bytes %d ms", head.method.decode(), path, self._status, sent_bytes, took_ms)

    def _linger(self) -> None:
        while self._wire.may_recv and (received := self._wire.recv()) is not None:
            self._lingering_bytes = (self._lingering_bytes or 0) + len(received)
            if not received or self._lingering_bytes > LINGER_BYTES:
                self.close()
                return

    def _tell_emptied(self, emptied: "asyncio.Future[None]") -> None:
        self._emptied = None
        if not emptied.done():
            emptied.set_result(None)

    def _await_client(self) -> None:
        if self._is_greeted and not self.due_ms:
            self.due_ms = self._desk.now_ms + self._desk.bounds.write_deadline_ms


def _untaken_bytes(sock: socket.socket) -> int:
    """What the kernel was given for the client, who has not acknowledged it: megabytes where it was once fast."""
    try:
        return int.from_bytes(fcntl.ioctl(sock, termios.TIOCOUTQ, bytes(4)), sys.byteorder)
    except OSError:  # not Linux: what was given counts as taken
        return 0
