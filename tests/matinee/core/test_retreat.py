"""How the delay grows with stalls and shrinks without."""

from matinee.core.retreat import Retreat
from matinee.policy.live import EASE_MS


def test_one_stall_changes_nothing() -> None:
    it = Retreat()
    it.note(stalls=1, most_ms=4_000, now_ms=0)
    assert (it.extra_ms, it.due_ms) == (0, None)


def test_stalls_in_a_row_add_up_and_a_calm_minute_takes_back_one_step() -> None:
    it = Retreat()
    for stalls in (1, 2, 3):
        it.note(stalls=stalls, most_ms=4_000, now_ms=stalls * 10_000)
    assert it.extra_ms == 1_000
    extras = list[int]()
    for _ in range(2):
        assert it.due_ms is not None
        it.note(stalls=3, most_ms=4_000, now_ms=it.due_ms)
        extras.append(it.extra_ms)
    assert extras == [500, 0]
    assert it.due_ms is None


def test_a_new_stall_begins_the_calm_minute_anew() -> None:
    it = Retreat()
    for stalls, now_ms in ((1, 0), (2, 10_000), (3, 50_000)):
        it.note(stalls=stalls, most_ms=4_000, now_ms=now_ms)
    assert it.due_ms == 50_000 + EASE_MS
