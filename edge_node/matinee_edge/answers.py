"""Answers about files: status, header fields, and which bytes. Pure; the same for hits and for misses."""

from base64 import b64encode
from typing import NamedTuple

from matinee.wire.title import MediaFile
from matinee_edge.listing import Listing, etag_of
from matinee_edge.ranges import Conditions, answer

FOR_SEGMENTS = "private, max-age=86400, immutable"
"""Not shared: whoever had the token may keep the bytes, whoever comes after must show one."""
FOR_THE_REST = "private, no-cache"
"""Kept, but asked for again by its tag: a title may be made anew."""


class FileAnswer(NamedTuple):
    """What is said of one file, or of several one after the other."""

    status: int
    """200, 206, 304, 412 or 416; only the first two have bytes."""
    headers: dict[str, str]
    first: int
    length: int


def answer_about(files: tuple[MediaFile, ...], conditions: Conditions, *, listing: Listing) -> FileAnswer:
    """What a GET gets of `files`, all of the title of `listing`."""
    size_bytes = sum(file.size_bytes for file in files)
    decided = answer(conditions, etag=etag_of(files), size_bytes=size_bytes)
    if decided.status == 416:
        return FileAnswer(416, {"Content-Range": f"bytes */{size_bytes}"}, 0, 0)
    if decided.status == 412:
        return FileAnswer(412, {}, 0, 0)
    headers = lasting_headers(files)
    if decided.status == 304:
        return FileAnswer(304, headers, 0, 0)
    headers |= media_headers(files, listing=listing)
    headers["Content-Length"] = str(decided.length)
    if decided.status == 206:
        headers["Content-Range"] = f"bytes {decided.first}-{decided.first + decided.length - 1}/{size_bytes}"
    return FileAnswer(decided.status, headers, decided.first, decided.length)


def lasting_headers(files: tuple[MediaFile, ...]) -> dict[str, str]:
    """Those that also renew what a cache holds."""
    return {
        "ETag": etag_of(files),
        "Cache-Control": FOR_SEGMENTS if files[0].representation_id is not None else FOR_THE_REST,
        "Accept-Ranges": "bytes",
        # Lets a player in a browser see how long the connection and the first byte took.
        "Timing-Allow-Origin": "*",
    }


def media_headers(files: tuple[MediaFile, ...], *, listing: Listing) -> dict[str, str]:
    """Those that describe the bytes."""
    headers = {"Content-Type": listing.content_type(files[0])}
    if len(files) == 1:
        # RFC 9530: a player that holds the bytes against it knows whether memory, disk or wire altered them.
        headers["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(files[0].sha256)).decode()}:"
    return headers
