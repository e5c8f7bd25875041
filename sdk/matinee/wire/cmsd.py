"""CMSD: what servers say of the link with their answers (CTA-5006, Common Media Server Data; `CMSD-Dynamic`)."""

import re

import msgspec

MOST_HEADER_CHARS = 4096
_MOST_DIGITS = 9

_TEXT = r'"(?:[^"\\]|\\["\\])*"'
_SERVER = re.compile(rf"[ \t]*({_TEXT}|[A-Za-z*][!#$%&'*+.^_`|~:/\w-]*)", re.ASCII)
_PARAMETER = re.compile(rf"[ \t]*;[ \t]*([a-z*][a-z0-9_.*-]*)(?:=({_TEXT}|[^ \t;,\"]+))?", re.ASCII)
_SEPARATOR = re.compile(r"[ \t]*(,|$)")


class Cmsd(msgspec.Struct, frozen=True, kw_only=True):
    """The word of the server next to the viewer, 0 where it says nothing."""

    throughput_kbps: int = 0
    """`etp`: the throughput from it to the viewer, as it estimates it."""
    most_kbps: int = 0
    """`mb`: the highest bitrate it wants played; the lowest that any server on the way names."""
    delay_ms: int = 0
    """`rd`: how long it took to answer."""
    round_trip_ms: int = 0
    """`rtt`"""
    is_in_duress: bool = False
    """`du`, of any server on the way."""


NOTHING = Cmsd()


def read_cmsd(header: str) -> Cmsd:
    """What a `CMSD-Dynamic` header says; nothing if it is no list of structured fields (RFC 8941, section 4.2)."""
    hops = _hops(header)
    if not hops:
        return NOTHING
    caps = [cap for hop in hops if (cap := _whole(hop.get("mb")))]
    last = hops[-1]
    return Cmsd(
        throughput_kbps=_whole(last.get("etp")),
        most_kbps=min(caps, default=0),
        delay_ms=_whole(last.get("rd")),
        round_trip_ms=_whole(last.get("rtt")),
        is_in_duress=any(hop.get("du") in ("", "?1") for hop in hops),
    )


def _hops(header: str) -> list[dict[str, str]]:
    """What each server said, the one nearest to the viewer last; a key without a value is empty."""
    if not header.strip() or len(header) > MOST_HEADER_CHARS:
        return []
    hops: list[dict[str, str]] = []
    at = 0
    while True:
        server = _SERVER.match(header, at)
        if server is None:
            return []
        at = server.end()
        hop: dict[str, str] = {}
        while parameter := _PARAMETER.match(header, at):
            hop[parameter[1]] = parameter[2] or ""
            at = parameter.end()
        hops.append(hop)
        separator = _SEPARATOR.match(header, at)
        if separator is None:
            return []
        if not separator[1]:
            return hops
        at = separator.end()


def _whole(text: str | None) -> int:
    """The number, if it is one that can be meant."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 0
