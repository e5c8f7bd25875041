import pytest

from matinee.errors import ManifestInvalid
from matinee.manifest.hls.dateranges import MAX_DATERANGES, DateRanges
from matinee.manifest.hls.lines import Variables, read_lines
from matinee.manifest.presentation import TimedEvent
from tests.support.playlists import MEDIA_URL, playlist

START = 'START-DATE="1970-01-01T00:00:10Z"'


def events(*texts: str, dates: list[tuple[int, int]] | None = None) -> tuple[TimedEvent, ...]:
    ranges = DateRanges()
    document = playlist(*(f"#EXT-X-DATERANGE:{text}" for text in texts))
    for line in read_lines(document, variables=Variables(url=MEDIA_URL, imported={})):
        ranges.take(line)
    return ranges.events([(0, 0)] if dates is None else dates)


def test_a_range_is_placed_by_the_last_date_before_it() -> None:
    dates = [(0, 4_000), (5_000, 9_500), (9_000, 20_000)]
    assert [event.start_ms for event in events(f'ID="a",{START}', dates=dates)] == [5_500]
    assert events(f'ID="a",{START}', dates=[]) == ()


def test_what_is_said_later_of_a_range_is_added() -> None:
    (event,) = events(f'ID="a",{START},X-AD="1"', f'ID="a",{START},END-DATE="1970-01-01T00:00:12.5Z"')
    assert (event.duration_ms, b'"X-AD":"1"' in event.data) == (2_500, True)


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ([START], "it has no ID"),
        (['ID="a"'], "it has no START-DATE"),
        (['ID="a",START-DATE="soon"'], "'soon' is no date"),
        ([f'ID="a",{START},DURATION=-1'], "not a number of seconds"),
        ([f'ID="{number}",{START}' for number in range(MAX_DATERANGES + 1)], f"more than {MAX_DATERANGES}"),
    ],
)
def test_what_is_no_range_is_refused(texts: list[str], reason: str) -> None:
    with pytest.raises(ManifestInvalid, match=reason):
        events(*texts)
