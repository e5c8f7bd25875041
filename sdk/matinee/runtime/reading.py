"""Reading: what a session's manifests and indexes say, with what must be remembered from one reading to the next."""

from collections.abc import Sequence

import msgspec

from matinee.core.messages import IndexTarget
from matinee.errors import ManifestInvalid
from matinee.manifest.dash.indexed import indexed_segments
from matinee.manifest.dash.mpd import read_mpd
from matinee.manifest.dash.patch import apply_patch
from matinee.manifest.elements import Element, read_elements
from matinee.manifest.formats import read_manifest
from matinee.manifest.hls.media_playlist import MediaPlaylist, read_playlist
from matinee.manifest.presentation import BaseUrl, Live, Presentation, Segment, TimedEvent
from matinee.media.index import read_index


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """What lists the segments of a rendition, read."""

    segments: Sequence[Segment]
    """None only while live."""
    live: Live | None = None
    key_ids: tuple[str, ...] = ()
    license_url: str = ""
    events: tuple[TimedEvent, ...] = ()
    tile_columns: int = 1
    tile_rows: int = 1
    tile_ms: int = 0
    """As of `MediaPlaylist`."""


class Reading:
    """The manifest of one session and whatever belongs to it. Raises as the readers do."""

    def __init__(self) -> None:
        self.presentation: Presentation | None = None
        self._tree: Element | None = None
        self._playlists: dict[str, MediaPlaylist] = {}

    @property
    def patch_url(self) -> str:
        """Where the changes since the last reading are to be had; empty if the whole must be read."""
        live = self.presentation.live if self.presentation else None
        return live.patch if live and self._tree is not None else ""

    @property
    def location(self) -> str:
        """Where the manifest wants to be read from now on; empty if where it was."""
        live = self.presentation.live if self.presentation else None
        return live.locations[0] if live and live.locations else ""

    def manifest(self, document: bytes, *, url: str) -> Presentation:
        """The manifest, whole."""
        presentation = read_manifest(document, url=url)
        # A tree is much larger than what is made of it: it is kept only for patches.
        has_patches = presentation.live is not None and presentation.live.patch
        self._tree = read_elements(document) if has_patches else None
        self.presentation = presentation
        return presentation

    def patched(self, patch: bytes, *, url: str) -> Presentation:
        """The manifest with the changes; if they do not fit, it must be read whole."""
        tree, self._tree = self._tree, None
        if tree is None:
            raise ManifestInvalid("There is no manifest that could be patched.")
        apply_patch(tree, patch)
        self.presentation = read_mpd(tree, url=url)
        self._tree = tree
        return self.presentation

    def index(self, document: bytes, target: IndexTarget, *, url: str, place: BaseUrl) -> Index:
        """What lists the segments of a rendition, fetched from `url`, asked of `place`."""
        if target.rendition.single_file is not None:
            resource = target.rendition.index
            references = read_index(document, first_byte=(resource.first_byte if resource else None) or 0)
            return Index(segments=indexed_segments(references, rendition=target.rendition, period=target.period))
        name = target.rendition.rendition_id
        playlist = read_playlist(
            document,
            url=url,
            place=place.url,
            before=self._playlists.get(name),
            beside=next(iter(self._playlists.values()), None),
            variables=self.presentation.variables if self.presentation else None,
        )
        self._playlists[name] = playlist
        return Index(
            segments=playlist.segments,
            live=playlist.live,
            key_ids=playlist.key_ids,
            license_url=playlist.clearkey_license_url,
            events=playlist.events,
            tile_columns=playlist.tile_columns,
            tile_rows=playlist.tile_rows,
            tile_ms=playlist.tile_ms,
        )
