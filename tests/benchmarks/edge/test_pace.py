"""Requests at a rate are all accounted for, and a wrong answer is noticed."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from benchmarks.edge.pace import Paced, Waits, ask_all

BODY = b"x" * 5_000


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """The port of a server that says the same to everybody."""

    def serve(client: socket.socket) -> None:
        with client, suppress(ConnectionError):
            while client.recv(1024):
                client.sendall(answer)

    def welcome() -> None:
        try:
            while True:
                client, _ = listening.accept()
                threading.Thread(target=serve, args=(client,), daemon=True).start()
        except OSError:
            return

    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        welcoming = threading.Thread(target=welcome)
        welcoming.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            welcoming.join()


def waits(answer: bytes) -> Waits:
    with answering(answer) as port:
        return ask_all(Paced(port, [(b"GET / HTTP/1.1\r\n\r\n", len(BODY))], rate=200, seconds=0.2))


def test_every_request_is_answered_and_its_wait_counted() -> None:
    told = waits(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + BODY)
    assert (told.unanswered, told.wrong) == (0, 0)
    assert told.rate > 0
    assert 0 < told.p50_ms <= told.p99_ms


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 500 Oops\r\nContent-Length: 5000\r\n\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n" + BODY[:4000],
    ],
    ids=["status", "length"],
)
def test_a_wrong_answer_is_noticed(answer: bytes) -> None:
    assert waits(answer).wrong > 0
