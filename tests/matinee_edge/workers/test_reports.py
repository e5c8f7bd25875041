"""What a worker counted, told as differences."""

from matinee_edge.tally import Tally
from matinee_edge.workers.reports import MOST_ASKED, Report, Reporter, add


def test_a_keeper_that_adds_all_reports_counts_what_the_worker_counted() -> None:
    here, there = Tally(), Tally(requests=7)
    reporter = Reporter(here)
    here.requests, here.connections, here.bytes_sent = 3, 2, 100
    add(reporter.report(), to=there)
    here.requests, here.connections, here.hits = 5, 1, 4
    add(reporter.report(), to=there)
    assert (there.requests, there.connections, there.bytes_sent, there.hits) == (12, 1, 100, 4)


def test_nothing_is_told_twice() -> None:
    tally = Tally(requests=1)
    reporter = Reporter(tally)
    reporter.asked("heat", "a")
    tally.first_bytes_ms.append(3)
    assert reporter.report() == Report(counts={"requests": 1}, first_bytes_ms=(3,), asked=(("heat", "a", 1),))
    assert reporter.report() == Report(counts={})


def test_requests_are_counted_by_file_within_a_bound() -> None:
    reporter = Reporter(Tally())
    for number in range(MOST_ASKED + 5):
        reporter.asked("heat", str(number))
    reporter.asked("heat", "0")
    asked = reporter.report().asked
    assert len(asked) == MOST_ASKED
    assert asked[0] == ("heat", "0", 2)


def test_a_name_that_the_keeper_does_not_know_changes_nothing() -> None:
    tally = Tally()
    add(Report(counts={"__class__": 1, "misses": 3}), to=tally)
    assert tally == Tally()
