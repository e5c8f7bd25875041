from benchmarks.qoe.network import Download
from benchmarks.qoe.peers.shaka import Shaka
from benchmarks.qoe.simulator import Session
from tests.support.qoe import LADDER, title


def controller(*kbps: float, segments: int = 5) -> Shaka:
    session = Session(title(), 60_000)
    session.buffer = [0] * segments
    it = Shaka(session)
    for rate in kbps:
        it.measure(rate * 2000, 2000, 20)
    return it


def test_it_begins_with_what_a_megabit_carries() -> None:
    assert controller().get_first_quality() == LADDER.index(750)


def test_a_rung_is_kept_to_95_percent_of_the_link_and_left_upwards_at_85() -> None:
    assert controller(1850 / 0.95 + 1).choose(1) == 2
    assert controller(1850 / 0.95 - 1).choose(1) == 1, "its next rung fits within 85 % only from 2176 kbps on"
    assert controller(4300 / 0.85 + 1).choose(1) == 3


def test_between_two_choices_8_s_pass() -> None:
    it = controller(5100)
    it.session.now_ms = 7999
    it.measure(400_000, 2000, 20)
    assert it.choose(1) == 3
    it.session.now_ms = 8000
    it.measure(400_000, 2000, 20)
    assert it.choose(2) < 3


def test_the_estimate_is_the_lower_of_two_averages() -> None:
    it = controller(5000, 1000)
    assert it._estimate() == it._fast.get() < it._slow.get()


def test_a_choice_that_changes_under_way_abandons_what_is_larger() -> None:
    it = controller(5100)
    it.session.now_ms = 8000
    crawling = Download(index=1, quality=3, size=17_200_000, downloaded=300_000, time=3000, time_to_first_bit=100)
    assert it.check_abandon(crawling, 2000) == 1


def test_a_choice_that_stands_abandons_nothing() -> None:
    it = controller(5100)
    late = Download(index=1, quality=3, size=17_200_000, downloaded=300_000, time=3000, time_to_first_bit=100)
    assert it.check_abandon(late, 2000) is None
