"""Titles that announce moments of themselves: in the manifest, in a playlist, in segments."""

import struct

from matinee.testing.faults import Refusal
from matinee.testing.live import LiveTitle
from matinee.testing.network import Growing, HostRequest
from matinee.testing.titles import MANIFEST_PATH, SyntheticTitle

PLAYLIST_PATH = "/video.m3u8"


def emsg(start_ms: int, *, event_id: int, scheme: bytes = b"urn:own", value: bytes = b"", data: bytes = b"") -> bytes:
    """An event within a segment, at a media time (version 1)."""
    content = struct.pack(">IQII", 1_000, start_ms, 0, event_id) + scheme + b"\0" + value + b"\0" + data
    return struct.pack(">I4sI", 12 + len(content), b"emsg", 1 << 24) + content


class EventfulTitle:
    """A minute in segments of 4 s; the manifest tells of the tenth second, the segments of what they are given."""

    def __init__(self, **boxes: bytes) -> None:
        """`boxes`: what stands before the media of a segment of video, as in `at_3=emsg(…)`."""
        self._boxes = {f"{name.removeprefix('at_')}.m4s": box for name, box in boxes.items()}
        self._title = SyntheticTitle(ladder=(300,), audio_kbps=0)

    def __call__(self, request: HostRequest) -> bytes | None:
        if request.path == PLAYLIST_PATH:
            return self._playlist()
        answer = self._title(request)
        if answer is None or request.path == MANIFEST_PATH:
            return answer and answer.replace(
                b"<Period>",
                b'<Period><EventStream schemeIdUri="urn:ads" timescale="1000"><Event id="1" presentationTime="10000" '
                b'duration="5000">to be filled</Event></EventStream>',
            )
        return self._boxes.get(request.path.rpartition("/")[2], b"") + answer

    def _playlist(self) -> bytes:
        listed = "".join(f"#EXTINF:4,\nvideo/0/{number}.m4s\n" for number in range(1, self._title.segments + 1))
        return (
            '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MAP:URI="video/0/init.mp4"\n'
            "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z\n"
            '#EXT-X-DATERANGE:ID="ad",CLASS="ads",START-DATE="2026-01-01T00:00:10Z",DURATION=5\n'
            f"{listed}#EXT-X-ENDLIST\n"
        ).encode()


class EventfulShow:
    """Something live in segments of 4 s, sent in chunks while they are made; every sixth chunk tells of its middle."""

    def __init__(self) -> None:
        self._title = LiveTitle(segment_ms=4_000, chunk_ms=500, delay_ms=2_000, ladder=(300,), audio_kbps=0)

    def __call__(self, request: HostRequest) -> bytes | Growing | Refusal | None:
        answer = self._title(request)
        if not isinstance(answer, Growing):
            return answer
        number = int(request.path.rpartition("/")[2].removesuffix(".m4s"))
        told = emsg(number * 4_000 + 2_750, event_id=number)
        chunks = list(answer.pieces)
        made_wall_ms, chunk = chunks[5]
        return Growing((*chunks[:5], (made_wall_ms, told + chunk), *chunks[6:]))
