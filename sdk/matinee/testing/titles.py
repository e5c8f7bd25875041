"""Synthetic titles: a manifest and segments of any length, shaped as CMAF and empty within, so that nothing decodes.

For players whose `PlayerSettings.decode` is off: what they check is there, what they would look at is not.
"""

import msgspec

from matinee.policy.settings import NotNegative, Positive
from matinee.testing.cmaf import fragment, init_segment
from matinee.testing.network import HostRequest

MANIFEST_PATH = "/manifest.mpd"


class SyntheticTitle(msgspec.Struct, frozen=True, kw_only=True):
    """A title with video of several rungs and one track of sound, whole from the beginning.

    It is a `matinee.testing.network.Host`: the manifest lies at `MANIFEST_PATH`, and what it names beside it.
    """

    duration_ms: Positive = 60_000
    segment_ms: Positive = 4_000
    ladder: tuple[Positive, ...] = (300, 1_000, 3_000)
    """Video bitrates in kbps, rising."""
    audio_kbps: NotNegative = 96
    """0 for a title without sound."""
    sizes: tuple[tuple[int, ...], ...] = ()
    """The bytes of each video segment, by rung, then by segment; without it, what bitrate and duration make of them."""
    places: tuple[tuple[str, str], ...] = ()
    """Name and base URL of each place that holds it, best first; without any, where the manifest is."""

    def __call__(self, request: HostRequest) -> bytes | None:
        if request.path == MANIFEST_PATH:
            return self.manifest()
        match request.path.split("/"):
            case ["", kind, rung, "init.mp4"] if self._kbps(kind, rung):
                return init_segment(kind)
            case ["", kind, rung, name] if self._kbps(kind, rung):
                return self._segment(kind, int(rung), int(name.removesuffix(".m4s")) - 1)
            case _:
                return None

    @property
    def segments(self) -> int:
        """How many each track has."""
        return -(-self.duration_ms // self.segment_ms)

    def manifest(self) -> bytes:
        """The MPD."""
        video = [representation("video", rung, kbps) for rung, kbps in enumerate(self.ladder)]
        sets = [self._adaptation_set("video", video)]
        if self.audio_kbps:
            sets.append(self._adaptation_set("audio", [representation("audio", 0, self.audio_kbps)]))
        places = "".join(f'<BaseURL serviceLocation="{name}">{url}</BaseURL>' for name, url in self.places)
        return (
            '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" profiles="urn:mpeg:dash:profile:isoff-live:2011" '
            f'minBufferTime="PT2S" mediaPresentationDuration="{seconds(self.duration_ms)}">'
            f"{places}<Period>{''.join(sets)}</Period></MPD>"
        ).encode()

    def _adaptation_set(self, kind: str, representations: list[str]) -> str:
        return (
            f'<AdaptationSet contentType="{kind}" mimeType="{kind}/mp4">'
            f'<SegmentTemplate timescale="1000" duration="{self.segment_ms}" startNumber="1" '
            f'initialization="$RepresentationID$/init.mp4" media="$RepresentationID$/$Number$.m4s"/>'
            f"{''.join(representations)}</AdaptationSet>"
        )

    def _kbps(self, kind: str, rung: str) -> int:
        """Of that rendition; 0 if there is none."""
        ladder = {"video": self.ladder, "audio": (self.audio_kbps,)}.get(kind, ())
        return ladder[int(rung)] if rung.isdigit() and int(rung) < len(ladder) else 0

    def _segment(self, kind: str, rung: int, index: int) -> bytes | None:
        if not 0 <= index < self.segments:
            return None
        if kind == "video" and self.sizes:
            return fragment(self.sizes[rung][index])
        duration_ms = min(self.segment_ms, self.duration_ms - index * self.segment_ms)
        return fragment(self._kbps(kind, str(rung)) * duration_ms // 8)


def representation(kind: str, rung: int, kbps: int) -> str:
    """The element of the MPD. Pictures grow by 90 lines a rung."""
    size = f'width="{160 * (rung + 1)}" height="{90 * (rung + 1)}" ' if kind == "video" else ""
    codecs = "avc1.64001f" if kind == "video" else "mp4a.40.2"
    return f'<Representation id="{kind}/{rung}" bandwidth="{kbps}000" {size}codecs="{codecs}"/>'


def seconds(ms: int) -> str:
    """As `xs:duration`."""
    return f"PT{ms // 1000}.{ms % 1000:03}S"
