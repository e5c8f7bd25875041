"""Bytes come and leave without waiting, plain and under TLS."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from matinee_edge.front.tls import Tls
from matinee_edge.front.wires import PIECE_BYTES, RECV_BYTES, Blocked, PlainWire, TlsWire
from tests.support.fronts import SMALL_BUFFER_BYTES, certify, large_file, trusting

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Ours, and a client's that takes little without being read; neither waits."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
    with socket.create_server(("127.0.0.1", 0)) as server:
        client.connect(server.getsockname())
        ours, _ = server.accept()
    with ours, client:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL_BUFFER_BYTES)
        ours.setblocking(False)
        client.setblocking(False)
        yield ours, client


@pytest.fixture
def secured(pair: Pair, tmp_path: Path) -> Iterator[tuple[TlsWire, ssl.SSLSocket]]:
    """A wire under TLS and its client, after their handshake."""
    paths = certify(tmp_path)
    ours = Tls(*paths).secured(pair[0])
    client = trusting(paths[0]).wrap_socket(
        pair[1], server_hostname="localhost", do_handshake_on_connect=False, suppress_ragged_eofs=False
    )
    wire = TlsWire(ours)
    with ours, client:
        attempt(client.do_handshake, wire.greet)
        yield wire, client


def attempt(*steps: Callable[[], object]) -> None:
    """Each of them in turn until all have been done."""
    left = list(steps)
    while left:
        step = left.pop(0)
        try:
            step()
        except (Blocked, ssl.SSLWantReadError):
            left.append(step)


def taken(wire: PlainWire | TlsWire, client: socket.socket, send: Callable[[int], int], length: int) -> bytes:
    """What the client takes while `send` is told how many bytes are gone, until it has all of them."""
    got, sent = b"", 0
    while len(got) < length:
        try:
            while sent < length:
                sent += send(sent)
        except Blocked:
            pass
        try:
            got += client.recv(1_000)
        except (BlockingIOError, ssl.SSLWantReadError):
            continue
    return got


def test_what_has_come_is_received_and_nothing_is_waited_for(pair: Pair) -> None:
    ours, client = pair
    wire = PlainWire(ours)
    wire.greet()
    assert wire.recv() is None
    assert not wire.may_recv
    client.send(b"abc")
    assert wire.recv() == b"abc"
    assert not wire.may_recv


def test_an_end_that_came_with_the_last_bytes_is_received_after_them(pair: Pair) -> None:
    ours, client = pair
    wire = PlainWire(ours)
    client.send(b"abc")
    client.shutdown(socket.SHUT_WR)
    wire.has_ended = True
    assert wire.recv() == b"abc"
    assert wire.may_recv
    assert wire.recv() == b""


def test_as_much_as_was_asked_for_means_that_there_may_be_more(pair: Pair) -> None:
    ours, client = pair
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * RECV_BYTES)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * RECV_BYTES)
    wire, left, got = PlainWire(ours), bytes(3 * RECV_BYTES), 0
    while left or got < 3 * RECV_BYTES:
        left = left[client.send(left) :] if left else b""
        received = wire.recv()
        got += len(received or b"")
        assert wire.may_recv == (received is not None and len(received) == RECV_BYTES)


def test_a_client_that_takes_little_gets_memory_and_files_byte_for_byte(pair: Pair, tmp_path: Path) -> None:
    ours, client = pair
    content, wire = large_file(tmp_path / "file", 300_000), PlainWire(ours)
    assert taken(wire, client, lambda sent: wire.send(content[sent:], more=False), len(content)) == content
    with (tmp_path / "file").open("rb") as file:

        def send(sent: int) -> int:
            return wire.send_file(file.fileno(), sent, len(content) - sent)

        assert taken(wire, client, send, len(content)) == content
        assert wire.send_file(file.fileno(), len(content), 1) == 0


def test_the_end_is_told(pair: Pair) -> None:
    ours, client = pair
    PlainWire(ours).end()
    assert client.recv(1) == b""


def test_a_handshake_is_not_waited_for(pair: Pair, tmp_path: Path) -> None:
    with Tls(*certify(tmp_path)).secured(pair[0]) as ours, pytest.raises(Blocked):
        TlsWire(ours).greet()


def test_under_tls_what_has_come_is_received(secured: tuple[TlsWire, ssl.SSLSocket]) -> None:
    wire, client = secured
    assert wire.recv() is None
    assert not wire.may_recv
    client.send(b"abc")
    assert wire.recv() == b"abc"


def test_under_tls_a_client_that_takes_little_gets_files_byte_for_byte(
    secured: tuple[TlsWire, ssl.SSLSocket], tmp_path: Path
) -> None:
    wire, client = secured
    content = large_file(tmp_path / "file", 2 * PIECE_BYTES + 12_345)
    with (tmp_path / "file").open("rb") as file:

        def send(sent: int) -> int:
            return wire.send_file(file.fileno(), sent, len(content) - sent)

        assert taken(wire, client, send, len(content)) == content
        assert wire.send_file(file.fileno(), len(content), 1) == 0


def test_under_tls_the_end_can_be_told_from_a_cut(secured: tuple[TlsWire, ssl.SSLSocket]) -> None:
    wire, client = secured
    wire.send(b"last", more=False)
    wire.end()
    assert client.recv(10) == b"last"
    assert client.recv(10) == b""


def test_under_tls_a_client_that_goes_without_a_word_has_ended(secured: tuple[TlsWire, ssl.SSLSocket]) -> None:
    wire, client = secured
    socket.socket.shutdown(client, socket.SHUT_RDWR)
    assert wire.recv() == b""


def test_the_kernel_encrypts_where_it_can(secured: tuple[TlsWire, ssl.SSLSocket], tmp_path: Path) -> None:
    wire, client = secured
    if not wire.is_kernels:
        pytest.skip("kernel, OpenSSL and Python do not have kernel TLS all together")
    content = large_file(tmp_path / "file", 100_000)
    with (tmp_path / "file").open("rb") as file:
        sent = wire.send_file(file.fileno(), 0, len(content))
    got = b""
    while len(got) < sent:
        with suppress(ssl.SSLWantReadError):
            got += client.recv(1 << 16)
    assert got == content[:sent]
