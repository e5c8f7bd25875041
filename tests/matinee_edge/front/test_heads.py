"""Heads are read strictly, and as an independent reader would read them."""

import h11
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from matinee_edge.front.heads import Head, HeadRefused, read_head

MOST = 16_384


def read(raw: bytes) -> Head:
    taken = read_head(raw, most_bytes=MOST)
    assert taken is not None
    return taken[0]


def refusal(raw: bytes) -> int:
    with pytest.raises(HeadRefused) as caught:
        read_head(raw, most_bytes=MOST)
    return caught.value.status


def test_a_head_is_read_once_it_is_whole_and_what_follows_is_left() -> None:
    raw = b"GET /a?b HTTP/1.1\r\nHost: x\r\nRange: \tbytes=0-9 \r\n\r\n"
    for end in range(len(raw)):
        assert read_head(raw[:end], most_bytes=MOST) is None
    taken = read_head(raw + b"GET /", most_bytes=MOST)
    assert taken is not None
    head, rest = taken
    assert (head.method, head.target, head.keeps, rest) == (b"GET", b"/a?b", True, b"GET /")
    assert head.fields == head.deciding == {b"host": b"x", b"range": b"bytes=0-9"}


@pytest.mark.parametrize(
    ("version", "connection", "keeps"),
    [
        (b"1.1", b"", True),
        (b"1.1", b"Connection: close\r\n", False),
        (b"1.1", b"Connection: TE, Close\r\n", False),
        (b"1.1", b"Connection: keep-alive\r\n", True),
        (b"1.0", b"", False),
        (b"1.0", b"Connection: Keep-Alive\r\n", False),
    ],
)
def test_the_connection_is_kept_as_the_version_and_the_client_say(
    version: bytes, connection: bytes, keeps: bool
) -> None:
    assert read(b"GET / HTTP/%b\r\nHost: x\r\n%b\r\n" % (version, connection)).keeps is keeps


@pytest.mark.parametrize(
    ("target", "read_as"),
    [(b"http://x", b"/"), (b"http://x:80/a", b"/a"), (b"HTTPS://x?q", b"/?q"), (b"//x/a", b"//x/a")],
)
def test_a_target_in_absolute_form_is_that_of_its_path(target: bytes, read_as: bytes) -> None:
    assert read(b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % target).target == read_as


def test_an_empty_line_before_a_request_is_ignored_and_no_second_one() -> None:
    assert read(b"\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n").target == b"/"
    assert refusal(b"\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n") == 400


def test_of_several_fields_of_a_name_the_values_are_joined() -> None:
    head = read(b"GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nB: 2\r\na: 3\r\n\r\n")
    assert head.fields == {b"host": b"x", b"a": b"1, 3", b"b": b"2"}


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400),
        (b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /\xc3 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1 \r\nHost: x\r\n\r\n", 400),
        (b"get / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET a HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: a\rB: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na", 413),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\x0bchunked\r\n\r\n", 400),
        (b"GET /" + b"a" * MOST + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * MOST, 431),
    ],
)
def test_what_two_readers_could_understand_differently_is_refused(raw: bytes, status: int) -> None:
    assert refusal(raw) == status


TOKEN = st.text("abcXYZ-_!#09", min_size=1, max_size=8).map(str.encode)
VALUE = st.binary(max_size=12)
NAME = st.sampled_from([b"Host", b"Connection", b"Range", b"Content-Length", b"Transfer-Encoding"]) | TOKEN


@given(st.lists(st.tuples(NAME, VALUE), max_size=5), st.sampled_from([b"1.1", b"1.0"]))
@example([(b"Host", b"x"), (b"A", b"b \t")], b"1.1")
def test_what_is_read_is_what_an_independent_reader_reads(pairs: list[tuple[bytes, bytes]], version: bytes) -> None:
    raw = b"GET /a HTTP/%b\r\n%b\r\n" % (version, b"".join(b"%b: %b\r\n" % pair for pair in pairs))
    try:
        taken = read_head(raw, most_bytes=MOST)
    except HeadRefused:
        return
    if taken is None:
        return
    theirs = h11.Connection(h11.SERVER)
    theirs.receive_data(raw)
    event = theirs.next_event()
    assert isinstance(event, h11.Request)
    ours, left = taken
    assert (ours.method, ours.target) == (event.method, event.target)
    joined: dict[bytes, bytes] = {}
    for name, value in event.headers:
        joined[name] = joined[name] + b", " + value if name in joined else value
    assert ours.fields == joined
    assert left == theirs.trailing_data[0]


@given(st.binary(max_size=200))
def test_whatever_comes_is_a_head_or_a_refusal(raw: bytes) -> None:
    try:
        taken = read_head(raw + b"\r\n\r\n", most_bytes=MOST)
    except HeadRefused:
        return
    assert taken is not None
