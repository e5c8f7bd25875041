"""Titles out of the origin's folder: whatever has a `title.json` there is in the catalog, and nothing else."""

import asyncio
import logging
from hashlib import sha256
from pathlib import Path

import msgspec

from matinee.clock import Clock
from matinee.errors import ServiceUnavailable
from matinee.wire.title import INDEX_NAME, POSTER_NAME, TitleIndex
from matinee_backend.ports import TitleStore
from matinee_backend.records import CatalogTitle

_LOG = logging.getLogger("matinee.catalog")


class TitleFolder:
    """Keeps a TitleStore equal to the folder. Several may do so at once: each writes only what the folder says."""

    def __init__(self, folder: Path, *, titles: TitleStore, clock: Clock) -> None:
        self._folder = folder
        self._titles = titles
        self._clock = clock
        self._seen: dict[str, int] = {}
        """When each index file was last changed, in nanoseconds: unchanged files are not read again."""

    async def watch(self, *, every_ms: int) -> None:
        """Scans for ever. A store that is away is asked again the next time."""
        while True:
            try:
                await self.scan()
            except ServiceUnavailable as error:
                _LOG.warning("titles were not read: %s", error.what)
            await self._clock.wait_until(self._clock.now_ms() + every_ms)

    async def scan(self) -> None:
        """The store holds the titles that the folder holds now."""
        found = await asyncio.to_thread(self._index_files)
        for title_id, changed_ns in found.items():
            if self._seen.get(title_id) == changed_ns:
                continue
            title = await asyncio.to_thread(self._read, title_id, changed_ns)
            if title is not None:
                await self._titles.put(title)
                _LOG.info("%s is in the catalog", title_id)
            self._seen[title_id] = changed_ns
        for title in await self._titles.titles():
            if title.index.title_id not in found:
                await self._titles.remove(title.index.title_id)
                self._seen.pop(title.index.title_id, None)
                _LOG.info("%s is out of the catalog", title.index.title_id)

    def _index_files(self) -> dict[str, int]:
        # A folder that is away, an unmounted disk say, does not empty the catalog.
        if not self._folder.is_dir():
            raise ServiceUnavailable("The media folder is away.")
        try:
            files = sorted(self._folder.glob(f"*/{INDEX_NAME}"))
            return {file.parent.name: file.stat().st_mtime_ns for file in files}
        except OSError as error:
            raise ServiceUnavailable(f"The media folder cannot be read: {error.strerror}.") from error

    def _read(self, title_id: str, changed_ns: int) -> CatalogTitle | None:
        try:
            raw = (self._folder / title_id / INDEX_NAME).read_bytes()
            index = msgspec.json.decode(raw, type=TitleIndex)
        except (OSError, msgspec.DecodeError) as error:
            _LOG.warning("%s is left out, its index cannot be read: %s", title_id, error)
            return None
        if index.title_id != title_id:
            _LOG.warning("%s is left out, its index is that of %s", title_id, index.title_id)
            return None
        return CatalogTitle(
            index=msgspec.structs.replace(index, files=()),
            has_poster=any(file.path == POSTER_NAME for file in index.files),
            added_wall_ms=changed_ns // 1_000_000,
            size_bytes=len(raw) + sum(file.size_bytes for file in index.files),
            index_sha256=sha256(raw).hexdigest(),
        )
