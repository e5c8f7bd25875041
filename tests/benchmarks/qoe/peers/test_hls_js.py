import msgspec

from benchmarks.qoe.network import Download
from benchmarks.qoe.peers.hls_js import HlsJs
from benchmarks.qoe.simulator import Session
from tests.support.qoe import LADDER, title


def controller(*, kbps: float, segments: int = 5) -> HlsJs:
    session = Session(title(), 60_000)
    session.buffer = [0] * segments
    it = HlsJs(session)
    it.measure(kbps * 1000, 1000, 20)
    return it


def under_way(*, ms: float, downloaded: float, quality: int = 3) -> Download:
    size = LADDER[quality] * 4000
    return Download(index=1, quality=quality, size=size, downloaded=downloaded, time=ms, time_to_first_bit=100)


def test_it_climbs_with_70_percent_of_the_link_and_stays_with_95() -> None:
    climbing = controller(kbps=1850 / 0.7 - 10)
    assert climbing.choose(1) == 1
    staying = controller(kbps=1850 / 0.95 + 10)
    staying._last = 2
    assert staying.choose(1) == 2


def test_a_segment_has_to_arrive_before_the_buffer_is_empty_or_4_s_later() -> None:
    it = controller(kbps=2700, segments=1)
    assert it.choose(1) == 2
    it.session.buffer = []
    assert it.choose(2) == 2
    it.session.buffer, it._fast, it._slow = [], controller(kbps=200)._fast, controller(kbps=200)._slow
    assert it.choose(3) == 0


def test_nothing_is_abandoned_in_the_first_half_of_its_duration_or_at_the_lowest_rung() -> None:
    it = controller(kbps=5000)
    assert it.check_abandon(under_way(ms=1990, downloaded=50_000), 1000) is None
    assert it.check_abandon(under_way(ms=3000, downloaded=50_000, quality=0), 1000) is None


def test_a_download_twice_as_late_as_a_lower_rung_is_abandoned_and_that_rung_follows() -> None:
    it = controller(kbps=5000)
    late = under_way(ms=2100, downloaded=3_000_000)
    assert it.check_abandon(late, 3900) == 1
    it.report_download(msgspec.structs.replace(late, abandon_to_quality=1), False)
    assert it.choose(1) <= 1


def test_a_download_less_late_goes_on_for_as_long_as_a_lower_rung_takes() -> None:
    it = controller(kbps=5000)
    assert it.check_abandon(under_way(ms=2100, downloaded=4_000_000), 3900) is None


def test_a_download_in_time_goes_on() -> None:
    assert controller(kbps=5000).check_abandon(under_way(ms=2100, downloaded=8_600_000), 6000) is None
