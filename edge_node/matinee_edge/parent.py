"""The parent: the appliance one step nearer to the origin, asked for what is lacking here."""

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
NOT_HELD = "not-held"
"""The fact `reason` when a peer lacks what is asked of its shelf."""


class Parent:
    """Fetches over HTTP. Its own token is the one thing that it shows, and that stands in no error."""

    def __init__(self, url: str, *, token_file: Path, session: aiohttp.ClientSession | None = None) -> None:
        """`url`: the parent's base URL. `session`: somebody else's, instead of `running`."""
        self.url = url.rstrip("/")
        self._token_file = token_file
        self._session = session
        self._is_peer = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While entered, the parent can be asked; its connections are kept."""
        # Silence is bounded here, the whole by whoever asks: a file may be large.
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=SILENCE_S)
        async with aiohttp.ClientSession(timeout=timeout) as self._session:
            yield

    def beside(self, url: str, *, is_peer: bool) -> "Parent":
        """Another appliance, over the same connections; a peer is asked for what is on its shelf, and no further."""
        other = Parent(url, token_file=self._token_file, session=self._session)
        other._is_peer = is_peer
        return other

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

    async def pour(self, title_id: str, file: MediaFile, *, into: Callable[[bytes], None]) -> None:
        """Hand the file's bytes to `into`, unverified.

        Raises: TitleUnknown if the parent does not have it; SegmentUnavailable if the parent fails; what `into` raises.
        """
        async with self._asked(title_id, file.path, headers={}) as response:
            async for piece in response.content.iter_chunked(PIECE_BYTES):
                into(piece)

    @asynccontextmanager
    async def _asked(
        self, title_id: str, path: str, *, headers: dict[str, str]
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        what = f"The parent did not deliver {path} of {title_id}"
        facts = {"title_id": title_id, "path": path}
        assert self._session is not None, "asked before it runs"
        if self._is_peer:
            # RFC 9111, section 5.2.1.7: answered from what is stored, or with 504.
            headers = {**headers, "Cache-Control": "only-if-cached"}
        try:
            url = f"{self.url}/t/{read_token(self._token_file)}/titles/{title_id}/{path}"
            async with self._session.get(url, headers=headers, allow_redirects=False) as response:
                if response.status == 404:
                    raise TitleUnknown(f"The parent has no {path} of {title_id}.", **facts)
                if self._is_peer and response.status == 504:
                    raise SegmentUnavailable(f"A peer does not hold {path} of {title_id}.", reason=NOT_HELD, **facts)
                if response.status not in (200, 304):
                    raise SegmentUnavailable(f"{what}: status {response.status}.", **facts)
                yield response
        except SettingsInvalid as error:
            raise SegmentUnavailable(f"{what}: {error.what}", **facts) from error
        except (TimeoutError, aiohttp.ClientError) as error:
            # The text of these errors may hold the URL, and so the token: its name says enough.
            raise SegmentUnavailable(f"{what}: {type(error).__name__}.", **facts) from None
