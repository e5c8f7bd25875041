"""What segments hold for a decoder, whatever contains it: CMAF, MPEG-2 transport streams, packed audio, WebM.

CMAF is read by our own modules, since FFmpeg's demuxer would open a file for each segment and would cut priming off at
each of them; the others are read by FFmpeg's demuxers.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

import msgspec

from matinee.errors import FormatUnsupported, LicenseInvalid, MediaCorrupt
from matinee.media.ffmpeg import load_av, open_media
from matinee.media.fragments import read_fragments
from matinee.media.header import read_header
from matinee.media.id3 import read_timestamp
from matinee.media.protection import Protection

Kind = Literal["video", "audio"]

_HANDLERS: dict[Kind, str] = {"video": "vide", "audio": "soun"}
_TICKS = 90_000
"""Per second, in transport streams and what comes with them."""
_TS_WRAP = 1 << 33
_TS_SYNC, _EBML = b"\x47", b"\x1a\x45\xdf\xa3"
# How packed audio begins: AC-3 (ATSC A/52, 5.3; E-AC-3 by its bsid, annex E 2.1), ADTS (ISO/IEC 13818-7, 6.2).
_AC3_SYNC, _AC3_ID_AT, _AC3_ID_MOST = b"\x0b\x77", 5, 10
_ADTS_SYNC, _ADTS_MASK = 0xFFF0, 0xFFF6


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """What a decoder must know before the first sample."""

    decoder: str
    """FFmpeg's name for it, as in `h264`."""
    codec: str
    """The container's name for it, as in `avc1`."""
    extradata: bytes | None
    timescale: int
    protection: Protection | None = None
    """By which the samples were encrypted before they came here."""
    wraps: bool = False
    """Whether times run over at 33 bits of 90 kHz."""


class Unit(NamedTuple):
    """A sample, as a decoder takes it."""

    data: bytes | memoryview
    """Not empty: to FFmpeg an empty packet is the end of the stream."""
    time: int
    """When it is presented, in the stream's timescale; below 0 is what an edit list or a codec's delay cuts off."""
    duration: int
    offset: int
    """Where it lies in the segment, as far as the container says."""


class Reader:
    """Reads the segments of one init segment."""

    def __init__(self, init: bytes, kind: Kind) -> None:
        """`init`: empty for formats without one. `kind`: what is wanted of segments that hold both.

        Raises: MediaInvalid, MediaCorrupt, FormatUnsupported, DependencyMissing.
        """
        self._init = init
        self._kind: Kind = kind
        self._cmaf = _Cmaf(init, kind) if init and not init.startswith((_TS_SYNC, _EBML)) else None

    def read(self, segment: bytes) -> tuple[Stream, list[Unit]]:
        """What decodes the samples of `segment`, and these in decoding order.

        Raises: MediaCorrupt, MediaInvalid, FormatUnsupported, LicenseInvalid if it is still encrypted.
        """
        if self._cmaf:
            return self._cmaf.stream, self._cmaf.units(segment)
        if self._init.startswith(_EBML) or segment.startswith(_EBML):
            return _demuxed(self._init + segment, self._kind, container="matroska")
        if segment.startswith(_TS_SYNC):
            stream, units = _demuxed(self._init + segment, self._kind, container="mpegts")
            return msgspec.structs.replace(stream, wraps=True), _positive(units)
        start, at = read_timestamp(segment)
        stream, units = _demuxed(segment[at:], self._kind, container=_packed(segment, at=at))
        moved = [unit._replace(time=unit.time + start, offset=unit.offset + at) for unit in units]
        return msgspec.structs.replace(stream, wraps=True), moved


class _Cmaf:
    """CMAF, by way of our own boxes."""

    def __init__(self, init: bytes, kind: Kind) -> None:
        self._header = header = read_header(init, kind=_HANDLERS[kind])
        av = load_av()
        try:
            with open_media(init, container="mp4") as source:
                context = next(stream for stream in source.streams if stream.type == kind).codec_context
                decoder, extradata = str(context.name), context.extradata
        except (av.error.FFmpegError, AttributeError, StopIteration) as error:
            raise FormatUnsupported(f"No decoder for {header.codec!r}.", codec=header.codec) from error
        self.stream = Stream(
            decoder=decoder,
            codec=header.codec,
            extradata=extradata,
            timescale=header.timescale,
            protection=header.protection,
        )

    def units(self, segment: bytes) -> list[Unit]:
        fragments = read_fragments(segment, self._header)
        protection = self._header.protection
        if protection and any(box.kind == "senc" for fragment in fragments for box in fragment.boxes):
            key_id = protection.key_id
            raise LicenseInvalid(f"The segment is still encrypted with the key {key_id}.", key_id=key_id)
        view = memoryview(segment)
        return [
            Unit(view[start : start + size], time, duration, start)
            for fragment in fragments
            for start, size, time, duration in fragment.samples
            if size
        ]


def _demuxed(media: bytes, kind: Kind, *, container: str) -> tuple[Stream, list[Unit]]:
    av = load_av()
    try:
        with open_media(media, container=container) as source:
            stream = next((stream for stream in source.streams if stream.type == kind and stream.codec_context), None)
            if stream is None:
                raise FormatUnsupported(
                    f"A segment ({container}) without {kind} that is read here.", container=container
                )
            context = stream.codec_context
            described = Stream(decoder=context.name, codec=context.name, extradata=context.extradata, timescale=_TICKS)
            return described, list(_units(source.demux(stream)))
    except av.error.FFmpegError as error:
        raise MediaCorrupt(f"The segment does not read as {container}.", container=container) from error


def _units(packets: Iterable[Any]) -> Iterator[Unit]:
    for packet in packets:
        time = packet.dts if packet.pts is None else packet.pts
        if packet.size and time is not None:
            ticks = packet.time_base * _TICKS
            yield Unit(bytes(packet), int(time * ticks), int((packet.duration or 0) * ticks), packet.pos or 0)


def _positive(units: list[Unit]) -> list[Unit]:
    """FFmpeg puts what comes before the clock runs over below 0, where others would have it cut off."""
    if all(unit.time >= 0 for unit in units):
        return units
    return [unit._replace(time=unit.time + _TS_WRAP) for unit in units]


def _packed(segment: bytes, *, at: int) -> str:
    """FFmpeg's name for the packed audio that begins there."""
    if segment.startswith(_AC3_SYNC, at):
        is_plain = segment[at + _AC3_ID_AT : at + _AC3_ID_AT + 1] <= bytes([(_AC3_ID_MOST << 3) | 7])
        return "ac3" if is_plain else "eac3"
    sync = int.from_bytes(segment[at : at + 2], "big")
    if sync & _ADTS_MASK == _ADTS_SYNC:
        return "aac"
    if sync & 0xFFE0 == 0xFFE0:
        return "mp3"
    raise FormatUnsupported("A segment in a format that is not read here.", offset=at)
