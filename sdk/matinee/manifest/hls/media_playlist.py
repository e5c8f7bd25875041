"""A media playlist: the segments of one rendition (RFC 8216, section 4.3.3; draft-pantos-hls-rfc8216bis).

Whole segments are played: partial ones, preload hints and rendition reports are left out, and delta updates
never asked for.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from matinee.errors import ManifestInvalid
from matinee.manifest.durations import MAX_DURATION_MS
from matinee.manifest.elements import shown
from matinee.manifest.hls.alignment import Marks, offset_us
from matinee.manifest.hls.dateranges import DateRanges
from matinee.manifest.hls.keys import Key, Keys
from matinee.manifest.hls.lines import (
    MAX_BYTE,
    Line,
    Variables,
    byte_range_of,
    microseconds_of,
    read_lines,
    unsupported,
)
from matinee.manifest.instants import wall_ms
from matinee.manifest.presentation import Live, Resource, Segment, TimedEvent, WholeKey
from matinee.manifest.references import folded, path_below
from matinee.manifest.segments import MAX_LISTED_CHARS, MAX_LISTED_SEGMENTS

_LEAST_SEGMENT_US = 1000
"""Shorter ones, which some packagers end with, would have no place on a timeline of milliseconds."""
_DELAY_TARGETS = 3
"""How far from the end of a live playlist to play where HOLD-BACK does not say (rfc8216bis, section 4.4.3.8)."""
_MAX_NUMBER = 2**63
MAX_TILES = 100


class MediaPlaylist(msgspec.Struct, frozen=True, kw_only=True):
    """What a media playlist says now."""

    segments: tuple[Segment, ...]
    """In playing order; none only while live. Where one is a gap (EXT-X-GAP), numbers and times have a hole."""
    target_duration_ms: int
    """No segment lasts longer, rounded."""
    live: Live | None
    """None: it is whole. Its delay counts from the end of what is listed; a playlist that did not change since is to
    be read anew after half of `refresh_ms`."""
    events: tuple[TimedEvent, ...] = ()
    key_ids: tuple[str, ...] = ()
    """What licenses must open; 32 lower-case hexadecimal digits."""
    clearkey_license_url: str = ""
    bitrate_kbps: int = 0
    """The highest that EXT-X-BITRATE names; 0 if unstated."""
    tile_columns: int = 1
    tile_rows: int = 1
    """Of images (EXT-X-TILES)."""
    tile_ms: int = 0
    """How long each of their tiles stands for; 0 if unstated."""
    marks: Marks
    """Where it lies, for the next reading."""

    @property
    def end_ms(self) -> int:
        return self.marks.bounds_us[-1] // 1000


def read_playlist(
    document: bytes,
    *,
    url: str,
    place: str,
    before: MediaPlaylist | None = None,
    beside: MediaPlaylist | None = None,
    variables: Mapping[str, str] | None = None,
) -> MediaPlaylist:
    """The playlist that `document`, fetched from the absolute `url`, spells.

    `place`: the URL of the place it was asked of; segments below it, or relative to the playlist, are to be had of
    every place. `before`: the reading before, of a playlist that is live; it goes on with the same timeline. `beside`:
    a reading of another playlist of the same presentation, for the first of this one; the very first of a live
    presentation begins the timeline. `variables`: what the multivariant playlist offers for import.
    Raises: ManifestInvalid for what breaks the format or exceeds its bounds, FormatUnsupported for what is
    well-formed but not played.
    """
    listing = _Listing(url=url, place=place)
    for line in read_lines(document, variables=Variables(url=url, imported=variables or {})):
        listing.take(line)
    return listing.playlist(before=before, beside=beside)


class _Entry(NamedTuple):
    """A segment whose place on the timeline is not known yet."""

    number: int
    start_us: int
    end_us: int
    run: int
    resource: Resource
    init: Resource | None
    init_key: WholeKey | None
    key: Key | None


class _Listing:
    """A media playlist on its way from top to bottom."""

    def __init__(self, *, url: str, place: str) -> None:
        self._url = url
        self._onto = path_below(place, url)
        self._place = place
        self._entries: list[_Entry] = []
        self._bounds_us = [0]
        self._first_number = 0
        self._run = 0
        self._run_starts_us: dict[int, int] = {}
        self._dates: list[tuple[int, int]] = []
        self._date_ranges = DateRanges()
        self._keys = Keys(url=url)
        self._clearkeys: dict[str, str] = {}
        self._init: Resource | None = None
        self._init_key: WholeKey | None = None
        self._target_us = 0
        self._hold_back_us: int | None = None
        self._type = ""
        self._has_end = False
        self._bitrate_kbps = 0
        self._tiles = (1, 1)
        self._tile_us = 0
        self._path_chars = MAX_LISTED_CHARS
        self._duration_us: int | None = None
        self._range: Line | None = None
        self._is_gap = False
        self._ranged: Resource | None = None
        """The byte range of the segment before."""

    def take(self, line: Line) -> None:
        """Take in what the line says; tags that are not known are left out."""
        match line.name:
            case "":
                self._take_uri(line)
            case "EXTINF":
                self._duration_us = max(_LEAST_SEGMENT_US, microseconds_of(line.text.partition(",")[0], at=line))
            case "EXT-X-BYTERANGE":
                self._range = line
            case "EXT-X-KEY":
                self._keys.take(line)
            case "EXT-X-MAP":
                self._take_map(line)
            case "EXT-X-DISCONTINUITY":
                self._run += 1
                self._run_starts_us[self._run] = self._bounds_us[-1]
            case "EXT-X-PROGRAM-DATE-TIME":
                self._take_date(line)
            case "EXT-X-GAP":
                self._is_gap = True
            case "EXT-X-DATERANGE":
                self._date_ranges.take(line)
            case _:
                self._take_of_all(line)

    def playlist(self, *, before: MediaPlaylist | None, beside: MediaPlaylist | None) -> MediaPlaylist:
        """All that was taken in, laid on the timeline."""
        has_end = self._has_end or self._type == "VOD"
        self._check(has_end=has_end)
        marks = Marks(
            number=self._first_number,
            bounds_us=self._bounds_us,
            run_starts_us=self._run_starts_us,
            zero_wall_us=self._dates[-1][1] * 1000 - self._dates[-1][0] if self._dates else None,
            target_us=self._target_us,
        )
        moved_us = 0
        if before is not None or not has_end or (beside is not None and not _begins_at_zero(beside)):
            moved_us = offset_us(
                marks, before=before.marks if before else None, beside=beside.marks if beside else None
            )
            marks = marks.moved(moved_us)
        return MediaPlaylist(
            segments=tuple(_segment(entry, moved_us=moved_us) for entry in self._entries),
            target_duration_ms=self._target_us // 1000,
            live=None if has_end else self._live(zero_wall_us=marks.zero_wall_us),
            events=self._date_ranges.events([((at_us + moved_us) // 1000, date) for at_us, date in self._dates]),
            key_ids=tuple(sorted(self._clearkeys)),
            clearkey_license_url=next(filter(None, self._clearkeys.values()), ""),
            bitrate_kbps=self._bitrate_kbps,
            tile_columns=self._tiles[0],
            tile_rows=self._tiles[1],
            tile_ms=self._tile_us // 1000,
            marks=marks,
        )

    def _take_uri(self, line: Line) -> None:
        if self._duration_us is None:
            raise line.invalid("no EXTINF says how long the segment is")
        if len(self._bounds_us) > MAX_LISTED_SEGMENTS:
            raise line.invalid(f"the manifest has more than {MAX_LISTED_SEGMENTS} segments")
        start_us = self._bounds_us[-1]
        self._bounds_us.append(start_us + self._duration_us)
        if self._bounds_us[-1] > MAX_DURATION_MS * 1000:
            raise line.invalid("the segments are longer than 200 years together")
        number = self._first_number + len(self._bounds_us) - 2
        resource = self._part(self._resource(line.uri(), at=line))
        if not self._is_gap:
            entry = _Entry(
                number=number,
                start_us=start_us,
                end_us=self._bounds_us[-1],
                run=self._run,
                resource=resource,
                init=self._init,
                init_key=self._init_key,
                key=self._key(at=line),
            )
            self._entries.append(entry)
        self._duration_us, self._range, self._is_gap = None, None, False

    def _take_map(self, line: Line) -> None:
        attributes = line.attributes()
        self._init, self._init_key = self._resource(attributes.required("URI"), at=line), None
        if "BYTERANGE" in attributes.values:
            count, first_byte = byte_range_of(attributes.required("BYTERANGE"), at=line)
            self._init = _part(self._init, first_byte=first_byte or 0, count=count)
        key = self._keys.chosen
        if key is not None and key.method == "AES-128":
            if key.iv is None:
                raise line.invalid("the key of the init segment has no IV")
            self._init_key = WholeKey(url=key.url, iv=key.iv)

    def _take_date(self, line: Line) -> None:
        date = wall_ms(line.text)
        if date is None:
            raise line.invalid(f"{shown(line.text)} is no date")
        self._dates.append((self._bounds_us[-1], date))

    def _take_of_all(self, line: Line) -> None:
        """Of the tags that speak of the playlist as a whole."""
        match line.name:
            case "EXT-X-TARGETDURATION":
                self._target_us = max(1_000_000, microseconds_of(line.text, at=line))
            case "EXT-X-MEDIA-SEQUENCE":
                self._first_number = self._first_of_all(line)
            case "EXT-X-DISCONTINUITY-SEQUENCE":
                self._run = self._first_of_all(line)
            case "EXT-X-PLAYLIST-TYPE":
                self._type = line.text
            case "EXT-X-ENDLIST":
                self._has_end = True
            case "EXT-X-BITRATE":
                self._bitrate_kbps = max(self._bitrate_kbps, line.whole())
            case "EXT-X-SERVER-CONTROL":
                self._hold_back_us = line.attributes().microseconds("HOLD-BACK")
            case "EXT-X-TILES":
                self._take_tiles(line)
            case "EXT-X-SKIP":
                raise line.invalid("it leaves segments out, which nobody asked for")
            case "EXT-X-STREAM-INF" | "EXT-X-MEDIA":
                raise line.invalid("a playlist of segments lists no playlists")
            case _:
                pass

    def _first_of_all(self, line: Line) -> int:
        """The number in the line, which must stand before the first segment."""
        if len(self._bounds_us) > 1 or self._run_starts_us:
            raise line.invalid("it comes after a segment or a discontinuity")
        if line.whole() > _MAX_NUMBER:
            raise line.invalid(f"{line.whole()} is more than {_MAX_NUMBER}")
        return line.whole()

    def _take_tiles(self, line: Line) -> None:
        attributes = line.attributes()
        columns, rows = attributes.sides("LAYOUT")
        if not (0 < columns <= MAX_TILES and 0 < rows <= MAX_TILES):
            raise line.invalid(f"{columns}x{rows} are no columns and rows")
        self._tiles = columns, rows
        self._tile_us = attributes.microseconds("DURATION") or 0

    def _resource(self, reference: str, *, at: Line) -> Resource:
        path = path_below(self._place, folded(reference, onto=self._onto, at=at))
        self._path_chars -= len(path)
        if self._path_chars < 0:
            raise at.invalid(f"the segments' URLs have more than {MAX_LISTED_CHARS} characters")
        return Resource(path=path)

    def _part(self, whole: Resource) -> Resource:
        """What EXT-X-BYTERANGE asks for of `whole`; it may go on where the segment before ended."""
        before, self._ranged = self._ranged, None
        if self._range is None:
            return whole
        count, first_byte = byte_range_of(self._range.text, at=self._range)
        if first_byte is None:
            if before is None or before.path != whole.path or before.last_byte is None:
                raise self._range.invalid("nothing says where the range begins")
            first_byte = before.last_byte + 1
        if first_byte + count > MAX_BYTE:
            raise self._range.invalid("the range ends beyond what can be counted")
        self._ranged = _part(whole, first_byte=first_byte, count=count)
        return self._ranged

    def _key(self, *, at: Line) -> Key | None:
        key = self._keys.chosen
        if key is None:
            return None
        if key.method != "AES-128" and self._init is None:
            raise unsupported("a transport stream with encrypted samples", at=at)
        if key.is_licensed:
            self._clearkeys[key.key_id] = key.url
        return key

    def _check(self, *, has_end: bool) -> None:
        if not self._target_us:
            raise ManifestInvalid("The playlist has no EXT-X-TARGETDURATION.")
        if has_end and not self._entries:
            raise ManifestInvalid("The playlist has no segment.")

    def _live(self, *, zero_wall_us: int | None) -> Live:
        delay_us = self._hold_back_us or self._target_us * _DELAY_TARGETS
        return Live(
            zero_wall_ms=None if zero_wall_us is None else zero_wall_us // 1000,
            window_ms=None if self._type == "EVENT" else self._bounds_us[-1] // 1000,
            refresh_ms=self._target_us // 1000,
            delay_ms=delay_us // 1000,
        )


def _begins_at_zero(playlist: MediaPlaylist) -> bool:
    return playlist.live is None and playlist.marks.bounds_us[0] == 0


def _part(whole: Resource, *, first_byte: int, count: int) -> Resource:
    return Resource(path=whole.path, first_byte=first_byte, last_byte=first_byte + count - 1)


def _segment(entry: _Entry, *, moved_us: int) -> Segment:
    start_ms = (entry.start_us + moved_us) // 1000
    return Segment(
        number=entry.number,
        start_ms=start_ms,
        duration_ms=(entry.end_us + moved_us) // 1000 - start_ms,
        resource=entry.resource,
        init=entry.init,
        run=entry.run,
        key=None if entry.key is None else entry.key.opens(entry.number),
        init_key=entry.init_key,
    )
