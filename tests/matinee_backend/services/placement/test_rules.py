"""Which titles an appliance should hold."""

from matinee_backend.services.placement.rules import placed
from tests.support.control_plane import catalog_title


def test_an_isp_appliance_holds_the_most_watched_then_the_newest() -> None:
    titles = [catalog_title(name, added_wall_ms=n) for n, name in enumerate(("old", "mid", "new", "hit"))]
    viewers = {"hit": 9, "old": 2}
    assert placed(titles, viewers, kind="isp", isp_titles=3) == ("hit", "old", "new")
    assert placed(titles, viewers, kind="exchange", isp_titles=3) == ("hit", "old", "new", "mid")
    assert placed([], {}, kind="isp", isp_titles=3) == ()
