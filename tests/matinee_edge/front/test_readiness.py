"""What becomes of sockets is told once, and what waits to be accepted as long as it waits."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from matinee_edge.front.readiness import Readiness, readiness
from tests.support.fronts import RESET

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def told() -> Iterator[Readiness]:
    with closing(readiness()) as it:
        yield it


@pytest.fixture
def pair() -> Iterator[Pair]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        ours, _ = server.accept()
    with client, ours:
        yield ours, client


def what_became(told: Readiness, of: socket.socket) -> set[str]:
    names = ("heard", "last", "gone")
    return {
        name
        for number, *flags in told.ready()
        if number == of.fileno()
        for name, flag in zip(names, flags, strict=True)
        if flag
    }


def test_what_comes_is_told_once_and_what_comes_after_it_again(told: Readiness, pair: Pair) -> None:
    ours, client = pair
    told.watch(ours.fileno())
    assert what_became(told, ours) == set()
    client.send(b"a")
    assert what_became(told, ours) == {"heard"}
    assert told.ready() == []
    client.send(b"b")
    assert what_became(told, ours) == {"heard"}


def test_an_end_that_comes_with_the_last_bytes_is_told_with_them(told: Readiness, pair: Pair) -> None:
    ours, client = pair
    told.watch(ours.fileno())
    client.send(b"a")
    client.shutdown(socket.SHUT_WR)
    assert what_became(told, ours) == {"heard", "last"}


def test_a_reset_is_told_as_one(told: Readiness, pair: Pair) -> None:
    ours, client = pair
    told.watch(ours.fileno())
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    client.close()
    assert "gone" in what_became(told, ours)


def test_a_closed_socket_is_told_of_no_more(told: Readiness, pair: Pair) -> None:
    ours, client = pair
    told.watch(ours.fileno())
    client.send(b"a")
    ours.close()
    assert told.ready() == []


def test_waiting_connections_are_told_of_until_they_are_accepted_or_nobody_asks(told: Readiness) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        told.listen(server.fileno())
        assert [number for number, *_ in told.ready() + told.ready()] == [server.fileno()] * 2
        told.ignore(server.fileno())
        assert told.ready() == []
        told.listen(server.fileno())
        server.accept()[0].close()
        assert told.ready() == []
