"""TTML and IMSC 1: a subtitle document read into cues of plain text.

Source: W3C TTML2, sections 8 (content), 12 (timing) and 6.2 (`ttp:frameRate`, `ttp:tickRate`). Placement, styles and
images are left out; `timeContainer="seq"`, which IMSC forbids, is taken for `par`.
"""

import re
from typing import NamedTuple
from xml.parsers import expat

from matinee.errors import ManifestInvalid, MediaInvalid
from matinee.manifest.elements import MAX_DEPTH, MAX_ELEMENTS, parse
from matinee.manifest.timeline import ENDLESS_MS
from matinee.manifest.webvtt import MAX_CUES, Cue

_TT = "http://www.w3.org/ns/ttml"
_PARAMETER = f"{_TT}#parameter "
_TIMED = frozenset(("body", "div", "p", "span"))
_SPACE = re.compile(r"[ \t\r\n]+")
_CLOCK = re.compile(r"([0-9]{2,6}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9})|:([0-9]{2,4})(?:\.[0-9]+)?)?")
_OFFSET = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,9}))?(h|m|s|ms|f|t)")
_UNIT_MS = {"h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}


class _Span(NamedTuple):
    """What an element inherits and hands down."""

    begin_ms: int
    end_ms: int | None
    """None: open."""
    keeps_space: bool
    is_shown: bool
    """Whether character data here is text: in a paragraph, and no metadata."""


def read_ttml(document: bytes, *, end_ms: int | None = None) -> tuple[Cue, ...]:
    """The cues by rising start; those that begin together stay in the document's order.

    `end_ms`: when those end that state no end; without it they are left out.
    Raises: MediaInvalid if the document is no TTML or exceeds a bound, such as MAX_CUES.
    """
    try:
        cues = _Reading(end_ms=end_ms).cues_of(document)
    except ManifestInvalid as error:
        raise MediaInvalid(error.what.replace("manifest", "subtitle document"), **error.facts) from error
    return tuple(sorted(cues, key=lambda cue: cue.start_ms))


class _Reading:
    """One document on its way through the parser."""

    def __init__(self, *, end_ms: int | None) -> None:
        self._end_ms = end_ms
        self._spans = [_Span(0, None, False, False)]
        self._frames_per_1000_s = 30_000
        self._ticks_per_s = 1
        self._elements = 0
        self._texts: dict[tuple[int, int | None], list[str]] = {}
        """Of the paragraph that is open, by when they are shown."""
        self._cues: list[Cue] = []

    def cues_of(self, document: bytes) -> list[Cue]:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        parser.CharacterDataHandler = self._add_text
        parse(parser, document)
        return self._cues

    def _open(self, qualified: str, attributes: dict[str, str]) -> None:
        namespace, _, name = qualified.rpartition(" ")
        self._elements += 1
        if self._elements == 1:
            self._read_root(name, attributes)
        if self._elements > MAX_ELEMENTS or len(self._spans) > MAX_DEPTH:
            raise MediaInvalid(f"The subtitle document exceeds {MAX_ELEMENTS} elements or {MAX_DEPTH} levels.")
        parent = self._spans[-1]
        if name == "br" and parent.is_shown:
            self._text_of(parent).append("\n")
        is_content = name in _TIMED and namespace.startswith(_TT) and not namespace.endswith("#metadata")
        begin_ms, end_ms = self._interval(attributes, parent) if is_content else (parent.begin_ms, parent.end_ms)
        space = attributes.get("http://www.w3.org/XML/1998/namespace space")
        self._spans.append(
            _Span(
                begin_ms,
                end_ms,
                space == "preserve" if space else parent.keeps_space,
                is_content and (name == "p" or parent.is_shown),
            )
        )

    def _add_text(self, text: str) -> None:
        span = self._spans[-1]
        if span.is_shown:
            self._text_of(span).append(text if span.keeps_space else _SPACE.sub(" ", text))

    def _close(self, qualified: str) -> None:
        self._spans.pop()
        if qualified.rpartition(" ")[2] != "p" or self._spans[-1].is_shown:
            return
        for (begin_ms, stated_ms), parts in self._texts.items():
            end_ms = self._end_ms if stated_ms is None else stated_ms
            text = "\n".join(line.strip() for line in "".join(parts).split("\n")).strip()
            if text and end_ms is not None and begin_ms < end_ms:
                self._cues.append(Cue(start_ms=begin_ms, end_ms=end_ms, text=text))
        if len(self._cues) > MAX_CUES:
            raise MediaInvalid(f"The subtitle document has more than {MAX_CUES} cues.", max_cues=MAX_CUES)
        self._texts.clear()

    def _text_of(self, span: _Span) -> list[str]:
        return self._texts.setdefault((span.begin_ms, span.end_ms), [])

    def _read_root(self, name: str, attributes: dict[str, str]) -> None:
        if name != "tt":
            raise MediaInvalid(f"The subtitle document is no TTML: its root is {name[:40]!r}.")
        frames = _positive(attributes.get(f"{_PARAMETER}frameRate"), 30)
        numerator, _, denominator = attributes.get(f"{_PARAMETER}frameRateMultiplier", "1 1").partition(" ")
        self._frames_per_1000_s = max(1, 1000 * frames * _positive(numerator, 1) // _positive(denominator, 1))
        # TTML2, 6.2.11: the frame rate if that is stated and the tick rate is not, else 1.
        ticks = frames if f"{_PARAMETER}frameRate" in attributes else 1
        self._ticks_per_s = _positive(attributes.get(f"{_PARAMETER}tickRate"), ticks)

    def _interval(self, attributes: dict[str, str], parent: _Span) -> tuple[int, int | None]:
        """When an element is shown: its times count from its parent's begin, and end with the parent (12.2)."""
        begin_ms = parent.begin_ms + self._ms(attributes.get("begin", "0s"))
        ends = [] if parent.end_ms is None else [parent.end_ms]
        if "end" in attributes:
            ends.append(parent.begin_ms + self._ms(attributes["end"]))
        if "dur" in attributes:
            ends.append(begin_ms + self._ms(attributes["dur"]))
        return begin_ms, min(ends, default=None)

    def _ms(self, text: str) -> int:
        """A time expression (12.3.1)."""
        text = text.strip()
        if clock := _CLOCK.fullmatch(text):
            hours, minutes, seconds, fraction, frames = clock.groups()
            whole_ms = ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000
            return whole_ms + _thousandths(fraction) + int(frames or 0) * 1_000_000 // self._frames_per_1000_s
        if offset := _OFFSET.fullmatch(text):
            whole, fraction, unit = offset.groups()
            value = int(whole) * 1000 + _thousandths(fraction)
            if unit == "f":
                return min(value * 1000 // self._frames_per_1000_s, ENDLESS_MS)
            return min(value // self._ticks_per_s if unit == "t" else value * _UNIT_MS[unit] // 1000, ENDLESS_MS)
        raise MediaInvalid(f"The subtitle document states a time {text[:40]!r} that is none.")


def _thousandths(fraction: str | None) -> int:
    return int((fraction or "").ljust(3, "0")[:3])


def _positive(text: str | None, default: int) -> int:
    digits = (text or "").strip()
    return int(digits) or default if digits.isascii() and digits.isdigit() and len(digits) <= 9 else default
