from benchmarks.bars import at_least, at_most
from benchmarks.table import table, tally
from tests.support.reports import report

HELD = at_most("the busiest 100 ms", 4, bar=5, number=7, unit="%", peers="others 82 %")
MISSED = at_least("quality", 0.9, bar=0.92, number=1)


def test_a_bar_that_is_missed_says_so_and_low_numbers_come_first() -> None:
    heads, first, second = table([report("storm", HELD), report("abr", MISSED)]).splitlines()
    assert heads.split() == ["bar", "what", "measured", "asked", "verdict", "peers"]
    assert first.split() == ["1", "quality", "0.9", "≥", "0.92", "FAILS"]
    assert second.endswith("4 %   ≤ 5 %  holds    others 82 %")


def test_what_no_bar_asks_comes_last() -> None:
    lines = table([report("hour", at_most("an hour", 3, bar=5)), report("storm", HELD)]).splitlines()
    assert lines[-1].split()[0] == "–"


def test_what_was_timed_on_a_busy_machine_is_marked() -> None:
    timed = at_most("an hour", 6, bar=5, unit="s", is_timed=True)
    assert "FAILS (busy machine)" in table([report("hour", timed, HELD, others_percent=60)])
    assert "busy" not in table([report("hour", timed, HELD, others_percent=5)])
    assert "busy" not in table([report("storm", HELD, others_percent=60)])


def test_what_was_skipped_says_why() -> None:
    assert table([report("abr", skipped="no traces")]).splitlines()[-1] == "abr: skipped, no traces"


def test_clauses_are_counted() -> None:
    assert tally([report("storm", HELD), report("abr", MISSED)]) == "1 of 2 clauses hold."
