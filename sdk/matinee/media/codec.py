"""Decoders by PyAV: segments in, raw frames with their places out.

No rational number of PyAV's is used: times are integers in the stream's timescale.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from matinee.errors import FormatUnsupported, LicenseInvalid, MatineeError, MediaCorrupt
from matinee.media.containers import Kind, Reader, Stream, Unit
from matinee.media.ffmpeg import load_av
from matinee.media.placing import Placement, Runs

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


class Decoded(NamedTuple):
    """A raw frame and what places it."""

    frame: "av.VideoFrame | av.AudioFrame"
    time: int
    """When it is presented, in `timescale`; below 0 is what the edit list cuts off."""
    timescale: int
    shift_ms: int
    """What makes it a position on the presentation's timeline."""
    placement: Placement
    """Of its segment, or another one of the same run."""


class TrackDecoder:
    """A track's segments, of one rendition or by turns of several, as raw frames in presentation order."""

    def __init__(self, kind: Kind, *, runs: Runs, threads: int) -> None:
        """`kind`: what is wanted of segments that hold both; `runs`: shared by the tracks of a presentation."""
        self._kind: Kind = kind
        self._runs = runs
        self._threads = threads
        self._init: bytes | None = None
        self._reader: Reader | None = None
        self._codec: _Codec | None = None
        self._shift_ms = 0
        self._placement = Placement(start_ms=0)

    def frames(self, segment: bytes, *, init: bytes, at: Placement) -> Iterator[Decoded]:
        """The frames that are ready with `segment`; some come with the next one, or with `drain`.

        Raises: MediaCorrupt, MediaInvalid, FormatUnsupported, LicenseInvalid, DependencyMissing.
        """
        if self._reader is None or init != self._init:
            self._init, self._reader = init, Reader(init, self._kind)
        stream, units = self._reader.read(segment)
        if not units:
            return
        earliest_ms = min(unit.time for unit in units) * 1000 // stream.timescale
        shift_ms = self._runs.shift_ms(at, earliest_ms=earliest_ms, wraps=stream.wraps)
        codec = self._codec
        if codec is None or stream != codec.stream:
            codec = _Codec(stream, threads=self._threads)
        if codec is not self._codec or (at.run, shift_ms) != (self._placement.run, self._shift_ms):
            yield from self.drain()
        self._codec, self._placement, self._shift_ms = codec, at, shift_ms
        for unit in units:
            yield from self._placed(codec.decode(unit))

    def drain(self) -> Iterator[Decoded]:
        """The frames that were held back for the next segment. Raises like `frames`."""
        if self._codec:
            yield from self._placed(self._codec.drain())

    def reset(self) -> None:
        """Forgets what was fed: the next segment may be from anywhere."""
        if self._codec:
            self._codec.forget()

    def _placed(self, frames: "list[av.VideoFrame | av.AudioFrame]") -> Iterator[Decoded]:
        assert self._codec is not None, "what was decoded came from a codec"
        timescale = self._codec.stream.timescale
        for frame in frames:
            yield Decoded(frame, frame.pts or 0, timescale, self._shift_ms, self._placement)


class _Codec:
    """The decoder of one stream."""

    def __init__(self, stream: Stream, *, threads: int) -> None:
        self.stream = stream
        self._av = load_av()
        self._context = self._open(threads=threads)
        self._time_base = Fraction(1, stream.timescale)
        self._silence_max = _MAX_DELAY_FRAMES + threads
        self._fed, self._decoded = 0, 0

    def decode(self, unit: Unit) -> "list[av.VideoFrame | av.AudioFrame]":
        packet = self._av.Packet(unit.data)
        packet.pts, packet.duration, packet.time_base = unit.time, unit.duration, self._time_base
        try:
            frames = self._context.decode(packet)  # pyright: ignore[reportUnknownMemberType]
        except self._av.error.FFmpegError as error:
            raise self._failure(unit.offset) from error
        self._fed += 1
        self._decoded += len(frames)
        if not self._decoded and self._fed > self._silence_max:
            raise self._failure(unit.offset)
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

    def _open(self, *, threads: int) -> "AudioCodecContext | VideoCodecContext":
        try:
            context: AudioCodecContext | VideoCodecContext = self._av.CodecContext.create(self.stream.decoder, "r")
        except (self._av.error.FFmpegError, ValueError) as error:
            raise FormatUnsupported(f"No decoder for {self.stream.codec!r}.", codec=self.stream.codec) from error
        context.extradata = self.stream.extradata
        # AVC under a wrong key decodes into grey mush without a word, unless errors are made to count; slice threads,
        # PyAV's default, do not count them (libavcodec/h264dec.c, `enable_er`).
        context.thread_type = "FRAME"
        context.thread_count = threads
        context.options = {"err_detect": "explode"}
        # Priming is cut by time (a negative one), not by the decoder: it would not move the frame's time with it.
        context.flags2 |= self._av.codec.context.Flags2.skip_manual
        return context

    def _failure(self, offset: int) -> MatineeError:
        codec, protection = self.stream.codec, self.stream.protection
        if protection and self._decoded < _KEY_TRIAL_FRAMES:
            return LicenseInvalid(
                f"The key {protection.key_id} does not open the {codec} samples.", key_id=protection.key_id
            )
        return MediaCorrupt(f"The {codec} sample at byte {offset} does not decode.", box="mdat", offset=offset)
