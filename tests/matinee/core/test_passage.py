"""Which period the viewer is in."""

from matinee.core.notices import PeriodEntered
from matinee.core.passage import Passage
from matinee.core.playhead import Playhead
from matinee.manifest.presentation import Period, Presentation
from matinee.policy.settings import BufferingSettings
from matinee.testing.playbook import Viewer, presentation, track

VIDEO = track(segments=5)


def two_periods() -> Presentation:
    whole = presentation(VIDEO)
    first = Period(period_id="film", end_ms=8_000, tracks=(VIDEO,))
    second = Period(period_id="credits", start_ms=8_000, end_ms=whole.duration_ms, tracks=(VIDEO,))
    return Presentation(duration_ms=whole.duration_ms, base_urls=whole.base_urls, periods=(first, second))


def test_each_period_is_announced_when_the_viewer_comes_into_it() -> None:
    it = Viewer()
    it.play_through(it.start(two_periods()))
    entered = [notice.period_id for notice in it.notices if isinstance(notice, PeriodEntered)]
    assert entered == ["film", "credits"]


def test_one_who_stands_still_comes_into_no_other_period() -> None:
    playhead = Playhead(BufferingSettings(), position_ms=7_000, now_ms=0)
    assert Passage().wake_at_ms(two_periods(), playhead, now_ms=0) is None
    assert list(Passage().pass_by(two_periods(), playhead, now_ms=0)) == []
