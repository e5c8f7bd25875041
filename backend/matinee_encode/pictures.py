"""Still pictures of a title: the poster, and thumbnail tiles to seek by."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import msgspec
from av.codec import CodecContext
from av.filter import Graph
from av.video.codeccontext import VideoCodecContext
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane

from matinee.errors import MezzanineInvalid
from matinee.wire.title import POSTER_NAME
from matinee_encode.mezzanine import Mezzanine
from matinee_encode.plan import COLUMNS, ROWS, ThumbnailTrack, thumbnail_interval_s, tile_name
from matinee_encode.poster import Planes, appeal
from matinee_encode.reading import frames_of
from matinee_encode.video import pulled, steady
from matinee_encode.work import MakePictures

_THUMBNAIL_BOX, _POSTER_BOX = 160, 720
"""The longer side at most."""
_JPEG_QUALITY = 4
"""FFmpeg's scale: 2 is best, 31 worst."""
_REPORT_FRAMES = 24
_JPEG_FORMAT = "yuvj420p"


def make_pictures(task: MakePictures, *, advance: Callable[[int], None]) -> int:
    """The number of thumbnails; `folder` then holds the poster, `tile-1.jpg` and so on, and `track.json`.

    Thumbnails are from the middle of their intervals; the poster is the most appealing of them from the title's
    first two thirds (all of it, if nothing is known of its length).
    """
    folder = Path(task.folder)
    interval_s = thumbnail_interval_s(task.mezzanine.duration_ms)
    sheet = _Sheet(task.mezzanine, folder)
    poster = _Poster(task.mezzanine)
    for frame in _picks(task, interval_s, advance):
        thumbnail = sheet.add(frame)
        poster.consider(frame, appeal(_planes(thumbnail)))
    sheet.finish()
    if poster.best is None:
        raise MezzanineInvalid(f"{Path(task.source).name} holds no picture for a poster.")
    (folder / POSTER_NAME).write_bytes(_jpeg(poster.best))
    track = ThumbnailTrack(
        width=sheet.width * COLUMNS,
        height=sheet.height * ROWS,
        interval_ms=interval_s * 1000,
        count=sheet.count,
        size_bytes=sheet.size_bytes,
    )
    (folder / "track.json").write_bytes(msgspec.json.encode(track))
    return sheet.count


def _picks(task: MakePictures, interval_s: int, advance: Callable[[int], None]) -> Iterator[VideoFrame]:
    """One upright frame from the middle of each interval; of a last interval too short for that, its last frame."""
    step = max(1, round(interval_s * task.mezzanine.rate))
    count = 0
    spare: VideoFrame | None = None
    for count, frame in enumerate(_steady_frames(task), start=1):
        if count % _REPORT_FRAMES == 0:
            advance(count)
        spare = frame if (count - 1) % step < step // 2 else None
        if (count - 1) % step == step // 2:
            yield frame
    if spare is not None:
        yield spare


def _steady_frames(task: MakePictures) -> Iterator[VideoFrame]:
    graph: Graph | None = None
    for frame in frames_of(task.source, task.mezzanine):
        if graph is None:
            graph = Graph()
            source, end = steady(graph, frame, task.mezzanine)
            sink = graph.add("buffersink")
            end.link_to(sink)
            graph.configure()
        source.push(frame)
        yield from pulled(sink)
    if graph is not None:
        source.push(None)
        yield from pulled(sink)


class _Sheet:
    """Thumbnails laid out in rows, a JPEG file for each full sheet."""

    def __init__(self, mezzanine: Mezzanine, folder: Path) -> None:
        self.width, self.height = _fitted(mezzanine, _THUMBNAIL_BOX)
        self.count = self.size_bytes = 0
        self._folder = folder
        self._sheets = 0
        self._graph = Graph()
        self._source = self._graph.add_buffer(
            width=self.width,
            height=self.height,
            format=VideoFormat(_JPEG_FORMAT, self.width, self.height),
            time_base=Fraction(1),
        )
        tile = self._graph.add("tile", f"{COLUMNS}x{ROWS}")
        self._sink = self._graph.add("buffersink")
        self._graph.link_nodes(self._source, tile, self._sink).configure()

    def add(self, frame: VideoFrame) -> VideoFrame:
        """Its thumbnail, which is on the sheet now."""
        thumbnail = frame.reformat(width=self.width, height=self.height, format=_JPEG_FORMAT)
        thumbnail.pts, thumbnail.time_base = self.count, Fraction(1)
        self.count += 1
        self._source.push(thumbnail)
        self._write()
        return thumbnail

    def finish(self) -> None:
        self._source.push(None)
        self._write()

    def _write(self) -> None:
        for sheet in pulled(self._sink):
            self._sheets += 1
            data = _jpeg(sheet)
            self.size_bytes += len(data)
            (self._folder / tile_name(self._sheets)).write_bytes(data)


class _Poster:
    """The best picture so far."""

    def __init__(self, mezzanine: Mezzanine) -> None:
        self.best: VideoFrame | None = None
        self._size = _fitted(mezzanine, _POSTER_BOX)
        # Who did it, and what becomes of them, is for those who watch: only what comes before may win.
        self._last_s = mezzanine.duration_ms / 1500 if mezzanine.duration_ms else float("inf")
        self._appeal = -1

    def consider(self, frame: VideoFrame, appeal: int) -> None:
        if appeal <= self._appeal or (self.best is not None and frame.time > self._last_s):
            return
        self._appeal = appeal
        self.best = frame.reformat(width=self._size[0], height=self._size[1], format=_JPEG_FORMAT)


def _fitted(mezzanine: Mezzanine, longest: int) -> tuple[int, int]:
    """The picture's size, its longer side at most `longest`, even."""
    scale = min(Fraction(1), Fraction(longest, max(mezzanine.width, mezzanine.height)))
    return max(2, int(mezzanine.width * scale) // 2 * 2), max(2, int(mezzanine.height * scale) // 2 * 2)


def _planes(frame: VideoFrame) -> Planes:
    luma, blue, red = (_rows(plane) for plane in frame.planes)
    return Planes(luma, blue, red)


def _rows(plane: VideoPlane) -> list[bytes]:
    data = bytes(plane)
    return [data[start : start + plane.width] for start in range(0, plane.height * plane.line_size, plane.line_size)]


def _jpeg(frame: VideoFrame) -> bytes:
    encoder = CodecContext.create("mjpeg", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, _JPEG_FORMAT
    encoder.time_base = Fraction(1)
    encoder.qmin = encoder.qmax = _JPEG_QUALITY
    frame.pts, frame.time_base = 0, Fraction(1)
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])
