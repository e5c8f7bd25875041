import pytest

from matinee.errors import ManifestInvalid
from matinee.manifest.durations import duration_ms
from matinee.manifest.elements import Element, read_elements


def lasting(text: str) -> Element:
    return read_elements(f'<MPD lasts="{text}"/>'.encode())


@pytest.mark.parametrize(
    ("text", "expected_ms"),
    [
        ("PT6S", 6_000),
        ("PT6.0399S", 6_039),
        ("PT5.S", 5_000),
        ("PT1H2M3.4S", 3_723_400),
        ("P0Y0M0DT0H3M30.000S", 210_000),
        ("P1D", 86_400_000),
        (" PT1S ", 1_000),
        ("", None),
    ],
)
def test_a_duration_is_read_in_whole_milliseconds_rounded_down(text: str, expected_ms: int | None) -> None:
    assert duration_ms(lasting(text), "lasts") == expected_ms


def test_no_duration_is_none() -> None:
    assert duration_ms(lasting("PT1S"), "ends") is None


@pytest.mark.parametrize(
    "text", ["P", "PT", "6", "PT6", "-PT6S", "PT6S6S", "PTS", "PT.5S", "PT1e9S", "PT٦S", "PT" + "9" * 99 + "S"]
)
def test_what_is_no_duration_is_refused_by_name_and_line(text: str) -> None:
    with pytest.raises(ManifestInvalid, match=r"line 1, MPD: lasts=.* is not a duration"):
        duration_ms(lasting(text), "lasts")


def test_more_than_ten_years_are_a_mistake() -> None:
    with pytest.raises(ManifestInvalid, match="more than ten years"):
        duration_ms(lasting("P9999Y"), "lasts")
