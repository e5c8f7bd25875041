"""What goes out leaves in order and whole, whatever a wire takes at a time, and nobody waits for a disk."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee_edge.front.outgoing import (
    STRIDE_BYTES,
    WARM_MS,
    Cold,
    Outgoing,
    Part,
    Span,
    head_bytes,
    read_into_memory,
)
from matinee_edge.front.wires import Blocked
from tests.support.fronts import File, evict, large_file


class Narrow:
    """A wire that takes so much at a time, and then nothing until it is asked again."""

    def __init__(self, *takes: int) -> None:
        self.may_recv = False
        self.has_ended = False
        self.taken = b""
        self.held_back: list[bool] = []
        self._takes = list(takes)

    def greet(self) -> None:
        """At once."""

    def recv(self) -> None:
        return None

    def send(self, piece: bytes | memoryview, *, more: bool) -> int:
        taken = bytes(piece[: self._next()])
        self.taken += taken
        self.held_back.append(more)
        return len(taken)

    def send_file(self, descriptor: int, first: int, length: int) -> int:
        return self.send(os.pread(descriptor, min(length, self._next()), first), more=False)

    def end(self) -> None:
        """It has no other side."""

    def _next(self) -> int:
        if not self._takes:
            return 1 << 30
        if not self._takes[0]:
            self._takes.pop(0)
            raise Blocked
        return self._takes.pop(0)


def pushed(outgoing: Outgoing, *, now_ms: int = 1) -> None:
    while True:
        try:
            if outgoing.push(now_ms):
                return
        except Blocked:
            continue


@given(
    st.lists(st.binary(min_size=1, max_size=40) | st.tuples(st.integers(0, 99), st.integers(1, 100)), max_size=6),
    st.lists(st.integers(0, 30), max_size=40),
)
def test_parts_leave_in_order_whatever_is_taken_at_a_time(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes | tuple[int, int]], takes: list[int]
) -> None:
    path = tmp_path_factory.mktemp("outgoing") / "file"
    content = large_file(path, 200)
    file, wire = File(path), Narrow(*takes)
    outgoing, expected = Outgoing(wire), b""
    for part in parts:
        made: Part = part if isinstance(part, bytes) else Span(file, part[0], part[0] + part[1])
        outgoing.put(made)
        expected += part if isinstance(part, bytes) else content[part[0] : part[0] + part[1]]
    pushed(outgoing)
    assert wire.taken == expected
    assert outgoing.sent_bytes == len(expected)


def test_a_head_is_held_back_only_if_something_follows(tmp_path: Path) -> None:
    large_file(tmp_path / "file", 10)
    wire = Narrow()
    outgoing = Outgoing(wire)
    outgoing.put(b"head", Span(File(tmp_path / "file"), 0, 10))
    pushed(outgoing)
    outgoing.put(b"head")
    pushed(outgoing)
    assert wire.held_back == [True, False, False]


def test_after_a_stride_others_have_their_turn(tmp_path: Path) -> None:
    content = large_file(tmp_path / "file", 2 * STRIDE_BYTES + 1)
    wire = Narrow()
    outgoing = Outgoing(wire)
    outgoing.put(Span(File(tmp_path / "file"), 0, len(content)))
    assert [outgoing.push(1) for _ in range(3)] == [False, False, True]
    assert wire.taken == content


def test_a_file_that_ends_early_ends_the_connection(tmp_path: Path) -> None:
    large_file(tmp_path / "file", 10)
    outgoing = Outgoing(Narrow())
    outgoing.put(Span(File(tmp_path / "file"), 5, 20))
    with pytest.raises(ConnectionError):
        outgoing.push(1)


def test_what_is_on_disk_alone_is_told_and_not_waited_for(tmp_path: Path) -> None:
    content = large_file(tmp_path / "file", STRIDE_BYTES + 5)
    evict(tmp_path / "file")
    file, wire = File(tmp_path / "file"), Narrow()
    outgoing = Outgoing(wire)
    outgoing.put(b"head", Span(file, 1, len(content)))
    with pytest.raises(Cold) as told:
        outgoing.push(WARM_MS)
    assert wire.taken == b"head"
    assert told.value.span == Span(file, 1, STRIDE_BYTES + 1)
    read_into_memory(told.value.span)
    assert not outgoing.push(WARM_MS)
    assert outgoing.push(WARM_MS)
    assert wire.taken == b"head" + content[1:]


def test_a_file_that_was_in_memory_is_not_asked_about_for_a_while(tmp_path: Path) -> None:
    large_file(tmp_path / "file", 10)
    file, outgoing = File(tmp_path / "file"), Outgoing(Narrow())
    outgoing.put(Span(file, 0, 5))
    assert outgoing.push(WARM_MS)
    evict(tmp_path / "file")
    outgoing.put(Span(file, 0, 5))
    assert outgoing.push(2 * WARM_MS)
    evict(tmp_path / "file")
    outgoing.put(Span(file, 0, 5))
    with pytest.raises(Cold):
        outgoing.push(2 * WARM_MS + 1)


def test_reading_into_memory_ends_where_the_file_does(tmp_path: Path) -> None:
    large_file(tmp_path / "file", 10)
    read_into_memory(Span(File(tmp_path / "file"), 0, 1 << 40))


def test_a_head_is_a_line_and_fields() -> None:
    assert head_bytes(206, [(b"A", b"b")], date=b"now", closes=False) == (
        b"HTTP/1.1 206 Partial Content\r\nDate: now\r\nA: b\r\n\r\n"
    )
    assert head_bytes(304, [], date=b"now", closes=True) == (
        b"HTTP/1.1 304 Not Modified\r\nDate: now\r\nConnection: close\r\n\r\n"
    )


@pytest.mark.parametrize("value", [b"a\r\nSet-Cookie: b", b"a\nb", b"\r"])
def test_a_field_cannot_break_out_of_its_line(value: bytes) -> None:
    with pytest.raises(ValueError, match="line break"):
        head_bytes(200, [(b"A", value)], date=b"now", closes=False)
