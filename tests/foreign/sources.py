"""What the packagers are given: short clips as an encoder leaves them, and files that hold several of them."""

import asyncio
from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import av

from matinee.clock import SystemClock
from tests.support.media import FRAMES_PER_SECOND, Clip, make_audio, make_video

SECONDS = 3
PICTURES = SECONDS * FRAMES_PER_SECOND
LEAD_MS = 4_000
SUBTITLES = "WEBVTT\n\n00:00.500 --> 00:01.500\nHello\n\n00:01.800 --> 00:02.600\nGoodbye\n"
SPOKEN = {"Hello", "Goodbye"}


class Source(NamedTuple):
    """One stream for a packager."""

    clip: Clip
    language: str = ""


@cache
def pictures(codec: str = "libx264", *, height: int = 36, seconds: int = SECONDS) -> Source:
    """24 pictures a second, a keyframe each second, those of AVC with B-frames."""
    return Source(make_video(seconds=seconds, width=height * 16 // 9, height=height, codec=codec))


@cache
def sound(codec: str = "aac", *, language: str = "en", seconds: int = SECONDS) -> Source:
    """A tone that comes and goes."""
    return Source(make_audio(seconds=seconds, codec=codec), language)


def mux(target: Path | str, sources: Iterable[Source], *, container: str, options: dict[str, str]) -> None:
    """Writes the samples of `sources` by FFmpeg's muxer `container`, in the order of their times."""
    with av.open(str(target), "w", format=container, options=options) as out:
        for _, packet in _interleaved(out, sources):
            out.mux(packet)


async def mux_live(
    target: Path, sources: Iterable[Source], *, container: str, options: dict[str, str], started: asyncio.Event
) -> None:
    """As `mux`, each sample when it is due; `started` once a viewer finds `LEAD_MS` of it."""
    clock = SystemClock()
    with av.open(str(target), "w", format=container, options=options) as out:
        packets = _interleaved(out, sources)
        began_ms = clock.now_ms() - int(packets[0][0] * 1000)
        for due_s, packet in packets:
            await clock.wait_until(began_ms + int(due_s * 1000))
            out.mux(packet)
            if due_s * 1000 > LEAD_MS:
                started.set()


def _interleaved(out: av.container.OutputContainer, sources: Iterable[Source]) -> list[tuple[Fraction, Any]]:
    """The packets of `sources`, each with its stream of `out`, by the times at which they are decoded."""
    packets: list[tuple[Fraction, Any]] = []
    for source in sources:
        with av.open(BytesIO(source.clip.whole), "r") as media:
            stream: Any = out.add_stream_from_template(media.streams[0], opaque=True)
            if source.language:
                stream.metadata["language"] = source.language
            for packet in media.demux():
                if packet.dts is not None:
                    packet.stream = stream
                    packets.append((packet.dts * packet.time_base, packet))
    return sorted(packets, key=lambda pair: pair[0])
