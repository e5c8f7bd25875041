"""The rules that settle what a source file leaves unclear."""

from fractions import Fraction

import pytest

from matinee.errors import MezzanineInvalid
from matinee_encode.mezzanine import Mezzanine, constant_rate, language_tag, upright


@pytest.mark.parametrize(
    ("average", "nominal", "rate"),
    [
        (Fraction(24), Fraction(24), Fraction(24)),
        (Fraction(2997, 125), Fraction(24000, 1001), Fraction(24000, 1001)),
        (Fraction(15), Fraction(15), Fraction(15)),
        (Fraction(25), Fraction(50), Fraction(25)),
        (Fraction(18), Fraction(25), Fraction(25)),
        (Fraction(297, 10), Fraction(90000), Fraction(30000, 1001)),
        (Fraction(120), Fraction(120), Fraction(60)),
        (None, Fraction(25), Fraction(25)),
    ],
    ids=["kept", "rounded NTSC", "kept if odd", "fields", "varying", "varying without a grid", "capped", "one known"],
)
def test_a_title_has_one_constant_rate(average: Fraction | None, nominal: Fraction, rate: Fraction) -> None:
    assert constant_rate(average, nominal) == rate


def test_a_file_without_a_rate_is_refused() -> None:
    with pytest.raises(MezzanineInvalid, match="no frame rate"):
        constant_rate(None, None)


@pytest.mark.parametrize(
    ("rotation", "expected"), [(0, (320, 180, 0)), (-90, (180, 320, 1)), (180, (320, 180, 2)), (90, (180, 320, 3))]
)
def test_a_rotated_picture_is_turned_upright(rotation: int, expected: tuple[int, int, int]) -> None:
    assert upright(width=320, height=180, pixel_aspect=None, rotation=rotation) == expected


def test_anamorphic_pixels_become_square_by_widening() -> None:
    assert upright(width=720, height=576, pixel_aspect=Fraction(64, 45), rotation=0) == (1024, 576, 0)


@pytest.mark.parametrize(("width", "height"), [(8, 8), (16384, 90)])
def test_a_picture_that_no_encoder_takes_is_refused(width: int, height: int) -> None:
    with pytest.raises(MezzanineInvalid, match=f"{width}×{height}"):
        upright(width=width, height=height, pixel_aspect=None, rotation=0)


@pytest.mark.parametrize(
    ("code", "tag"), [("eng", "en"), ("ger", "de"), ("yue", "yue"), ("pt-BR", "pt-BR"), (None, "und"), ("?!", "und")]
)
def test_a_language_gets_its_shortest_tag(code: str | None, tag: str) -> None:
    assert language_tag(code) == tag


def test_the_frames_of_a_title_are_known_from_its_duration() -> None:
    mezzanine = Mezzanine(
        stream_index=0,
        width=320,
        height=180,
        quarter_turns=0,
        is_interlaced=False,
        rate_numerator=24000,
        rate_denominator=1001,
        duration_ms=10_010,
    )
    assert mezzanine.frames == 240
