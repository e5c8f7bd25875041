"""The fixed AVC ladder: which sizes and bitrates a picture is encoded at. Pure."""

from fractions import Fraction

import msgspec

LEAST_RUNGS = 5

# Netflix's fixed ladder before per-title encoding: bitrate, and the 16:9 box the picture must fit in.
# Source: Netflix Technology Blog, "Per-Title Encode Optimization", 2015.
CLASSIC: tuple[tuple[int, int, int], ...] = (
    (235, 320, 180),
    (375, 384, 216),
    (560, 512, 288),
    (750, 512, 288),
    (1050, 640, 360),
    (1750, 852, 480),
    (2350, 1280, 720),
    (3000, 1280, 720),
    (4300, 1920, 1080),
    (5800, 1920, 1080),
)

_NEARLY = Fraction(21, 20)
"""A box up to 5% larger than the picture counts as the picture's own size: 1278×718 is 720p."""


class LadderRung(msgspec.Struct, frozen=True, kw_only=True):
    """One rung to be encoded."""

    bitrate_kbps: int
    """What it may cost on average."""
    width: int
    height: int
    """Both even."""

    @property
    def representation_id(self) -> str:
        return f"avc-{self.bitrate_kbps}"

    @property
    def pixels(self) -> int:
        return self.width * self.height


def ladder_for(*, width: int, height: int) -> tuple[LadderRung, ...]:
    """The rungs for a picture of square pixels, by rising bitrate: at least five, none larger than the picture.

    A box that the picture fills gives a rung of its size; the first box too large gives one at the picture's
    own size; where that makes fewer than five, the next bitrates follow at the picture's own size. A picture
    taller than wide turns the boxes on their side.
    """
    rungs: list[LadderRung] = []
    reached_own_size = False
    for bitrate_kbps, long_side, short_side in CLASSIC:
        box = (long_side, short_side) if width >= height else (short_side, long_side)
        scale = min(Fraction(box[0], width), Fraction(box[1], height))
        if scale > _NEARLY and reached_own_size and len(rungs) >= LEAST_RUNGS:
            break
        fitted = min(scale, Fraction(1))
        rungs.append(LadderRung(bitrate_kbps=bitrate_kbps, width=_even(width, fitted), height=_even(height, fitted)))
        reached_own_size = reached_own_size or scale * _NEARLY >= 1
    return tuple(rungs)


def _even(side: int, scale: Fraction) -> int:
    """The even number nearest to the scaled side, never above the side itself: 4:2:0 chroma covers two pixels."""
    return max(2, min(round(side * scale / 2), side // 2) * 2)
