"""Decoders: decrypted segments in, pictures and sound with their place on the timeline out (needs the extra `media`).

Both are pulled: nothing is decoded before it is asked for, and a generator may be left at any frame. They block, so the
runtime calls them from a worker thread, one thread at a time. After a seek, `reset`; at the end of the stream, `drain`.
"""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from matinee.media.codec import Decoded, TrackDecoder
from matinee.media.frames import SAMPLE_RATE, AudioBlock, VideoFrame
from matinee.media.placing import Placement, Runs

if TYPE_CHECKING:
    import av
    from av.audio.resampler import AudioResampler
    from av.video.reformatter import VideoReformatter

_BYTES_PER_SAMPLE = 4
_COLORSPACE_UNSTATED = 2
_SD_MAX_LINES = 576


class VideoDecoder:
    """Pictures of a track, whatever rendition each segment is of."""

    size: tuple[int, int] | None
    """Width and height of the pictures from now on; None for that of the rendition. May be set from any thread."""

    def __init__(self, *, runs: Runs | None = None, size: tuple[int, int] | None = None, threads: int = 1) -> None:
        """`runs`: shared with the sound that goes with it. `threads`: each delays the first picture by a frame."""
        self.size = size
        self._track = TrackDecoder("video", runs=runs or Runs(), threads=threads)
        self._reformatter: VideoReformatter | None = None

    def frames(
        self, segment: bytes, *, init: bytes, at: Placement, wanted: Callable[[int], bool] | None = None
    ) -> Iterator[VideoFrame]:
        """The pictures that are ready with `segment`, in presentation order; the last few come with the next one.

        `init`: empty for formats without one. `wanted`: asked for each position in milliseconds before the picture is
        converted, which costs as much as decoding it; what is not wanted is left out.
        Raises: MediaCorrupt, MediaInvalid, FormatUnsupported, LicenseInvalid if the bytes were opened with a wrong key
        or none, DependencyMissing.
        """
        yield from self._pictures(self._track.frames(segment, init=init, at=at), wanted)

    def drain(self, *, wanted: Callable[[int], bool] | None = None) -> Iterator[VideoFrame]:
        """The pictures that were held back for the next segment. Raises like `frames`."""
        yield from self._pictures(self._track.drain(), wanted)

    def reset(self) -> None:
        """Forgets what was fed: the next segment may be from anywhere."""
        self._track.reset()

    def _pictures(self, decoded: Iterator[Decoded], wanted: Callable[[int], bool] | None) -> Iterator[VideoFrame]:
        for frame, time, timescale, shift_ms, at in decoded:
            position_ms = time * 1000 // timescale + shift_ms
            if time >= 0 and at.presents(position_ms) and (wanted is None or wanted(position_ms)):
                yield self._picture(cast("av.VideoFrame", frame), position_ms=position_ms)

    def _picture(self, frame: "av.VideoFrame", *, position_ms: int) -> VideoFrame:
        from av.video.reformatter import Colorspace, VideoReformatter

        if self._reformatter is None:
            self._reformatter = VideoReformatter()
        width, height = self.size or (frame.width, frame.height)
        # Video that does not say is BT.601 up to PAL and BT.709 above, as mpv and browsers have it.
        is_hd = frame.colorspace == _COLORSPACE_UNSTATED and frame.height > _SD_MAX_LINES
        picture = self._reformatter.reformat(
            frame, width, height, "rgb24", src_colorspace=Colorspace.ITU709 if is_hd else None, threads=1
        )
        return VideoFrame(position_ms=position_ms, width=width, height=height, rgb=_rows(picture))


class AudioDecoder:
    """Sound of a track as one continuous stream."""

    def __init__(self, *, runs: Runs | None = None) -> None:
        """`runs`: shared with the pictures that go with it."""
        self._track = TrackDecoder("audio", runs=runs or Runs(), threads=1)
        self._resampler: AudioResampler | None = None
        self._source: tuple[object, ...] = ()
        self._shift_ms = 0
        self._placement = Placement(start_ms=0)

    def blocks(self, segment: bytes, *, init: bytes, at: Placement) -> Iterator[AudioBlock]:
        """The sound that is ready with `segment`, in order and without gaps; priming is cut off.

        `init`: empty for formats without one. Raises like `VideoDecoder.frames`.
        """
        for decoded in self._track.frames(segment, init=init, at=at):
            yield from self._resample(decoded)

    def drain(self) -> Iterator[AudioBlock]:
        """The sound that was held back for the next segment. Raises like `blocks`."""
        for decoded in self._track.drain():
            yield from self._resample(decoded)
        yield from self._flush()

    def reset(self) -> None:
        """Forgets what was fed: the next segment may be from anywhere."""
        self._track.reset()
        self._resampler = None

    def _resample(self, decoded: Decoded) -> Iterator[AudioBlock]:
        from av.audio.resampler import AudioResampler

        frame, time, timescale, shift_ms, at = decoded
        sound = cast("av.AudioFrame", frame)
        source = (sound.format.name, sound.layout.name, sound.sample_rate, timescale, shift_ms, at.run)
        if self._resampler is None or source != self._source:
            yield from self._flush()
            self._resampler, self._source = AudioResampler(format="s16", layout="stereo", rate=SAMPLE_RATE), source
            self._shift_ms = shift_ms
        self._placement = at
        # In the output's own units, so that times come out alike whether the resampler has work to do or none.
        sound.pts, sound.time_base = time * SAMPLE_RATE // timescale, Fraction(1, SAMPLE_RATE)
        yield from self._blocks(self._resampler.resample(sound))

    def _flush(self) -> Iterator[AudioBlock]:
        """What the resampler holds back; it cannot be used again."""
        resampler, self._resampler = self._resampler, None
        if resampler is not None:
            # One that had no work to do answers [None].
            yield from self._blocks(filter(None, resampler.resample(None)))

    def _blocks(self, sounds: "Iterable[av.AudioFrame]") -> Iterator[AudioBlock]:
        from_ms, until_ms = self._placement.from_ms, self._placement.until_ms
        least = 0 if from_ms is None else max(0, _samples(from_ms - self._shift_ms))
        for sound in sounds:
            first = sound.pts or 0
            end = first + sound.samples
            if until_ms is not None:
                end = min(end, _samples(until_ms - self._shift_ms))
            begin = max(first, least)
            if begin < end:
                pcm = bytes(sound.planes[0])[(begin - first) * _BYTES_PER_SAMPLE : (end - first) * _BYTES_PER_SAMPLE]
                yield AudioBlock(position_ms=begin * 1000 // SAMPLE_RATE + self._shift_ms, pcm=pcm)


def _samples(duration_ms: int) -> int:
    return duration_ms * SAMPLE_RATE // 1000


def _rows(picture: "av.VideoFrame") -> bytes:
    """The pixels of an RGB picture, without the padding that ends its rows."""
    plane = picture.planes[0]
    padded, row_bytes = memoryview(plane), picture.width * 3
    if plane.line_size == row_bytes:
        return bytes(padded[: row_bytes * picture.height])
    return b"".join([padded[at : at + row_bytes] for at in range(0, plane.line_size * picture.height, plane.line_size)])
