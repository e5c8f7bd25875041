"""Sliding windows."""

from hypothesis import given
from hypothesis import strategies as st

from matinee_backend.services.telemetry.windows import OTHERS, STEP_MS, Window, Windows

SPAN_MS = 12 * STEP_MS


def test_what_is_older_than_the_window_is_not_in_its_sums() -> None:
    window = Window(SPAN_MS)
    window.count({"starts": 1}, at_ms=0, wall_ms=0)
    window.count({"starts": 2, "stalls": 1}, at_ms=SPAN_MS // 2, wall_ms=SPAN_MS // 2)
    assert window.sums(wall_ms=SPAN_MS - 1) == {"starts": 3, "stalls": 1}
    assert window.sums(wall_ms=SPAN_MS) == {"starts": 2, "stalls": 1}
    assert window.sums(wall_ms=9 * SPAN_MS) == {}


def test_what_comes_late_counts_where_it_belongs_and_what_comes_early_counts_now() -> None:
    window = Window(SPAN_MS)
    window.count({"starts": 1}, at_ms=10 * STEP_MS, wall_ms=10 * STEP_MS)
    window.count({"starts": 1}, at_ms=2 * STEP_MS, wall_ms=10 * STEP_MS)
    window.count({"starts": 1}, at_ms=99 * STEP_MS, wall_ms=10 * STEP_MS)
    assert window.sums(wall_ms=10 * STEP_MS) == {"starts": 3}
    assert window.sums(wall_ms=10 * STEP_MS, last_ms=STEP_MS) == {"starts": 2}
    assert window.sums(wall_ms=14 * STEP_MS) == {"starts": 2}


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20)), max_size=60))
def test_a_window_says_what_counting_again_says(steps: list[tuple[int, int]]) -> None:
    window, kept, wall_ms = Window(SPAN_MS), list[int](), 0
    for later, before in steps:
        wall_ms += later * STEP_MS // 4
        at_ms = wall_ms - before * STEP_MS
        window.count({"n": 1}, at_ms=at_ms, wall_ms=wall_ms)
        kept.append(at_ms // STEP_MS)
        assert window.sums(wall_ms=wall_ms)["n"] == sum(it > wall_ms // STEP_MS - 12 for it in kept)


def test_names_are_bounded_and_what_is_silent_makes_room() -> None:
    windows = Windows(SPAN_MS, most=2)
    for name in ("a", "b", "c", "d"):
        windows.count(name, {"starts": 1}, at_ms=0, wall_ms=0)
    assert dict(windows.sums(wall_ms=0)) == {"a": {"starts": 1}, "b": {"starts": 1}, OTHERS: {"starts": 2}}
    windows.count("c", {"starts": 1}, at_ms=SPAN_MS, wall_ms=SPAN_MS)
    assert dict(windows.sums(wall_ms=SPAN_MS)) == {"c": {"starts": 1}}
