"""What the hundred kills are judged by."""

from benchmarks.edge_kill import clauses
from tests.support.kills import Casualties


def test_the_bars_hold_for_a_clean_series_and_break_for_any_fault() -> None:
    clean = Casualties(kills=100, verified=5_000)
    assert [clause.holds for clause in clauses(clean, kills=100)] == [True] * 3
    wrong = Casualties(kills=99, wrong=["heat/1.m4s"], disagreements=["drafts are left"])
    assert [clause.holds for clause in clauses(wrong, kills=100)] == [False] * 3
