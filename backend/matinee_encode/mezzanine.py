"""What there is to know about a source file before it is encoded, and the rules that settle what is unclear. Pure."""

import re
from fractions import Fraction

import msgspec

from matinee.errors import MezzanineInvalid

LEAST_DURATION_MS = 1000
LEAST_SIDE, MOST_SIDE = 16, 8192
"""Of a picture, in pixels: smaller has no macroblock, larger is beyond AVC."""
MOST_RATE = Fraction(60)

STANDARD_RATES = tuple(
    Fraction(*rate)
    for rate in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (48, 1), (50, 1), (60000, 1001), (60, 1))
)

UNDETERMINED = "und"
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SHORTEST = {
    three: two
    for two, codes in {
        "ar": "ara", "cs": "cze ces", "da": "dan", "de": "ger deu", "el": "gre ell", "en": "eng", "es": "spa",
        "fi": "fin", "fr": "fre fra", "he": "heb", "hi": "hin", "hu": "hun", "id": "ind", "it": "ita",
        "ja": "jpn", "ko": "kor", "nl": "dut nld", "no": "nor", "pl": "pol", "pt": "por", "ro": "rum ron",
        "ru": "rus", "sv": "swe", "th": "tha", "tr": "tur", "uk": "ukr", "vi": "vie", "zh": "chi zho",
    }.items()
    for three in codes.split()
}  # fmt: skip
"""ISO 639-2, both its codes, to ISO 639-1, for the languages that films come in most."""


class SoundStream(msgspec.Struct, frozen=True, kw_only=True):
    stream_index: int
    language: str
    """BCP 47, `und` if the file says nothing."""


class TextStream(msgspec.Struct, frozen=True, kw_only=True):
    stream_index: int
    language: str


class Mezzanine(msgspec.Struct, frozen=True, kw_only=True):
    """A source file, as a survey found it."""

    stream_index: int
    """Of the picture."""
    width: int
    height: int
    """What a viewer should see: in square pixels, upright."""
    quarter_turns: int
    """Clockwise, from the stored picture to the upright one; 0 to 3."""
    is_interlaced: bool
    rate_numerator: int
    rate_denominator: int
    """Frames per second of the title; constant."""
    duration_ms: int
    """As the file states it; 0 if it does not."""
    sound: tuple[SoundStream, ...] = ()
    text: tuple[TextStream, ...] = ()

    @property
    def rate(self) -> Fraction:
        return Fraction(self.rate_numerator, self.rate_denominator)

    @property
    def frames(self) -> int:
        """About how many the title will have; 0 if unknown."""
        return int(self.duration_ms * self.rate / 1000)


def constant_rate(average: Fraction | None, nominal: Fraction | None) -> Fraction:
    """The frame rate that a title is made at.

    `nominal` is the lowest rate at which each frame's time can be told (FFmpeg's `r_frame_rate`). A file that
    keeps one rate keeps it; one whose rate varies gets the nominal one, so that no frame moves; where that is
    above 60, the lowest standard rate that drops no frame on average. Nominally twice the average, it counts
    fields, and the average is right. Never above 60. Raises MezzanineInvalid if the file states no rate.
    """
    average, nominal = average or nominal, nominal or average
    if not average or not nominal:
        raise MezzanineInvalid("The file states no frame rate.")
    if _is_near(nominal, average):
        return min(_standard(nominal), MOST_RATE)
    if _is_near(nominal, 2 * average):
        return min(_standard(average), MOST_RATE)
    if nominal <= MOST_RATE:
        return _standard(nominal)
    return next((rate for rate in STANDARD_RATES if rate >= average * Fraction(995, 1000)), MOST_RATE)


def language_tag(code: str | None) -> str:
    """The BCP 47 tag of what a file says: the shortest there is (RFC 5646, 2.2.1), `und` for nothing or nonsense."""
    if code is None or not _TAG.fullmatch(code):
        return UNDETERMINED
    return _SHORTEST.get(code, code)


def upright(*, width: int, height: int, pixel_aspect: Fraction | None, rotation: int) -> tuple[int, int, int]:
    """Width and height as seen, and the quarter turns clockwise that make the picture upright.

    `pixel_aspect` is width over height of a stored pixel; the height stays and the width follows it.
    `rotation` is FFmpeg's: degrees counter-clockwise, to be undone; what is no quarter turn goes to the nearest.
    Raises MezzanineInvalid for sizes that cannot be encoded.
    """
    seen = round(width * pixel_aspect) if pixel_aspect and Fraction(1, 10) <= pixel_aspect <= 10 else width
    quarter_turns = -round(rotation / 90) % 4
    if not all(LEAST_SIDE <= side <= MOST_SIDE for side in (seen, height)):
        raise MezzanineInvalid(
            f"A picture of {seen}×{height} cannot be encoded: each side needs {LEAST_SIDE} to {MOST_SIDE} pixels."
        )
    return (seen, height, quarter_turns) if quarter_turns % 2 == 0 else (height, seen, quarter_turns)


def _is_near(rate: Fraction, other: Fraction) -> bool:
    return abs(rate - other) * 100 <= other


def _standard(rate: Fraction) -> Fraction:
    """The standard rate that this one means: files often round 24000/1001 to 23.98."""
    nearest = min(STANDARD_RATES, key=lambda standard: abs(standard - rate))
    # 24 and 24000/1001 lie 0.1% apart: within half of that there is no doubt which is meant.
    return nearest if abs(nearest - rate) * 2000 <= nearest else rate.limit_denominator(1001)
