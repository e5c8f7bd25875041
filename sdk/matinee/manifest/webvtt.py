"""WebVTT: a subtitle file read into cues of plain text.

Source: W3C WebVTT, section 6.1 (parsing files) and 6.4 (cue text); read as leniently as it asks for: what is
malformed inside the file is skipped, and placement, styles and regions are left out.
"""

import html
import re
from itertools import takewhile

import msgspec

from matinee.errors import MediaInvalid

MAX_DOCUMENT_BYTES = 8 << 20
MAX_CUES = 100_000
_MAX_HEADER_BYTES = 4_096

_SIGNATURE = re.compile(r"\ufeff?WEBVTT(?:[ \t].*)?", re.DOTALL)
_TIMESTAMP = r"(?:([0-9]{2,6}):)?([0-5][0-9]):([0-5][0-9])\.([0-9]{3})"
_TIMING = re.compile(rf"[ \t\f]*{_TIMESTAMP}[ \t\f]*-->[ \t\f]*{_TIMESTAMP}(?:[ \t\f].*)?", re.DOTALL)
_MAP = re.compile(rf"X-TIMESTAMP-MAP=(?=.*MPEGTS:([0-9]{{1,19}}))(?=.*LOCAL:{_TIMESTAMP}).*")
_MPEGTS_TICKS_PER_MS = 90
_TAG = re.compile(r"<[^>]*>?")


class Cue(msgspec.Struct, frozen=True, kw_only=True):
    """A subtitle."""

    start_ms: int
    end_ms: int
    """> start_ms."""
    text: str
    """Plain text, not empty; lines separated by a newline."""


def read_webvtt(document: bytes) -> tuple[Cue, ...]:
    """The cues by rising start; those that begin together stay in the file's order.

    Raises: MediaInvalid if the document is no WebVTT file, or exceeds MAX_DOCUMENT_BYTES or MAX_CUES.
    """
    if len(document) > MAX_DOCUMENT_BYTES:
        raise MediaInvalid(
            f"The subtitle file has {len(document)} bytes; {MAX_DOCUMENT_BYTES} are read at most.",
            size_bytes=len(document),
            max_bytes=MAX_DOCUMENT_BYTES,
        )
    lines = _lines(document)
    if not _SIGNATURE.fullmatch(lines[0]):
        raise MediaInvalid("The subtitle file does not begin with WEBVTT.")
    cues: list[Cue] = []
    timing: re.Match[str] | None = None
    payload: list[str] = []
    for line in (*lines[1:], ""):
        if line and "-->" not in line:
            payload.append(line)
            continue
        _add_cue(cues, timing, payload)
        timing, payload = _TIMING.fullmatch(line), []
    return tuple(sorted(cues, key=lambda cue: cue.start_ms))


def read_timestamp_map(document: bytes) -> int | None:
    """What HLS says makes times of cues media time, in milliseconds (RFC 8216, 3.5); None if it says nothing."""
    for line in takewhile(bool, _lines(document[:_MAX_HEADER_BYTES])):
        if found := _MAP.fullmatch(line):
            ticks, *local = found.groups()
            return int(ticks) // _MPEGTS_TICKS_PER_MS - _ms(*local)
    return None


def plain_text(markup: str) -> str:
    """The text of a cue without its tags, its entities resolved."""
    return html.unescape(_TAG.sub("", markup)).strip()


def _lines(document: bytes) -> list[str]:
    text = document.decode("utf-8", errors="replace").replace("\0", "\ufffd")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _add_cue(cues: list[Cue], timing: re.Match[str] | None, payload: list[str]) -> None:
    """Lines without a timing before them are headers, comments, styles or names of cues."""
    if timing is None:
        return
    fields = timing.groups()
    start_ms, end_ms = _ms(*fields[:4]), _ms(*fields[4:])
    text = plain_text("\n".join(payload))
    if start_ms >= end_ms or not text:
        return
    if len(cues) >= MAX_CUES:
        raise MediaInvalid(f"The subtitle file has more than {MAX_CUES} cues.", max_cues=MAX_CUES)
    cues.append(Cue(start_ms=start_ms, end_ms=end_ms, text=text))


def _ms(hours: str | None, minutes: str, seconds: str, thousandths: str) -> int:
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(thousandths)
