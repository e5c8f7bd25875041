"""CMCD: what a player tells a server with each request, so that logs of a CDN say what viewers got.

Source: CTA-5004 (version 1) and CTA-5004-B (version 2). Both are dictionaries of structured fields (RFC 8941) with
their keys in order; version 2 has lists where version 1 has single values.
"""

from collections.abc import Iterator
from typing import Literal
from urllib.parse import quote

import msgspec

ObjectType = Literal["m", "a", "v", "av", "i", "c", "tt", "k", "o"]
"""Manifest, audio, video, both, init, captions, timed text in mp4, key, other."""
PlayerStatus = Literal["s", "p", "k", "r", "a", "w", "e", "f", "q", "d"]
"""Starting, playing, seeking, rebuffering, paused, waiting, ended, failed, quit, preloading."""
Version = Literal[1, 2]

_LISTED = frozenset({"bl", "br", "mtp", "tb"})
"""Lists in version 2."""
_TOKENS = frozenset({"ot", "sf", "st", "sta"})
_HUNDREDS = frozenset({"bl", "dl", "mtp", "rtp", "ltc"})
"""Told in whole hundreds, so that one viewer is not known by them."""
_LATER = frozenset({"ltc", "sn", "sta"})
"""Keys of version 2."""
_HEADERS: dict[str, frozenset[str]] = {
    "CMCD-Request": frozenset({"bl", "dl", "ltc", "mtp", "sn", "sta", "su"}),
    "CMCD-Object": frozenset({"br", "d", "ot", "tb"}),
    "CMCD-Status": frozenset({"bs", "pr", "rtp"}),
    "CMCD-Session": frozenset({"sf", "sid", "st", "v"}),
}


class Cmcd(msgspec.Struct, frozen=True, kw_only=True):
    """The fields by their names in the standard; None, empty and False are not told."""

    bl: int | None = None
    """Buffer of what is asked for, in ms."""
    br: int | None = None
    """Bitrate of what is asked for, in kb/s."""
    bs: bool = False
    """There was a stall since the last request."""
    d: int | None = None
    """Duration of what is asked for, in ms."""
    dl: int | None = None
    """By when it must be here for play to go on, in ms."""
    ltc: int | None = None
    """Behind live, in ms."""
    mtp: int | None = None
    """Throughput as measured, in kb/s."""
    ot: ObjectType | None = None
    pr_permille: int = 1000
    """Speed of play; not told where it is normal."""
    rtp: int | None = None
    """The most throughput that is of use, in kb/s."""
    sf: Literal["d", "h", "s", "o"] | None = None
    """DASH, HLS, Smooth Streaming, other."""
    sid: str = ""
    """The session, at most 64 characters."""
    sn: int | None = None
    """Of the request in the session."""
    st: Literal["v", "l"] | None = None
    """On demand or live."""
    sta: PlayerStatus | None = None
    su: bool = False
    """It is needed urgently: a start, a seek, a stall."""
    tb: int | None = None
    """The highest bitrate there is, in kb/s."""


def payload(cmcd: Cmcd, *, version: Version) -> str:
    """All fields, as the query holds them before it is escaped."""
    return ",".join(_items(cmcd, version))


def with_query(url: str, cmcd: Cmcd, *, version: Version) -> str:
    """`url` with the fields as its last query argument."""
    address, mark, fragment = url.partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}CMCD={quote(payload(cmcd, version=version), safe='')}{mark}{fragment}"


def headers(cmcd: Cmcd, *, version: Version) -> dict[str, str]:
    """The fields as request headers; those that would be empty are left out."""
    items = list(_items(cmcd, version))
    sorted_in = {name: ",".join(it for it in items if it.partition("=")[0] in keys) for name, keys in _HEADERS.items()}
    return {name: value for name, value in sorted_in.items() if value}


def _items(cmcd: Cmcd, version: Version) -> Iterator[str]:
    told: dict[str, object] = {name: getattr(cmcd, name) for name in cmcd.__struct_fields__ if name != "pr_permille"}
    if cmcd.pr_permille != 1000:
        # A decimal has a digit behind its point, and at most three (RFC 8941, section 3.3.2).
        told["pr"] = f"{cmcd.pr_permille // 1000}.{cmcd.pr_permille % 1000:03d}".rstrip("0").ljust(3, "0")
    if version != 1:
        told["v"] = version
    for key, value in sorted(told.items()):
        is_known = version != 1 or key not in _LATER
        if is_known and value is not None and value is not False and value != "":
            yield _item(key, value, version)


def _item(key: str, value: object, version: Version) -> str:
    if value is True:
        return key
    if key in _HUNDREDS and isinstance(value, int):
        value = (value + 50) // 100 * 100
    text = str(value)
    if isinstance(value, str) and key not in _TOKENS and key != "pr":
        text = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{key}=({text})" if key in _LISTED and version != 1 else f"{key}={text}"
