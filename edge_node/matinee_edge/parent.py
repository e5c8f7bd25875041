"""A parent or a peer: another appliance, nearer to the origin or beside this one, asked for what is lacking here."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from matinee.errors import MediaInvalid, SegmentUnavailable, SettingsInvalid, TitleUnknown
from matinee.wire.title import INDEX_NAME, MediaFile
from matinee_edge.listing import MAX_INDEX_BYTES
from matinee_edge.tokenfile import read_token

PIECE_BYTES = 1 << 18
CONNECT_S = 3
SILENCE_S = 5
USUAL_URGENCY = 3
"""Of RFC 9218: 0 is most urgent, 7 is for what nobody waits for."""

_URGENCY = re.compile(r"\s*u=([0-7])(?![0-9.])")


class Parent:
    """Fetches over HTTP. Its own token is the one thing that it shows, and that stands in no error."""

    def __init__(self, url: str, *, token_file: Path, is_peer: bool = False) -> None:
        """`url`: its base URL. A peer is asked only for what it holds: two that ask each other would ask for ever."""
        self.url = url.rstrip("/")
        self._token_file = token_file
        self._is_peer = is_peer
        self._session: aiohttp.ClientSession | None = None

    def ask_over(self, session: aiohttp.ClientSession) -> None:
        """From now on it can be asked, for as long as the session is open."""
        self._session = session

    async def index(self, title_id: str, *, etag: str | None = None) -> bytes | None:
        """The title's `title.json`; None if it is still the one of `etag`.

        Raises: TitleUnknown; SegmentUnavailable if the parent fails; MediaInvalid if the answer is unbounded.
        """
        headers = {"If-None-Match": etag} if etag is not None else {}
        raw = bytearray()
        async with self._asked(title_id, INDEX_NAME, headers=headers) as response:
            if response.status == 304:
                return None
            async for piece in response.content.iter_chunked(PIECE_BYTES):
                raw += piece
                if len(raw) > MAX_INDEX_BYTES:
                    raise MediaInvalid(f"The index of title {title_id} has no end.", title_id=title_id)
        return bytes(raw)

    async def pour(
        self,
        title_id: str,
        file: MediaFile,
        *,
        into: Callable[[bytes], None],
        first: int = 0,
        urgency: int = USUAL_URGENCY,
    ) -> None:
        """Hand the file's bytes from `first` on to `into`, unverified.

        Raises: TitleUnknown if the parent does not have these bytes; SegmentUnavailable if the parent fails; what
        `into` raises.
        """
        headers = {"Priority": f"u={urgency}", "If-Match": f'"{file.sha256}"'}
        if first:
            headers["Range"] = f"bytes={first}-"
        async with self._asked(title_id, file.path, headers=headers) as response:
            if response.status != (206 if first else 200):
                raise SegmentUnavailable(
                    f"Status {response.status} for {file.path} from byte {first} on.",
                    title_id=title_id,
                    path=file.path,
                )
            async for piece in response.content.iter_chunked(PIECE_BYTES):
                into(piece)

    @asynccontextmanager
    async def _asked(
        self, title_id: str, path: str, *, headers: dict[str, str]
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        what = f"{'A peer' if self._is_peer else 'The parent'} did not deliver {path} of {title_id}"
        facts = {"title_id": title_id, "path": path}
        assert self._session is not None, "asked before it runs"
        if self._is_peer:
            headers = headers | {"Cache-Control": "only-if-cached"}
        try:
            url = f"{self.url}/t/{read_token(self._token_file)}/titles/{title_id}/{path}"
            async with self._session.get(url, headers=headers, allow_redirects=False) as response:
                # RFC 9111, section 5.2.1.7: 504 says that it is not cached.
                if response.status == 404 or (self._is_peer and response.status == 504):
                    raise TitleUnknown(f"{what}: it does not have it.", **facts)
                if response.status == 412:
                    raise TitleUnknown(f"{what}: it has another version of it.", **facts)
                if response.status not in (200, 206, 304):
                    raise SegmentUnavailable(f"{what}: status {response.status}.", **facts)
                yield response
        except SettingsInvalid as error:
            raise SegmentUnavailable(f"{what}: {error.what}", **facts) from error
        except (TimeoutError, aiohttp.ClientError) as error:
            # The text of these errors may hold the URL, and so the token: its name says enough.
            raise SegmentUnavailable(f"{what}: {type(error).__name__}.", **facts) from None


def urgency_of(priority: str) -> int:
    """What a `Priority` header says; the usual urgency if it says nothing that can be read."""
    found = _URGENCY.match(priority)
    return int(found[1]) if found is not None else USUAL_URGENCY


def session() -> aiohttp.ClientSession:
    """Connections to parents and peers. Silence is bounded here, the whole by whoever asks: a file may be large."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=SILENCE_S),
        auto_decompress=False,
        connector=aiohttp.TCPConnector(limit=0),
    )
