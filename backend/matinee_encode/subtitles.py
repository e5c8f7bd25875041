"""Subtitles: WebVTT files checked and passed through, text tracks of the mezzanine turned into WebVTT."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import av
from av.packet import Packet
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import AssSubtitle

from matinee.errors import SettingsInvalid
from matinee_encode.rationals import seconds_of
from matinee_encode.reading import opened
from matinee_encode.work import ExtractText

MOST_BYTES = 10 << 20
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_TIMING = re.compile(r"^\s*(?:\d{2,}:)?\d{2}:\d{2}\.\d{3}\s+-->\s+(?:\d{2,}:)?\d{2}:\d{2}\.\d{3}", re.MULTILINE)
_ASS_OVERRIDE = re.compile(r"\{[^}]*\}")
_REPORT_PACKETS = 1000


def read_webvtt(language: str, path: Path) -> bytes:
    """The file's bytes. Raises SettingsInvalid unless it is WebVTT (W3C) in UTF-8 with at least one cue."""
    if not _LANGUAGE.fullmatch(language):
        raise SettingsInvalid(f"Subtitles need a language tag such as `en` or `pt-BR`, not {language!r}.")
    try:
        data = path.read_bytes() if path.stat().st_size <= MOST_BYTES else b""
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise SettingsInvalid(f"The subtitles {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SettingsInvalid(f"The subtitles {path} are not UTF-8.") from error
    if not re.match(r"WEBVTT(?:[ \t\r\n]|$)", text) or not _TIMING.search(text):
        raise SettingsInvalid(f"The subtitles {path} are not WebVTT (`WEBVTT`, then cues; 10 MiB at most).")
    return data


def extract_text(task: ExtractText, *, advance: Callable[[int], None]) -> int:
    """The number of cues; the draft is then a WebVTT file, or absent if the track holds pictures or nothing."""
    with opened(task.source) as container:
        stream = container.streams[task.stream_index]
        assert isinstance(stream, SubtitleStream)
        picture = container.streams[task.mezzanine.stream_index]
        start_ms = int((seconds_of(picture.start_time, picture.time_base) or 0) * 1000)
        cues: list[str] = []
        for count, packet in enumerate(container.demux(stream)):
            if count % _REPORT_PACKETS == 0:
                advance(0)
            at_s, lasts_s = (seconds_of(ticks, packet.time_base) for ticks in (packet.pts, packet.duration))
            if at_s is None or lasts_s is None:
                continue
            at_ms, lasts_ms = int(at_s * 1000) - start_ms, int(lasts_s * 1000)
            cues += [_cue(at_ms, at_ms + lasts_ms, text) for text in _texts(stream, packet) if lasts_ms and at_ms >= 0]
    if cues:
        Path(task.draft).write_text("WEBVTT\n\n" + "\n".join(cues), encoding="utf-8")
    return len(cues)


def _texts(stream: SubtitleStream, packet: "Packet[SubtitleStream]") -> Iterator[str]:
    try:
        subtitles = stream.decode(packet)
    except av.error.FFmpegError:
        return
    for subtitle in subtitles:
        if not isinstance(subtitle, AssSubtitle):
            continue
        plain = _ASS_OVERRIDE.sub("", subtitle.dialogue.decode("utf-8", "replace"))
        lines = [line.strip() for line in plain.replace(r"\N", "\n").replace(r"\n", "\n").splitlines()]
        # An empty line would end the cue, and an arrow would start another (WebVTT, section 4.1).
        text = "\n".join(line for line in lines if line).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        if text:
            yield text


def _cue(start_ms: int, end_ms: int, text: str) -> str:
    return f"{_stamp(start_ms)} --> {_stamp(end_ms)}\n{text}\n"


def _stamp(at_ms: int) -> str:
    seconds, ms = divmod(at_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"
