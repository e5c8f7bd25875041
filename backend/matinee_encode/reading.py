"""Reading a mezzanine: its survey, and its frames in order; whatever FFmpeg dislikes becomes MezzanineInvalid."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
from av.codec import CodecContext
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from matinee.errors import MezzanineInvalid
from matinee_encode.mezzanine import (
    LEAST_DURATION_MS,
    Mezzanine,
    SoundStream,
    TextStream,
    constant_rate,
    language_tag,
    upright,
)
from matinee_encode.rationals import fraction_of, seconds_of

MOST_TRACKS = 8
"""Sound and text tracks taken from one file, of each kind."""
_LONGEST_GAP_S = 60
"""Between two frames: the frames that fill it would be made up."""
_HDR_TRANSFERS = {16: "PQ", 18: "HLG"}
"""ITU-T H.273, transfer characteristics."""
_PLAYLISTS = re.compile(rb"\s*(#EXTM3U|ffconcat|<\?xml|<MPD)")
"""HLS, FFmpeg's concat, DASH and IMF: they open other files, and a live one is waited for without end (met here)."""
_PROGRESSIVE = (0, 1)
"""FFmpeg's AVFieldOrder: unknown, progressive."""
_DAMAGE_SHARE, _DAMAGE_FREE = 100, 3
"""At most one packet in so many may be damaged; so few always may: recordings often begin amid a GOP."""
_MISSING_MS, _MISSING_SHARE = 500, 50
"""A file may end so much before it said, or that part of it: statements are rounded, sound outlasts pictures."""


@contextmanager
def opened(source: str) -> Iterator[InputContainer]:
    """The file, open for reading. Raises MezzanineInvalid for whatever FFmpeg cannot make sense of."""
    _require_film(source)
    try:
        # The prefix and the list keep to local files: a playlist that is not noticed still fetches nothing.
        with av.open(f"file:{source}", "r", container_options={"protocol_whitelist": "file"}) as container:
            yield container
    except av.error.FFmpegError as error:
        raise MezzanineInvalid(f"{Path(source).name} cannot be read: {error.strerror}.", source=source) from error


def survey(source: str) -> Mezzanine:
    """What the file holds. Raises MezzanineInvalid, by name, for what cannot become a title."""
    with opened(source) as container:
        picture = _picture_of(container, source)
        duration_ms = _stated_duration_ms(container)
        if 0 < duration_ms < LEAST_DURATION_MS:
            raise MezzanineInvalid(f"{Path(source).name} lasts {duration_ms} ms.", source=source)
        rate = constant_rate(fraction_of(picture.average_rate), fraction_of(picture.base_rate))
        sound = tuple(
            SoundStream(stream_index=stream.index, language=language_tag(stream.language))
            for stream in container.streams.audio[:MOST_TRACKS]
            if _is_decodable(stream)
        )
        text = tuple(
            TextStream(stream_index=stream.index, language=language_tag(stream.language))
            for stream in container.streams.subtitles[:MOST_TRACKS]
            if _is_decodable(stream)
        )
        frame = _first_frame(container, picture, source)
        if frame.color_trc in _HDR_TRANSFERS:
            raise MezzanineInvalid(
                f"{Path(source).name} is high dynamic range ({_HDR_TRANSFERS[frame.color_trc]}); map it to SDR first.",
                source=source,
            )
        width, height, quarter_turns = upright(
            width=frame.width,
            height=frame.height,
            pixel_aspect=fraction_of(picture.sample_aspect_ratio),
            rotation=frame.rotation,
        )
        return Mezzanine(
            stream_index=picture.index,
            width=width,
            height=height,
            quarter_turns=quarter_turns,
            is_interlaced=picture.codec_context.field_order not in _PROGRESSIVE,
            rate_numerator=rate.numerator,
            rate_denominator=rate.denominator,
            duration_ms=duration_ms,
            sound=sound,
            text=text,
        )


def frames_of(source: str, mezzanine: Mezzanine) -> Iterator[VideoFrame]:
    """Every frame, in order, its `pts` counting from the first frame's.

    Raises MezzanineInvalid if the file ends before it said it would, has many damaged packets, leaps in
    time, or changes its picture's size on the way.
    """
    with opened(source) as container:
        picture = container.streams[mezzanine.stream_index]
        assert isinstance(picture, VideoStream)
        picture.thread_type = "AUTO"
        # Damage is to be counted; without this FFmpeg paints over it.
        picture.codec_context.options = {"err_detect": "explode"}
        watch = _Watch(Path(source).name)
        for packet in container.demux():
            watch.pass_packet(packet)
            if packet.stream_index != picture.index:
                continue
            for frame in _decoded(packet, watch):
                yield watch.pass_frame(frame)
        watch.end(stated_ms=_stated_duration_ms(container))


class _Watch:
    """What must hold while a file is read through."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._packets = self._damaged = 0
        self._read_until_s = Fraction(0)
        self._first_packet_s: Fraction | None = None
        self._first_pts: int | None = None
        self._last_s = Fraction(0)
        self._shape: tuple[int, int, str] | None = None

    def pass_packet(self, packet: "Packet[Any]") -> None:
        self._packets += 1
        start_s = seconds_of(packet.pts, packet.time_base)
        if start_s is None:
            return
        end_s = start_s + (seconds_of(packet.duration, packet.time_base) or 0)
        self._first_packet_s = start_s if self._first_packet_s is None else min(start_s, self._first_packet_s)
        self._read_until_s = max(self._read_until_s, end_s)

    def pass_damage(self) -> None:
        self._damaged += 1

    def pass_frame(self, frame: VideoFrame) -> VideoFrame:
        shape = (frame.width, frame.height, frame.format.name)
        if shape != (self._shape or shape):
            raise MezzanineInvalid(f"The picture of {self._name} changes its size or format on the way.")
        self._shape = shape
        unit_s = fraction_of(frame.time_base)
        assert unit_s is not None
        if frame.pts is None:
            frame.pts = int(self._last_s / unit_s) + 1 + (self._first_pts or 0)
        self._first_pts = frame.pts if self._first_pts is None else self._first_pts
        frame.pts -= self._first_pts
        at_s = frame.pts * unit_s
        if at_s - self._last_s > _LONGEST_GAP_S:
            raise MezzanineInvalid(f"{self._name} leaps from {float(self._last_s):.0f} s to {float(at_s):.0f} s.")
        self._last_s = max(self._last_s, at_s)
        return frame

    def end(self, *, stated_ms: int) -> None:
        if self._damaged > max(_DAMAGE_FREE, self._packets // _DAMAGE_SHARE):
            raise MezzanineInvalid(f"{self._name} is damaged: {self._damaged} of {self._packets} packets.")
        read_ms = float(self._read_until_s - (self._first_packet_s or 0)) * 1000
        if stated_ms and read_ms < stated_ms - max(_MISSING_MS, stated_ms / _MISSING_SHARE):
            raise MezzanineInvalid(
                f"{self._name} is cut short: it states {stated_ms / 1000:.1f} s and ends after {read_ms / 1000:.1f} s."
            )


def _decoded(packet: "Packet[Any]", watch: _Watch) -> list[VideoFrame]:
    try:
        return packet.decode()
    except av.error.InvalidDataError:
        watch.pass_damage()
        return []


def _require_film(source: str) -> None:
    try:
        with Path(source).open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise MezzanineInvalid(f"{source} cannot be read: {error.strerror}.", source=source) from error
    if _PLAYLISTS.match(head):
        raise MezzanineInvalid(f"{Path(source).name} is a list of files, not a film.", source=source)


def _picture_of(container: InputContainer, source: str) -> VideoStream:
    for stream in container.streams.video:
        is_cover = bool(stream.disposition & Disposition.attached_pic)
        if not is_cover and _is_decodable(stream):
            return stream
    raise MezzanineInvalid(f"{Path(source).name} has no picture.", source=source)


def _is_decodable(stream: Stream) -> bool:
    """Whether there is a decoder: PyAV's own types leave out that the context may be missing."""
    return cast("CodecContext | None", stream.codec_context) is not None


def _first_frame(container: InputContainer, picture: VideoStream, source: str) -> VideoFrame:
    watch = _Watch(Path(source).name)
    for packet in container.demux(picture):
        for frame in _decoded(packet, watch):
            return frame
    raise MezzanineInvalid(f"{Path(source).name} holds no frame that can be decoded.", source=source)


def _stated_duration_ms(container: InputContainer) -> int:
    return max(0, int((container.duration or 0) * 1000 // av.time_base))
