import pytest

from matinee.errors import FormatUnsupported, ManifestInvalid
from matinee.manifest.dash.live import read_live
from matinee.manifest.elements import read_elements
from matinee.manifest.presentation import ClockSource, Live

URL = "http://a.example/live/manifest.mpd"
BEGAN = 'availabilityStartTime="1970-01-01T00:00:10Z"'


def live(inside: str = "", attributes: str = BEGAN) -> Live:
    return read_live(read_elements(f"<MPD {attributes}>{inside}</MPD>".encode()), url=URL)


def test_what_is_not_said_is_left_open() -> None:
    assert live() == Live(zero_wall_ms=10_000)


def test_when_it_began_what_it_keeps_and_how_it_changes() -> None:
    assert live(
        "<Location>now.mpd?x=1</Location><Location>http://b.example/now.mpd</Location>"
        '<PatchLocation ttl="60">patch.mpp</PatchLocation>',
        BEGAN + ' timeShiftBufferDepth="PT30S" minimumUpdatePeriod="PT0S" suggestedPresentationDelay="PT6S"',
    ) == Live(
        zero_wall_ms=10_000,
        window_ms=30_000,
        refresh_ms=0,
        delay_ms=6_000,
        locations=("http://a.example/live/now.mpd?x=1", "http://b.example/now.mpd"),
        patch="http://a.example/live/patch.mpp",
    )


def test_a_service_description_for_everybody_says_how_close_to_follow() -> None:
    found = live(
        '<ServiceDescription><Scope schemeIdUri="urn:tv"/><Latency target="9"/></ServiceDescription>'
        '<ServiceDescription><Latency target="3500" min="2000" max="6000" referenceId="0"/>'
        '<PlaybackRate min="0.96" max="1.04"/></ServiceDescription>',
        BEGAN + ' suggestedPresentationDelay="PT20S"',
    )
    assert (found.least_delay_ms, found.delay_ms, found.most_delay_ms) == (2_000, 3_500, 6_000)
    assert (found.slowest_permille, found.fastest_permille) == (960, 1_040)


def test_clocks_are_tried_in_order_and_ntp_is_left_out() -> None:
    found = live(
        '<UTCTiming schemeIdUri="urn:mpeg:dash:utc:ntp:2014" value="ntp.example"/>'
        '<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="/time http://b.example/time"/>'
        '<UTCTiming schemeIdUri="urn:mpeg:dash:utc:direct:2012" value=" 2024-01-01T00:00:00Z"/>'
    )
    assert found.clocks == (
        ClockSource(scheme="http-iso", value="http://a.example/time"),
        ClockSource(scheme="http-iso", value="http://b.example/time"),
        ClockSource(scheme="direct", value="2024-01-01T00:00:00Z"),
    )


@pytest.mark.parametrize(
    ("inside", "attributes", "reason"),
    [
        ("", "", "no availabilityStartTime"),
        ("", 'availabilityStartTime="today"', "not a date"),
        ("", BEGAN + ' minimumUpdatePeriod="often"', "not a duration"),
        ('<ServiceDescription><Latency target="-1"/></ServiceDescription>', BEGAN, "not a whole number"),
        ('<ServiceDescription><PlaybackRate max="fast"/></ServiceDescription>', BEGAN, "not a decimal"),
    ],
)
def test_what_breaks_the_format_is_refused(inside: str, attributes: str, reason: str) -> None:
    with pytest.raises(ManifestInvalid, match=reason):
        live(inside, attributes)


def test_no_other_scheme_than_http_is_followed() -> None:
    with pytest.raises(FormatUnsupported, match="http and https"):
        live("<Location>file:///etc/passwd</Location>")
