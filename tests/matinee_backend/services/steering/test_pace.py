"""So many questions a second."""

from matinee_backend.services.steering.pace import Pace


def admitted(pace: Pace, *, asked: int, now_ms: int) -> int:
    return sum(pace.admits(now_ms=now_ms) for _ in range(asked))


def test_a_second_brings_a_seconds_worth() -> None:
    pace = Pace(10)
    assert [admitted(pace, asked=100, now_ms=now_ms) for now_ms in (0, 500, 1_500)] == [10, 5, 10]


def test_who_waits_long_does_not_save_up() -> None:
    pace = Pace(10)
    assert admitted(pace, asked=100, now_ms=3_600_000) == 10
