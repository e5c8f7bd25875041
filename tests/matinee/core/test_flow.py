"""How fast an answer in chunks comes, of late."""

from matinee.core.flow import Flow
from matinee.core.messages import ProgressMade
from matinee.policy.chunks import LATELY_MS, LATEST_MS, Pace

GAP_MS = 500


def noted(*marks: tuple[int, int], is_between: bool = False, now_ms: int = 10_000) -> Flow:
    """One to which so many bytes came in so many ms, the last of them at `now_ms`."""
    it = Flow()
    for flowing_ms, flowing_bytes in marks:
        it.noted(ProgressMade(1, flowing_bytes, 0, flowing_bytes, flowing_ms, is_between), now_ms=now_ms)
    return it


def test_before_anything_came_within_a_chunk_nothing_is_known() -> None:
    assert Flow().pace(LATELY_MS, gap_ms=GAP_MS, now_ms=60_000) == Pace(0, 0)
    assert noted((0, 0)).pace(LATELY_MS, gap_ms=GAP_MS, now_ms=60_000) == Pace(0, 0)


def test_the_rate_is_that_of_the_last_moments() -> None:
    it = noted(*((at_ms, at_ms * 1_000) for at_ms in range(0, 5_001, 50)))
    it.noted(ProgressMade(1, 0, 0, 5_000_000 + LATELY_MS * 10, 5_000 + LATELY_MS), now_ms=10_000)
    assert it.pace(LATELY_MS, gap_ms=GAP_MS, now_ms=10_000) == Pace(LATELY_MS * 10, LATELY_MS)


def test_it_is_told_of_as_long_as_asked() -> None:
    it = noted(*((at_ms, at_ms * 10) for at_ms in range(0, 1_001, 50)))
    assert it.pace(LATEST_MS, gap_ms=GAP_MS, now_ms=10_000) == Pace(LATEST_MS * 10, LATEST_MS)


def test_of_a_short_answer_all_counts() -> None:
    assert noted((100, 50_000), (200, 80_000)).pace(LATELY_MS, gap_ms=GAP_MS, now_ms=10_000) == Pace(80_000, 200)


def test_silence_within_a_chunk_is_the_link_s() -> None:
    assert noted((100, 50_000)).pace(LATELY_MS, gap_ms=GAP_MS, now_ms=10_300) == Pace(50_000, 400)


def test_silence_between_two_chunks_is_nobody_s_as_long_as_one_may_be_made() -> None:
    it = noted((100, 50_000), is_between=True)
    assert it.pace(LATELY_MS, gap_ms=GAP_MS, now_ms=10_000 + GAP_MS) == Pace(50_000, 100)
    assert it.pace(LATELY_MS, gap_ms=GAP_MS, now_ms=10_000 + GAP_MS + 100) == Pace(50_000, 200)
