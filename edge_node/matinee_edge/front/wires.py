"""Wires: how bytes come and leave, plain or under TLS. None of it waits.

Costs of plain: `recv` for what came, `send` for a head (held back by MSG_MORE, so that head and body share packets),
`sendfile` for a body, once for each time that the send buffer has room.
Under TLS a body is read from the page cache in pieces and encrypted by OpenSSL; where kernel, OpenSSL and Python all
have kernel TLS, it leaves by `sendfile` as if it were plain.
"""

import os
import socket
import ssl
from contextlib import suppress
from typing import Protocol

RECV_BYTES = 1 << 16
PIECE_BYTES = 1 << 18
"""Handed to OpenSSL at a time: small writes cost it dearly."""

_SOL_TLS, _TLS_TX = 282, 1
"""Linux, include/uapi/linux/tls.h."""


class Blocked(Exception):
    """The wire takes nothing now, or gives nothing; its socket will tell."""


class Wire(Protocol):
    """Each method raises OSError once the connection is gone."""

    may_recv: bool
    """Whether there may be something to receive: set by whoever hears so of the socket, cleared by `recv`."""
    has_ended: bool
    """Whether the client sends no more: set by whoever hears so. What it sent before may still be here."""

    def greet(self) -> None:
        """The handshake is done. Raises Blocked."""
        ...

    def recv(self) -> bytes | None:
        """What has come, at most `RECV_BYTES`; empty at the end, None if nothing has."""
        ...

    def send(self, piece: bytes | memoryview, *, more: bool) -> int:
        """How many bytes of `piece` were taken. `more`: something follows at once. Raises Blocked."""
        ...

    def send_file(self, descriptor: int, first: int, length: int) -> int:
        """How many bytes of the file from `first` on were taken; 0 if it has ended. Raises Blocked."""
        ...

    def end(self) -> None:
        """Nothing more is sent, and the client is told so."""
        ...


class PlainWire:
    """TCP."""

    def __init__(self, sock: socket.socket) -> None:
        self.may_recv = True
        self.has_ended = False
        self._sock = sock
        self._number = sock.fileno()

    def greet(self) -> None:
        return None

    def recv(self) -> bytes | None:
        try:
            received = self._sock.recv(RECV_BYTES)
        except BlockingIOError:
            self.may_recv = False
            return None
        # Less than asked for means that no more was there: the next arrival is told (epoll(7), edge-triggered). An end
        # that came with these bytes has been told already.
        self.may_recv = self.has_ended or len(received) == RECV_BYTES
        return received

    def send(self, piece: bytes | memoryview, *, more: bool) -> int:
        try:
            return self._sock.send(piece, socket.MSG_MORE if more else 0)
        except BlockingIOError:
            raise Blocked from None

    def send_file(self, descriptor: int, first: int, length: int) -> int:
        try:
            return os.sendfile(self._number, descriptor, first, length)
        except BlockingIOError:
            raise Blocked from None

    def end(self) -> None:
        self._sock.shutdown(socket.SHUT_WR)


class TlsWire:
    """TLS over TCP."""

    def __init__(self, sock: ssl.SSLSocket) -> None:
        self.may_recv = True
        self.has_ended = False
        self._sock = sock
        self.is_kernels = False
        """Whether the kernel encrypts."""

    def greet(self) -> None:
        try:
            self._sock.do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise Blocked from None
        self.is_kernels = _encrypts_in_kernel(self._sock)

    def recv(self) -> bytes | None:
        try:
            return self._sock.recv(RECV_BYTES)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            self.may_recv = False
            return None
        except ssl.SSLEOFError:
            return b""

    def send(self, piece: bytes | memoryview, *, more: bool) -> int:
        try:
            return self._sock.send(piece)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise Blocked from None

    def send_file(self, descriptor: int, first: int, length: int) -> int:
        if self.is_kernels:
            try:
                return os.sendfile(self._sock.fileno(), descriptor, first, length)
            except BlockingIOError:
                raise Blocked from None
        # After Blocked OpenSSL wants the same bytes again: the same place of a file that never changes has them.
        piece = os.pread(descriptor, min(length, PIECE_BYTES), first)
        return self.send(piece, more=False) if piece else 0

    def end(self) -> None:
        # RFC 8446, section 6.1: without `close_notify` a client cannot tell the end from a cut.
        with suppress(ssl.SSLError):
            self._sock.unwrap()
        self._sock.shutdown(socket.SHUT_WR)


def _encrypts_in_kernel(sock: ssl.SSLSocket) -> bool:
    """Asked of the kernel: Python does not tell."""
    try:
        return bool(sock.getsockopt(_SOL_TLS, _TLS_TX, 64))
    except OSError:
        return False
