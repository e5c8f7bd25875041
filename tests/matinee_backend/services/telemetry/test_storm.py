"""Storms of retries."""

from matinee.wire.telemetry import TelemetryEvent
from matinee_backend.services.telemetry.storm import LATELY_MS, LEAST_FAILURES, USUAL_MS, StormWatch
from tests.support.tellings import error, happened, started, told

NOW_MS = USUAL_MS


def watch(*, usual: int, starts: int, failures: int) -> StormWatch:
    it = StormWatch()
    early = [(started(), NOW_MS - LATELY_MS - 5_000 - number * 500) for number in range(usual)]
    late: list[tuple[TelemetryEvent, int]] = [(started(), NOW_MS)] * starts + [(error(), NOW_MS)] * failures
    for event, at_ms in [*early, *late]:
        [one] = happened(told(event, heard_wall_ms=at_ms))
        it.note(one, wall_ms=NOW_MS)
    return it


def test_many_failures_at_once_are_a_storm() -> None:
    signal = watch(usual=29, starts=10, failures=LEAST_FAILURES).signal(wall_ms=NOW_MS)
    assert (signal.is_on, signal.tries, signal.failures, signal.usual_tries) == (True, 60, 50, 1)
    assert not watch(usual=0, starts=0, failures=LEAST_FAILURES).signal(wall_ms=NOW_MS + LATELY_MS + 5_000).is_on


def test_a_rush_in_which_little_fails_is_none_nor_are_a_few_failures() -> None:
    assert not watch(usual=29, starts=500, failures=LEAST_FAILURES).signal(wall_ms=NOW_MS).is_on
    assert not watch(usual=0, starts=0, failures=LEAST_FAILURES - 1).signal(wall_ms=NOW_MS).is_on


def test_what_is_usual_is_none() -> None:
    assert not watch(usual=500, starts=0, failures=LEAST_FAILURES).signal(wall_ms=NOW_MS).is_on
