import pytest

from matinee.errors import ManifestInvalid
from matinee.manifest.durations import decimal_permille, duration_ms, instant_ms
from matinee.manifest.elements import Element, read_elements
from matinee.manifest.instants import wall_ms


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


def test_more_than_two_hundred_years_are_a_mistake() -> None:
    with pytest.raises(ManifestInvalid, match="more than two hundred years"):
        duration_ms(lasting("P9999Y"), "lasts")


@pytest.mark.parametrize(
    ("text", "expected_ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2024-02-29T12:00:00.5004Z", 1_709_208_000_500),
        ("2024-03-01T00:00:00", 1_709_251_200_000),
        ("2000-12-31T23:59:59+05:30", 978_287_399_000),
        (" 2100-03-01T00:00:00-0100 ", 4_107_546_000_000),
    ],
)
def test_a_date_and_time_is_read_in_milliseconds_of_the_epoch(text: str, expected_ms: int) -> None:
    assert instant_ms(lasting(text), "lasts") == wall_ms(text) == expected_ms
    assert instant_ms(lasting(text), "began") is None


@pytest.mark.parametrize("text", ["yesterday", "2024-13-01T00:00:00Z", "1969-12-31T00:00:00Z", "2024-01-01"])
def test_what_is_no_date_and_time_is_refused(text: str) -> None:
    with pytest.raises(ManifestInvalid, match="is not a date and time"):
        instant_ms(lasting(text), "lasts")


@pytest.mark.parametrize(("text", "permille"), [("0.96", 960), ("1", 1_000), ("-2.0009", -2_000), ("1.", 1_000)])
def test_a_decimal_is_read_in_thousandths(text: str, permille: int) -> None:
    assert decimal_permille(lasting(text), "lasts") == permille
    assert decimal_permille(lasting(text), "rate") is None


@pytest.mark.parametrize("text", ["fast", "1e3", "1,5", "9" * 13])
def test_what_is_no_decimal_is_refused(text: str) -> None:
    with pytest.raises(ManifestInvalid, match="is not a decimal"):
        decimal_permille(lasting(text), "lasts")
