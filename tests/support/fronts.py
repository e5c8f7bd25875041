"""Fronts on loopback, without an appliance behind them, and clients that say what they want, byte for byte."""

import asyncio
import ctypes
import gc
import json
import mmap
import os
import socket
import ssl
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.types import ASGIApp, Receive, Scope, Send

from matinee.clock import Clock, SystemClock
from matinee_asgi.listening import listener
from matinee_edge.front.bounds import Bounds
from matinee_edge.front.heads import Head
from matinee_edge.front.outgoing import Reply, Span, head_bytes
from matinee_edge.front.server import Front
from matinee_edge.front.tls import Tls
from matinee_edge.tally import Tally
from tests.support.edge import DEADLINE_S, Issuer, eventually

BOUNDS: Mapping[str, int] = {
    "max_connections": 2_048,
    "max_head_bytes": 16_384,
    "head_deadline_ms": 10_000,
    "idle_deadline_ms": 10_000,
    "write_deadline_ms": 10_000,
}
SMALL_BUFFER_BYTES = 4_096
EVICTIONS = 100
"""What is being written is not let go at once."""
RESET = struct.pack("ii", 1, 0)
"""For SO_LINGER: closing sends RST."""


class Answer(NamedTuple):
    status: int
    fields: dict[str, str]
    """Names in lower case."""
    body: bytes


class File:
    """An open file, as an answer at hand sends it."""

    def __init__(self, path: Path) -> None:
        self.warm_until_ms = 0
        self._descriptor = os.open(path, os.O_RDONLY)
        self.size_bytes = os.fstat(self._descriptor).st_size

    def fileno(self) -> int:
        return self._descriptor

    def __del__(self) -> None:
        os.close(self._descriptor)


@dataclass(kw_only=True)
class Fronted:
    """A front that serves."""

    port: int
    front: Front
    stop: asyncio.Event
    """Set: it drains."""
    serving: "asyncio.Task[None]"
    tally: Tally

    @property
    def is_at_rest(self) -> bool:
        """Whether nobody is connected and nothing is being answered."""
        return not self.tally.connections and not self.tally.answering


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that answers with what it is asked for."""
    body = scope["raw_path"]
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def fronted(
    app: ASGIApp = echo,
    *,
    files: Mapping[bytes, File] | None = None,
    tls: Tls | None = None,
    clock: Clock | None = None,
    **bounds: int,
) -> AsyncIterator[Fronted]:
    """A front; the files, by target, are at hand, the application is asked for the rest."""
    known = files or {}

    def at_hand(head: Head, *, closes: bool, date: bytes) -> Reply | None:
        file = known.get(head.target)
        if file is None:
            return None
        fields = [(b"Content-Length", str(file.size_bytes).encode())]
        return Reply(200, head_bytes(200, fields, date=date, closes=closes), Span(file, 0, file.size_bytes))

    tally, stop = Tally(), asyncio.Event()
    settings: Any = {**BOUNDS, **bounds}
    front = Front(
        app, at_hand, name="front", bounds=Bounds(**settings), tally=tally, clock=clock or SystemClock(), tls=tls
    )
    with listener("127.0.0.1", 0) as listening:
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(front.serve([listening], until=stop))
            try:
                yield Fronted(port=listening.getsockname()[1], front=front, stop=stop, serving=serving, tally=tally)
            finally:
                serving.cancel()


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def say(self, *pieces: bytes) -> None:
        self.writer.write(b"".join(pieces))

    async def hear(self, *, method: str = "GET") -> Answer:
        """The next answer, to a request of that method."""
        async with asyncio.timeout(DEADLINE_S):
            return await read_answer(self.reader, method=method)

    async def rest(self) -> bytes:
        """All that comes until the server closes."""
        async with asyncio.timeout(DEADLINE_S):
            try:
                return await self.reader.read()
            except ConnectionResetError:
                return b""

    def reset(self) -> None:
        """Go without a word: the server's kernel hears RST."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.writer.transport.abort()


@asynccontextmanager
async def client(
    port: int, *, tls: ssl.SSLContext | None = None, buffer_bytes: int | None = None
) -> AsyncIterator[Client]:
    """A connection; with `buffer_bytes` it takes no more than that without being read."""
    with socket.socket() as sock:
        if buffer_bytes is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        reader, writer = await asyncio.open_connection(
            sock=sock, ssl=tls, server_hostname="localhost" if tls else None, limit=buffer_bytes or 1 << 16
        )
        try:
            yield Client(reader, writer)
        finally:
            writer.transport.abort()


async def read_answer(reader: asyncio.StreamReader, *, method: str = "GET") -> Answer:
    """The next answer to a request of that method, body included."""
    status, fields = parsed_head(await reader.readuntil(b"\r\n\r\n"))
    if method == "HEAD" or status == 304:
        return Answer(status, fields, b"")
    if "content-length" not in fields:
        return Answer(status, fields, await reader.read())
    return Answer(status, fields, await reader.readexactly(int(fields["content-length"])))


def parsed_head(raw: bytes) -> tuple[int, dict[str, str]]:
    """The status and the fields. Raises AssertionError if one of them is there twice or is none."""
    first, *lines = raw.removesuffix(b"\r\n\r\n").decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    assert version == "HTTP/1.1", first
    pairs = [line.partition(": ")[::2] for line in lines]
    fields = {name.lower(): value for name, value in pairs}
    assert len(fields) == len(pairs), lines
    return int(rest[:3]), fields


def get(target: str, *lines: str, method: str = "GET", version: str = "1.1") -> bytes:
    """A request."""
    return "\r\n".join((f"{method} {target} HTTP/{version}", "Host: x", *lines, "", "")).encode("latin-1")


@asynccontextmanager
async def origin_process(folder: Path, issuer: Issuer, *options: str) -> AsyncIterator[tuple[Process, int]]:
    """`python -m matinee_edge` as an origin over `folder/media`, and its port; killed at the end if it still runs."""
    ready = folder / "ready.json"
    named = ("--name", "origin", "--kind", "origin", "--shelf", str(folder / "media"), "--trust", str(issuer.trust))
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "matinee_edge", *named, "--ready-file", str(ready), *options, stderr=PIPE
    )
    try:
        await eventually(ready.exists)
        yield running, int(json.loads(ready.read_text())["url"].rpartition(":")[2])
    finally:
        if running.returncode is None:
            running.kill()
        await running.communicate()


def large_file(path: Path, size_bytes: int) -> bytes:
    """Random bytes, written there too."""
    content = os.urandom(size_bytes)
    path.write_bytes(content)
    return content


def evict(path: Path) -> None:
    """The file is on disk only from now on; the test is skipped where the system does not do that."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        with suppress(BlockingIOError):
            os.preadv(descriptor, [bytearray(1)], 0, os.RWF_NOWAIT)
        for _ in range(EVICTIONS):
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            if not _is_any_in_memory(descriptor):
                return
    except (OSError, AttributeError) as error:
        pytest.skip(f"this system cannot say what is in memory: {error!r}")
    finally:
        os.close(descriptor)
    pytest.skip("this file system keeps files in memory")


def _is_any_in_memory(descriptor: int) -> bool:
    """Asked without reading: whoever reads a byte has the system read ahead."""
    with mmap.mmap(descriptor, 0) as mapped:
        pages = ctypes.create_string_buffer(-(-len(mapped) // mmap.PAGESIZE))
        first = ctypes.c_char.from_buffer(mapped)
        failed = ctypes.CDLL(None).mincore(ctypes.byref(first), ctypes.c_size_t(len(mapped)), pages)
        del first
        return bool(failed) or any(page & 1 for page in pages.raw)


def certify(folder: Path, *, name: str = "localhost", password: bytes = b"") -> tuple[Path, Path]:
    """A certificate of our own making for `name`, and its key, as PEM files; each call writes new ones."""
    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(pem, pkcs8, locked))
    return paths


def trusting(certificate: Path, *, newest: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED) -> ssl.SSLContext:
    """What a client believes that trusts this certificate alone."""
    context = ssl.create_default_context(cafile=certificate)
    context.maximum_version = newest
    return context


def open_descriptors() -> int:
    """Of this process."""
    return len(os.listdir("/proc/self/fd"))


def tidied_descriptors() -> int:
    """The same, without those that only wait to be collected as garbage."""
    gc.collect()
    return open_descriptors()
