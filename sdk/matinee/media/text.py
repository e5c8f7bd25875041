"""Subtitles in segments, whatever contains them: WebVTT and TTML, bare or in CMAF (ISO/IEC 14496-30)."""

from collections.abc import Iterable, Iterator

from matinee.errors import FormatUnsupported
from matinee.manifest.ttml import read_ttml
from matinee.manifest.webvtt import Cue, plain_text, read_timestamp_map, read_webvtt
from matinee.media.boxes import find, top_level
from matinee.media.fragments import read_fragments
from matinee.media.header import read_header
from matinee.media.placing import Placement, Runs

_SIGNATURES = (b"WEBVTT", b"\xef\xbb\xbfWEBVTT")


def read_cues(segment: bytes, *, init: bytes, at: Placement, runs: Runs) -> tuple[Cue, ...]:
    """The cues of `segment` on the presentation's timeline; what `at` does not present is cut off.

    `init`: empty for bare documents. Their times count from where the manifest's shift puts zero; those with HLS's
    timestamp map are media time, which is placed as soon as a picture or sound of the run was.
    Raises: MediaInvalid, MediaCorrupt, FormatUnsupported.
    """
    if init:
        cues = _cmaf_cues(segment, init, at=at, runs=runs)
    elif segment.startswith(_SIGNATURES):
        cues = _webvtt_cues(segment, at=at, runs=runs)
    else:
        cues = _moved(read_ttml(segment, end_ms=at.until_ms), at.shift_ms or 0)
    return tuple(_cut(cues, from_ms=at.from_ms, until_ms=at.until_ms))


def _webvtt_cues(document: bytes, *, at: Placement, runs: Runs) -> Iterator[Cue]:
    cues, map_ms = read_webvtt(document), read_timestamp_map(document)
    shift_ms = at.shift_ms or 0
    if cues and map_ms is not None:
        known_ms = runs.known_ms(at, earliest_ms=cues[0].start_ms + map_ms, wraps=True)
        shift_ms = 0 if known_ms is None else known_ms + map_ms
    return _moved(cues, shift_ms)


def _cmaf_cues(segment: bytes, init: bytes, *, at: Placement, runs: Runs) -> Iterator[Cue]:
    header = read_header(init)
    if header.codec not in ("wvtt", "stpp"):
        raise FormatUnsupported(f"Subtitles as {header.codec!r}.", codec=header.codec)
    samples = [sample for fragment in read_fragments(segment, header) for sample in fragment.samples]
    if not samples:
        return
    timescale = header.timescale
    shift_ms = runs.shift_ms(at, earliest_ms=min(sample.time for sample in samples) * 1000 // timescale)
    for sample in samples:
        data = segment[sample.start : sample.start + sample.size]
        start_ms, end_ms = sample.time * 1000 // timescale, (sample.time + sample.duration) * 1000 // timescale
        if header.codec == "stpp" and data:
            shown = _cut(read_ttml(data, end_ms=end_ms), from_ms=start_ms, until_ms=end_ms)
            yield from _moved(shown, shift_ms)
        elif start_ms < end_ms:
            yield from _moved(_wvtt_cues(data, start_ms=start_ms, end_ms=end_ms), shift_ms)


def _wvtt_cues(sample: bytes, *, start_ms: int, end_ms: int) -> Iterator[Cue]:
    """Each `vttc` is a cue that lasts as long as the sample (section 7.5); an empty stretch is a `vtte`."""
    for box in top_level(sample):
        payload = find(sample, box, "payl") if box.kind == "vttc" else None
        text = plain_text(sample[payload.content : payload.end].decode("utf-8", errors="replace")) if payload else ""
        if text:
            yield Cue(start_ms=start_ms, end_ms=end_ms, text=text)


def _moved(cues: Iterable[Cue], shift_ms: int) -> Iterator[Cue]:
    for cue in cues:
        yield Cue(start_ms=cue.start_ms + shift_ms, end_ms=cue.end_ms + shift_ms, text=cue.text)


def _cut(cues: Iterable[Cue], *, from_ms: int | None, until_ms: int | None) -> Iterator[Cue]:
    for cue in cues:
        start_ms = cue.start_ms if from_ms is None else max(cue.start_ms, from_ms)
        end_ms = cue.end_ms if until_ms is None else min(cue.end_ms, until_ms)
        if start_ms < end_ms:
            yield Cue(start_ms=start_ms, end_ms=end_ms, text=cue.text)
