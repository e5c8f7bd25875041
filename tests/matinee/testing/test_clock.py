"""Virtual time: nothing waits, everything happens in its order."""

import asyncio
import socket

import pytest

from matinee.testing.clock import MONDAY_WALL_MS, Deadlock, TimeExceeded, VirtualClock, run_virtual


def test_an_hour_of_sleep_is_over_at_once() -> None:
    async def story(clock: VirtualClock) -> tuple[int, int]:
        await asyncio.sleep(3_600)
        return clock.now_ms(), clock.wall_ms() - MONDAY_WALL_MS

    assert run_virtual(story) == (3_600_000, 3_600_000)


def test_timers_go_off_in_their_order_each_at_its_time() -> None:
    async def story(clock: VirtualClock) -> list[tuple[str, int]]:
        told: list[tuple[str, int]] = []

        async def say(word: str, at_ms: int) -> None:
            await clock.wait_until(at_ms)
            told.append((word, clock.now_ms()))

        async with asyncio.TaskGroup() as group:
            for word, at_ms in (("late", 700), ("early", 100), ("between", 300)):
                group.create_task(say(word, at_ms))
        return told

    assert run_virtual(story) == [("early", 100), ("between", 300), ("late", 700)]


def test_a_timeout_is_of_virtual_time() -> None:
    async def story(clock: VirtualClock) -> int:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(120):
                await asyncio.Event().wait()
        return clock.now_ms()

    assert run_virtual(story) == 120_000


@pytest.mark.parametrize("step_s", [0.1, 0.000_000_4, 1 / 3])
def test_sums_of_floats_neither_hold_time_up_nor_hurry_it(step_s: float) -> None:
    async def story(clock: VirtualClock) -> float:
        for _ in range(1_000):
            await asyncio.sleep(step_s)
        return asyncio.get_running_loop().time()

    assert step_s * 1_000 <= run_virtual(story) <= step_s * 1_000 + 1_000 * 1e-6


def test_time_stands_still_while_a_thread_would_work() -> None:
    async def story(clock: VirtualClock) -> tuple[int, int]:
        return await asyncio.to_thread(sum, range(100_000)), clock.now_ms()

    assert run_virtual(story) == (4_999_950_000, 0)


def test_what_a_thread_would_raise_is_raised_where_it_is_awaited() -> None:
    async def story(clock: VirtualClock) -> None:
        await asyncio.to_thread(int, "none")

    with pytest.raises(ValueError, match="none"):
        run_virtual(story)


def test_the_calendar_can_be_set_while_intervals_go_on() -> None:
    async def story(clock: VirtualClock) -> tuple[int, int]:
        await clock.wait_until(5_000)
        clock.set_wall(1_000)
        await clock.wait_until(6_000)
        return clock.now_ms(), clock.wall_ms()

    assert run_virtual(story, wall_ms=0) == (6_000, 2_000)


def test_waiting_for_what_cannot_come_is_told_with_who_waits() -> None:
    async def story(clock: VirtualClock) -> None:
        await asyncio.sleep(2)
        await asyncio.Event().wait()

    with pytest.raises(Deadlock, match=r"After 2000 ms[^$]*story in .*test_clock"):
        run_virtual(story)


def test_a_story_without_end_is_ended() -> None:
    async def story(clock: VirtualClock) -> None:
        for _ in range(1_000):
            await asyncio.sleep(1)

    with pytest.raises(TimeExceeded, match="60000 ms"):
        run_virtual(story, most_ms=60_000)


def test_a_real_socket_is_refused_with_what_to_do() -> None:
    async def story(clock: VirtualClock) -> None:
        here, there = socket.socketpair()
        with here, there:
            here.setblocking(False)
            await asyncio.get_running_loop().sock_recv(here, 1)

    with pytest.raises(RuntimeError, match="ScriptedNetwork"):
        run_virtual(story)
