"""What comes out of decoding: pictures and sound, each with its place on the timeline."""

import msgspec


class VideoFrame(msgspec.Struct, frozen=True, kw_only=True):
    """A picture, ready to be drawn."""

    position_ms: int
    """On the presentation's timeline."""
    width: int
    height: int
    rgb: bytes
    """height × width × 3 bytes, rows from the top, no padding."""


class AudioBlock(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of sound."""

    position_ms: int
    pcm: bytes
    """Signed 16-bit little-endian samples, stereo interleaved, at `SAMPLE_RATE` Hz."""

    @property
    def duration_ms(self) -> int:
        return len(self.pcm) * 1000 // (4 * SAMPLE_RATE)


SAMPLE_RATE = 48_000
