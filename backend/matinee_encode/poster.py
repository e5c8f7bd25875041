"""Which picture of a title is worth its poster: the one with most to see all over it, and most colour. Pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

_BLOCK = 10
"""Pixels a side; of a picture 160 wide."""
_LIVELY = 1600
"""Detail in a block that is enough, in hundredths of a level: more is a hard edge, and no more to look at."""
_GREY = 1000
"""What no colour at all is worth, so that films in black and white have a best picture too."""


class Planes(NamedTuple):
    """A small picture: YUV of full range, rows from the top."""

    luma: Sequence[bytes]
    blue: Sequence[bytes]
    red: Sequence[bytes]


def appeal(picture: Planes) -> int:
    """How much there is to see, at least 0: detail times colour, to be compared within one title.

    Detail is how much brightness varies within blocks, each counting up to `_LIVELY`: a silhouette, a clear sky,
    a fade or a line of text on black has the contrast of a scene, but in few blocks.
    """
    return _detail(picture.luma) * (_GREY + _colour(picture))


def _detail(luma: Sequence[bytes]) -> int:
    blocks = [min(_LIVELY, _deviation(block)) for block in _blocks(luma)]
    return sum(blocks) // len(blocks)


def _blocks(rows: Sequence[bytes]) -> Iterator[bytes]:
    for top in range(0, len(rows), _BLOCK):
        for left in range(0, len(rows[0]), _BLOCK):
            yield b"".join(row[left : left + _BLOCK] for row in rows[top : top + _BLOCK])


def _colour(picture: Planes) -> int:
    """Many colours are worth more than much of one: 0.3 is from Hasler and Süsstrunk, SPIE 5007 (2003)."""
    blue, red = b"".join(picture.blue), b"".join(picture.red)
    tint = abs(_mean(blue) - 12_800) + abs(_mean(red) - 12_800)
    return _deviation(blue) + _deviation(red) + tint * 3 // 10


def _deviation(levels: bytes) -> int:
    """From the mean, on average, in hundredths of a level."""
    mean = sum(levels) // len(levels)
    return 100 * sum(abs(level - mean) for level in levels) // len(levels)


def _mean(levels: bytes) -> int:
    return 100 * sum(levels) // len(levels)
