"""Encoding the picture: one decoding pass feeds several AVC rungs with aligned, closed GOPs."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import IO

import av
from av.container import OutputContainer
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from matinee.errors import MezzanineInvalid
from matinee_encode.ladder import LadderRung
from matinee_encode.mezzanine import LEAST_DURATION_MS, Mezzanine
from matinee_encode.plan import segment_frames
from matinee_encode.reading import frames_of
from matinee_encode.work import EncodeVideo

# A second of buffer filled at 1.1 times the rung: no 4 s segment can exceed the rung by more than 38%.
_MAXRATE_PERCENT, _BUFFER_MS = 110, 1000
_REPORT_FRAMES = 12
_BT709, _GBR = 1, 0
"""ITU-T H.273, matrix coefficients."""
_MPEG_RANGE = 1
"""FFmpeg's AVColorRange: studio swing."""


def encode_rungs(task: EncodeVideo, *, advance: Callable[[int], None]) -> int:
    """The number of frames; each draft is then a whole MP4 of its rung.

    Every `segment_frames` frames all rungs begin a closed GOP with an IDR picture, and nowhere else.
    Raises MezzanineInvalid if the source is not what its survey promised.
    """
    frames = 0
    with ExitStack() as opened:
        writers: list[_RungWriter] = []
        graph: _RungGraph | None = None
        for frame in frames_of(task.source, task.mezzanine):
            if graph is None:
                graph = _RungGraph(frame, task.mezzanine, task.rungs)
                writers = [opened.enter_context(_RungWriter(task, index, frame)) for index in range(len(task.rungs))]
            frames = _pump(graph.scaled(frame), writers)
            if frames % _REPORT_FRAMES == 0:
                advance(frames)
        if graph is not None:
            frames = _pump(graph.scaled(None), writers)
        for writer in writers:
            writer.finish()
    if frames * 1000 < task.mezzanine.rate * LEAST_DURATION_MS:
        raise MezzanineInvalid(f"{Path(task.source).name} holds {frames} frames of video, less than a second.")
    advance(frames)
    return frames


def steady(graph: Graph, frame: VideoFrame, mezzanine: Mezzanine) -> tuple[FilterContext, FilterContext]:
    """A filter chain's ends, for frames like `frame`: upright, progressive, at the title's constant rate."""
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base)
    chain = [source]
    if mezzanine.is_interlaced:
        chain.append(graph.add("bwdif", "mode=send_frame:deint=interlaced"))
    match mezzanine.quarter_turns:
        case 1:
            chain.append(graph.add("transpose", "clock"))
        case 2:
            chain += [graph.add("hflip"), graph.add("vflip")]
        case 3:
            chain.append(graph.add("transpose", "cclock"))
    chain.append(graph.add("fps", f"fps={mezzanine.rate}:start_time=0"))
    for before, after in pairwise(chain):
        before.link_to(after)
    return source, chain[-1]


def pulled(sink: FilterContext) -> Iterator[VideoFrame]:
    """What the sink has ready."""
    while True:
        try:
            frame = sink.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        assert isinstance(frame, VideoFrame)
        yield frame


class _RungGraph:
    """One source, a sink for each rung."""

    def __init__(self, frame: VideoFrame, mezzanine: Mezzanine, rungs: tuple[LadderRung, ...]) -> None:
        graph = Graph()
        self._source, end = steady(graph, frame, mezzanine)
        split = graph.add("split", str(len(rungs)))
        end.link_to(split)
        self._sinks = [_scaled(graph, split, index, rung, frame) for index, rung in enumerate(rungs)]
        graph.configure()
        self._graph = graph

    def scaled(self, frame: VideoFrame | None) -> list[list[VideoFrame]]:
        """For each rung the frames that `frame` completes; None ends the film."""
        self._source.push(frame)
        return [list(pulled(sink)) for sink in self._sinks]


def _scaled(graph: Graph, split: FilterContext, index: int, rung: LadderRung, frame: VideoFrame) -> FilterContext:
    # RGB sources get the matrix that players expect of HD; all others keep their own.
    matrix = ":out_color_matrix=bt709" if frame.format.is_rgb else ""
    nodes = [
        graph.add("scale", f"{rung.width}:{rung.height}:flags=bicubic:out_range=tv{matrix}"),
        graph.add("format", "yuv420p"),
        graph.add("setsar", "1"),
        graph.add("buffersink"),
    ]
    split.link_to(nodes[0], index, 0)
    for before, after in pairwise(nodes):
        before.link_to(after)
    return nodes[-1]


def _pump(batches: list[list[VideoFrame]], writers: list["_RungWriter"]) -> int:
    for writer, batch in zip(writers, batches, strict=True):
        for frame in batch:
            writer.write(frame)
    return writers[0].frames


class _RungWriter:
    """One rung's MP4, written through a Python file: no byte is lost silently when the disk is full."""

    def __init__(self, task: EncodeVideo, index: int, like: VideoFrame) -> None:
        self.frames = 0
        self._rate = task.mezzanine.rate
        self._gop = segment_frames(self._rate)
        self._rung = task.rungs[index]
        self._path = Path(task.drafts[index])
        self._task, self._like = task, like

    def __enter__(self) -> "_RungWriter":
        self._file: IO[bytes] = self._path.open("wb")
        # A timescale in which a frame lasts a whole number of ticks.
        timescale = self._rate.numerator * (1 if self._rate.numerator >= 10_000 else 1000)
        self._container: OutputContainer = av.open(
            self._file, "w", format="mp4", container_options={"video_track_timescale": str(timescale)}
        )
        self._stream = self._open_stream()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is None:
            self._container.close()
        self._file.close()

    def write(self, frame: VideoFrame) -> None:
        frame.pts, frame.time_base = self.frames, 1 / self._rate
        # Decoded frames carry the source's picture types, which x264 would repeat.
        frame.pict_type = PictureType.I if self.frames % self._gop == 0 else PictureType.NONE
        self.frames += 1
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        self._container.mux(self._stream.encode(None))

    def _open_stream(self) -> VideoStream:
        rung, gop = self._rung, self._gop
        maxrate = rung.bitrate_kbps * 10 * _MAXRATE_PERCENT
        options = {
            "preset": self._task.preset,
            "maxrate": str(maxrate),
            "bufsize": str(maxrate * _BUFFER_MS // 1000),
            "forced-idr": "1",
            "x264-params": f"keyint={gop}:min-keyint={gop}:scenecut=0:open-gop=0",
        }
        stream = self._container.add_stream("libx264", rate=self._rate, options=options)
        assert isinstance(stream, VideoStream)
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = rung.width, rung.height, "yuv420p"
        context.bit_rate = rung.bitrate_kbps * 1000
        context.thread_count = self._task.threads
        context.color_range = _MPEG_RANGE
        like = self._like
        context.colorspace = _BT709 if like.colorspace == _GBR or like.format.is_rgb else like.colorspace
        context.color_primaries, context.color_trc = like.color_primaries, like.color_trc
        context.sample_aspect_ratio = Fraction(1)
        return stream
