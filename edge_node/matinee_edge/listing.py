"""What a title consists of: the files that `title.json` lists, and nothing else. Pure.

A request names a path, and only a path that stands here is ever opened: that is what keeps every
other file of the machine out of reach.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from matinee.errors import MediaInvalid, TitleUnknown
from matinee.wire.ids import TitleId
from matinee.wire.title import INDEX_NAME, MediaFile, TitleIndex

MAX_INDEX_BYTES = 32 << 20
"""Of `title.json`: some 200,000 files."""

_CONTENT_TYPES = {
    "mpd": "application/dash+xml",
    "m3u8": "application/vnd.apple.mpegurl",
    "m4a": "audio/mp4",
    "vtt": "text/vtt; charset=utf-8",
    "jpg": "image/jpeg",
    "png": "image/png",
    "json": "application/json",
}
_HASH = re.compile(r"[0-9a-f]{64}")
"""A file on the shelf is named by it."""
_SEGMENT_EXTENSIONS = frozenset({"m4s", "mp4", "m4v", "cmfv", "cmfa", "cmft"})


@dataclass(frozen=True)
class Listing:
    """The files of one title, `title.json` among them."""

    title_id: str
    files: Mapping[str, MediaFile]
    """By path."""
    representations: Mapping[str, tuple[MediaFile, ...]]
    """Each one's init and media segments, in playing order."""
    audio: frozenset[str]
    """The representations that are sound."""

    @property
    def index(self) -> MediaFile:
        """`title.json` itself."""
        return self.files[INDEX_NAME]

    def content_type(self, file: MediaFile) -> str:
        extension = file.path.rpartition(".")[2].lower()
        if extension in _SEGMENT_EXTENSIONS:
            return "audio/mp4" if file.representation_id in self.audio else "video/mp4"
        return _CONTENT_TYPES.get(extension, "application/octet-stream")


def listing_of(raw: bytes, *, title_id: str) -> Listing:
    """What the bytes of a `title.json` list.

    Raises: MediaInvalid if they are no index, are of another title, or name a path that could lead out of the folder.
    """
    try:
        index = msgspec.json.decode(raw, type=TitleIndex)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MediaInvalid(f"The index of title {title_id} cannot be read: {error}.", title_id=title_id) from error
    if index.title_id != title_id:
        raise MediaInvalid(f"The index of title {title_id} is that of {index.title_id}.", title_id=title_id)
    own = MediaFile(path=INDEX_NAME, size_bytes=len(raw), sha256=sha256(raw).hexdigest())
    files = {file.path: file for file in index.files}
    unfit = [
        path
        for path, file in files.items()
        if not _is_inside(path) or path == INDEX_NAME or not _HASH.fullmatch(file.sha256) or file.size_bytes < 0
    ]
    if unfit or len(files) != len(index.files):
        raise MediaInvalid(
            f"The index of title {title_id} names a path twice, outside the title, or without a hash.",
            title_id=title_id,
            paths=unfit,
        )
    return Listing(
        title_id=title_id,
        files=files | {INDEX_NAME: own},
        representations=_by_representation(index),
        audio=frozenset(track.representation_id for track in index.audio),
    )


def known_title_id(text: str) -> str:
    """`text` if it can be a title's id, and so a folder's name. Raises TitleUnknown otherwise."""
    try:
        return msgspec.convert(text, TitleId)
    except msgspec.ValidationError as error:
        raise TitleUnknown("A title of that id cannot exist.") from error


def etag_of(files: tuple[MediaFile, ...]) -> str:
    """The strong entity tag of these files one after the other."""
    if len(files) == 1:
        return f'"{files[0].sha256}"'
    return f'"{sha256("".join(file.sha256 for file in files).encode()).hexdigest()}"'


def _is_inside(path: str) -> bool:
    parts = path.split("/")
    return all(part not in ("", ".", "..") for part in parts) and not any(c in path for c in "\\\0")


def _by_representation(index: TitleIndex) -> dict[str, tuple[MediaFile, ...]]:
    found: dict[str, list[MediaFile]] = {}
    for file in index.files:
        if file.representation_id is not None:
            found.setdefault(file.representation_id, []).append(file)
    return {representation_id: tuple(files) for representation_id, files in found.items()}
