"""Encoding sound: AAC-LC stereo, in step with the picture and exactly as long."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.filter import Graph
from av.filter.context import FilterContext

from matinee.errors import MezzanineInvalid
from matinee_encode.plan import AUDIO_KBPS, AUDIO_RATE
from matinee_encode.rationals import fraction_of, seconds_of
from matinee_encode.reading import opened
from matinee_encode.work import EncodeAudio

_FRAME_SAMPLES = 1024
_REPORT_BLOCKS = 500


def encode_audio(task: EncodeAudio, *, advance: Callable[[int], None]) -> int:
    """The number of samples; the draft is then a whole MP4.

    Sound that starts before the picture is cut, a late start and gaps are filled with silence, surround is
    mixed down by FFmpeg's standard matrix. Raises MezzanineInvalid if nothing of it can be decoded.
    """
    with opened(task.source) as container, Path(task.draft).open("wb") as file:
        stream = container.streams[task.stream_index]
        assert isinstance(stream, AudioStream)
        with av.open(file, "w", format="mp4") as output:
            target = output.add_stream("aac", rate=AUDIO_RATE, layout="stereo")
            target.bit_rate = AUDIO_KBPS * 1000
            for frame in _steady(container, stream, task, advance):
                output.mux(target.encode(frame))
            output.mux(target.encode(None))
    return task.samples


def pulled_audio(sink: FilterContext) -> Iterator[AudioFrame]:
    """What the sink has ready."""
    while True:
        try:
            frame = sink.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        assert isinstance(frame, AudioFrame)
        yield frame


def _steady(
    container: InputContainer, stream: AudioStream, task: EncodeAudio, advance: Callable[[int], None]
) -> Iterator[AudioFrame]:
    graph: Graph | None = None
    for count, frame in enumerate(_decoded(container, stream, task)):
        if graph is None:
            graph, source, sink = _graph_for(frame, task)
        source.push(frame)
        yield from pulled_audio(sink)
        if count % _REPORT_BLOCKS == 0:
            advance(0)
    if graph is None:
        raise MezzanineInvalid(f"The sound of {Path(task.source).name} (stream {stream.index}) cannot be decoded.")
    source.push(None)
    yield from pulled_audio(sink)


def _decoded(container: InputContainer, stream: AudioStream, task: EncodeAudio) -> Iterator[AudioFrame]:
    """Frames whose `pts` count from the picture's first frame."""
    picture = container.streams[task.mezzanine.stream_index]
    start_s = seconds_of(picture.start_time, picture.time_base) or Fraction(0)
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames:
            assert isinstance(frame, AudioFrame)
            unit_s = fraction_of(frame.time_base)
            if frame.pts is not None and unit_s is not None:
                frame.pts -= round(start_s / unit_s)
            yield frame


def _graph_for(frame: AudioFrame, task: EncodeAudio) -> tuple[Graph, FilterContext, FilterContext]:
    graph = Graph()
    nodes = [
        graph.add_abuffer(
            sample_rate=frame.sample_rate, format=frame.format, layout=frame.layout, time_base=frame.time_base
        ),
        graph.add("aresample", f"{AUDIO_RATE}:async=1:first_pts=0"),
        graph.add("aformat", f"sample_fmts=fltp:channel_layouts=stereo:sample_rates={AUDIO_RATE}"),
        graph.add("apad", f"whole_len={task.samples}"),
        graph.add("atrim", f"end_sample={task.samples}"),
        graph.add("abuffersink"),
    ]
    graph.link_nodes(*nodes).configure()
    graph.set_audio_frame_size(_FRAME_SAMPLES)
    return graph, nodes[0], nodes[-1]
