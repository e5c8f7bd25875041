from datetime import UTC, datetime

from matinee.clock import SystemClock


def test_monotonic_time_never_falls() -> None:
    clock = SystemClock()
    readings = [clock.now_ms() for _ in range(1_000)]
    assert readings == sorted(readings)


def test_wall_time_is_that_of_the_epoch() -> None:
    before_ms = int(datetime.now(UTC).timestamp() * 1_000)
    wall_ms = SystemClock().wall_ms()
    assert before_ms <= wall_ms <= int(datetime.now(UTC).timestamp() * 1_000) + 1


async def test_waiting_ends_only_once_the_moment_is_there() -> None:
    clock = SystemClock()
    for moment_ms in range(clock.now_ms() + 1, clock.now_ms() + 6):
        await clock.wait_until(moment_ms)
        assert clock.now_ms() >= moment_ms


async def test_a_moment_that_has_passed_is_not_waited_for() -> None:
    await SystemClock().wait_until(-1)


def test_all_clocks_of_the_machine_are_one() -> None:
    assert SystemClock() == SystemClock()
    assert len({SystemClock(), SystemClock()}) == 1
