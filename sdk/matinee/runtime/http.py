"""HTTP by aiohttp: bytes or a reason, always by a deadline, always within a bound. The one catcher of its errors."""

import asyncio
import errno
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from hashlib import sha256
from types import TracebackType
from typing import Protocol

import aiohttp
import msgspec
from Crypto.Random.random import getrandbits
from yarl import URL

from matinee.clock import Clock, SystemClock
from matinee.policy.requests import RequestClass
from matinee.wire.cmsd import NOTHING, Cmsd, read_cmsd
from matinee.wire.retry_after import http_date_ms, retry_after_ms

CONNECT_S = 5.0
CHUNK_BYTES = 1 << 16
READ_BYTES = 1 << 18
"""What asyncio takes from a socket at once: with less room, a connection would be stopped and started at every turn."""
_NO_WAY_THERE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)


class FetchFailure(Exception):
    """A request brought nothing usable. Caught where the core, or the retry policy, can decide what that means."""

    def __init__(self, reason: str, *, status: int = 0, hint_ms: int = 0, body: bytes = b"") -> None:
        super().__init__(reason)
        self.reason = reason
        """As `matinee.core.notices.FailedOver.reason`."""
        self.status = status
        """Of an answer that said no; 0 if there was no answer."""
        self.hint_ms = hint_ms
        """`Retry-After`, as a wait; 0 if there was none."""
        self.body = body
        """What a refusal said, cut to 64 KiB."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a network. Its text leaves out what may be secret."""

    url: str
    most_bytes: int
    """A longer answer is a failure."""
    deadline_ms: int
    """From asking to the last byte. > 0."""
    request_class: RequestClass = "segment"
    """What it is for."""
    byte_range: tuple[int, int] | None = None
    """First and last byte, both included; cut out of a whole answer if the server ignores it."""
    method: str = "GET"
    body: bytes | None = None
    headers: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return f"Request(request_class={self.request_class!r}, method={self.method!r})"


OnPiece = Callable[[bytes, int, int], None]
"""Called for each piece that comes, with the bytes received so far and those of the whole answer; 0 if the server does
not say."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came. Its text leaves out what may be secret."""

    body: bytes = field(repr=False)
    elapsed_ms: int
    url: str = field(default="", repr=False)
    """Where it came from in the end, after redirects."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    cmsd: Cmsd = NOTHING
    """What the server said of the link."""


class Network(Protocol):
    """What a session is surrounded by: who answers, what time it is, how the dice fall."""

    @property
    def clock(self) -> Clock:
        """By which requests are timed, and everything else of the sessions on this network."""
        ...

    def draw(self) -> int:
        """64 uniform bits."""
        ...

    async def fetch(self, request: Request, *, on_piece: OnPiece | None = None) -> Answer:
        """The whole answer. Raises FetchFailure, nothing else; what `on_piece` raises ends the request and passes."""
        ...


class Http:
    """The network of this machine, by one connection pool. An async context manager; many sessions may share it."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock: Clock = clock or SystemClock()
        self._session: aiohttp.ClientSession | None = None

    def draw(self) -> int:
        return getrandbits(64)

    async def fetch(self, request: Request, *, on_piece: OnPiece | None = None) -> Answer:
        began_ms = self.clock.now_ms()
        try:
            async with asyncio.timeout(request.deadline_ms / 1000), self._sent(request) as response:
                if response.status >= 400:
                    raise await self._refusal(response)
                pieces, received_bytes, size_bytes = list[bytes](), 0, _size_bytes(response)
                async for piece in response.content.iter_any():
                    pieces.append(piece)
                    received_bytes += len(piece)
                    if received_bytes > request.most_bytes:
                        raise FetchFailure("too-large", status=response.status)
                    if on_piece is not None:
                        on_piece(piece, received_bytes, size_bytes)
        except TimeoutError as error:
            raise FetchFailure("timeout") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise FetchFailure(_reason_of(error)) from error
        elapsed_ms, body = self.clock.now_ms() - began_ms, b"".join(pieces)
        is_other = response.status == 206 or "Content-Encoding" in response.headers
        if not is_other and not is_as_published(body, response.headers.get("Repr-Digest", "")):
            raise FetchFailure("corrupt", status=response.status)
        if request.byte_range is not None and response.status == 200:
            first, last = request.byte_range
            body = body[first : last + 1]
        return Answer(
            body,
            elapsed_ms,
            str(response.url),
            status=response.status,
            headers=response.headers,
            cmsd=read_cmsd(", ".join(response.headers.getall("CMSD-Dynamic", ()))),
        )

    @property
    def _open(self) -> aiohttp.ClientSession:
        assert self._session is not None, "use `async with`"
        return self._session

    def _sent(self, request: Request) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        headers = dict(request.headers)
        if request.byte_range is not None:
            headers["Range"] = "bytes={}-{}".format(*request.byte_range)
        return self._open.request(request.method, _as_written(request.url), data=request.body, headers=headers)

    async def _refusal(self, response: aiohttp.ClientResponse) -> FetchFailure:
        # By the server's own clock where it tells it: ours may be wrong, and a date would then say nothing.
        wall_ms = http_date_ms(response.headers.get("Date", "")) or self.clock.wall_ms()
        hint_ms = retry_after_ms(response.headers.get("Retry-After", ""), wall_ms=wall_ms)
        body = await response.content.read(CHUNK_BYTES)
        return FetchFailure(f"http-{response.status}", status=response.status, hint_ms=hint_ms, body=body)

    async def __aenter__(self) -> "Http":
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
            connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=60),
            read_bufsize=READ_BYTES,
            headers={"User-Agent": "matinee"},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.close()


def _as_written(url: str) -> URL:
    """A URL is asked for as whoever signed it wrote it; only what no URL may hold is encoded."""
    return URL(url, encoded=url.isascii() and " " not in url)


def _size_bytes(response: aiohttp.ClientResponse) -> int:
    """Of the body as it will be read; 0 if the server does not say, or says it of a packed body."""
    return 0 if "Content-Encoding" in response.headers else response.content_length or 0


def is_as_published(body: bytes, digest: str) -> bool:
    """Whether a whole, plain body is the one that a `Repr-Digest` header tells (RFC 9530, section 3), if it does."""
    told = re.search(r"\bsha-256=:([A-Za-z0-9+/=]+):", digest)
    return told is None or b64encode(sha256(body).digest()).decode() == told[1]


def _reason_of(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "unresolved"
    if isinstance(error, OSError) and error.errno in _NO_WAY_THERE:
        return "unreachable"
    if isinstance(error, aiohttp.ClientConnectorError | ConnectionRefusedError):
        return "refused"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "truncated"
    if isinstance(error, aiohttp.InvalidURL | ValueError):
        return "invalid-url"
    return "reset"
