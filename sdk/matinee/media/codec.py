"""Decoders by PyAV: the one module that knows it, be it 18 (Python 3.11) or 19 (3.12 and later).

Only what both versions share is used, and no rational number of theirs: times are integers in the track's timescale.
Samples are found by `fragments`, not by FFmpeg's demuxer, which would open a file for each segment and would cut
priming off at each of them.
"""

import io
from collections.abc import Iterator
from fractions import Fraction
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from matinee.errors import DependencyMissing, FormatUnsupported, LicenseInvalid, MatineeError, MediaCorrupt
from matinee.media.boxes import find
from matinee.media.fragments import Sample, read_fragments
from matinee.media.header import Header, read_header

if TYPE_CHECKING:
    import av
    from av.audio.codeccontext import AudioCodecContext
    from av.video.codeccontext import VideoCodecContext

_KEY_TRIAL_FRAMES = 32
"""An error before so many frames of a protected rendition speaks against the key, a later one against the bytes.

Of noise, Opus takes every second packet for sound (the 13th was refused in the longest of 240 trials); video and AAC
refuse the first or second.
"""
_MAX_DELAY_FRAMES = 32
"""No decoder holds back more pictures (AVC and HEVC: 16), each thread's apart; one that does has thrown them away."""
_TOLERANCE_MS = 250
"""Between where the manifest and where the media put a segment; DASH lets `SegmentTemplate@duration` be inexact."""


class Decoded(NamedTuple):
    """A raw frame and what places it."""

    frame: "av.VideoFrame | av.AudioFrame"
    time: int
    """When it is presented, in `timescale`; below 0 is what the edit list cuts off."""
    timescale: int
    shift_ms: int
    """What makes it a position on the presentation's timeline."""


class TrackDecoder:
    """A track's segments, of one rendition or by turns of several, as raw frames in presentation order.

    Media time is the presentation's time as long as the manifest agrees to `_TOLERANCE_MS`: so all renditions and
    tracks share one timeline exactly. Where it does not agree (a period with an offset), its segments are moved.
    """

    def __init__(self, *, threads: int) -> None:
        self._threads = threads
        self._init = b""
        self._codec: _Codec | None = None
        self._shift_ms = 0

    def frames(self, segment: bytes, *, init: bytes, start_ms: int) -> Iterator[Decoded]:
        """The frames that are ready with `segment`; some come with the next one, or with `drain`.

        Raises: MediaCorrupt, MediaInvalid, FormatUnsupported, LicenseInvalid.
        """
        codec = self._codec if self._codec and init == self._init else _Codec(init, threads=self._threads)
        samples = _samples(segment, codec.header)
        if not samples:
            return
        timescale = codec.header.timescale
        earliest_ms = min(sample.time for sample in samples) * 1000 // timescale
        shift_ms = self._shift_ms
        if abs(start_ms - earliest_ms - shift_ms) > _TOLERANCE_MS:
            shift_ms = start_ms - earliest_ms
        if codec is not self._codec or shift_ms != self._shift_ms:
            yield from self.drain()
        self._init, self._codec, self._shift_ms = init, codec, shift_ms
        for sample in samples:
            for frame in codec.decode(segment, sample):
                yield Decoded(frame, frame.pts or 0, timescale, shift_ms)

    def drain(self) -> Iterator[Decoded]:
        """The frames that were held back for the next segment. Raises like `frames`."""
        codec = self._codec
        if codec is None:
            return
        for frame in codec.drain():
            yield Decoded(frame, frame.pts or 0, codec.header.timescale, self._shift_ms)

    def reset(self) -> None:
        """Forgets what was fed: the next segment may be from anywhere."""
        if self._codec:
            self._codec.forget()


class _Codec:
    """The decoder of one rendition."""

    def __init__(self, init: bytes, *, threads: int) -> None:
        self.header = read_header(init)
        self._av = _import_av()
        self._context = self._open(init, threads=threads)
        self._time_base = Fraction(1, self.header.timescale)
        self._silence_max = _MAX_DELAY_FRAMES + threads
        self._fed, self._decoded = 0, 0

    def decode(self, segment: bytes, sample: Sample) -> "list[av.VideoFrame | av.AudioFrame]":
        packet = self._av.Packet(segment[sample.start : sample.start + sample.size])
        packet.pts, packet.duration, packet.time_base = sample.time, sample.duration, self._time_base
        try:
            frames = self._context.decode(packet)  # pyright: ignore[reportUnknownMemberType]
        except self._av.error.FFmpegError as error:
            raise self._failure(sample.start) from error
        self._fed += 1
        self._decoded += len(frames)
        if not self._decoded and self._fed > self._silence_max:
            raise self._failure(sample.start)
        return list(frames)

    def drain(self) -> "list[av.VideoFrame | av.AudioFrame]":
        if not self._context.is_open:
            return []
        try:
            frames = self._context.decode(None)  # pyright: ignore[reportUnknownMemberType]
        except self._av.error.FFmpegError as error:
            raise self._failure(0) from error
        self._decoded += len(frames)
        if not self._decoded and self._fed:
            raise self._failure(0)
        self.forget()
        return list(frames)

    def forget(self) -> None:
        self._fed = 0
        self._context.flush_buffers()

    def _open(self, init: bytes, *, threads: int) -> "AudioCodecContext | VideoCodecContext":
        try:
            with self._av.open(io.BytesIO(init), format="mp4") as container:
                described = container.streams[0].codec_context
                context: AudioCodecContext | VideoCodecContext = self._av.CodecContext.create(described.name, "r")
                context.extradata = described.extradata
        except (self._av.error.FFmpegError, AttributeError, IndexError) as error:
            raise FormatUnsupported(f"No decoder for {self.header.codec!r}.", codec=self.header.codec) from error
        # AVC under a wrong key decodes into grey mush without a word, unless errors are made to count; slice threads,
        # PyAV's default, do not count them (libavcodec/h264dec.c, `enable_er`).
        context.thread_type = "FRAME"
        context.thread_count = threads
        context.options = {"err_detect": "explode"}
        # Priming is cut by time (a negative one), not by the decoder: it would not move the frame's time with it.
        context.flags2 |= self._av.codec.context.Flags2.skip_manual
        return context

    def _failure(self, offset: int) -> MatineeError:
        protection = self.header.protection
        if protection and self._decoded < _KEY_TRIAL_FRAMES:
            return LicenseInvalid(
                f"The key {protection.key_id} does not open the {self.header.codec} samples.", key_id=protection.key_id
            )
        return MediaCorrupt(
            f"The {self.header.codec} sample at byte {offset} does not decode.", box="mdat", offset=offset
        )


def _samples(segment: bytes, header: Header) -> list[Sample]:
    fragments = read_fragments(segment, header)
    if header.protection and any(find(segment, fragment.traf, "senc") for fragment in fragments):
        key_id = header.protection.key_id
        raise LicenseInvalid(f"The segment is still encrypted with the key {key_id}.", key_id=key_id)
    # To FFmpeg an empty packet is the end of the stream.
    return [sample for fragment in fragments for sample in fragment.samples if sample.size]


def _import_av() -> ModuleType:
    try:
        import av
        import av.codec.context  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        raise DependencyMissing("Decoding needs PyAV: pip install 'matinee[media]'.", extra="media") from error
    return av
