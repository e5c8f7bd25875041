"""An alarm rings once, at the time that was set last."""

import pytest

from matinee.runtime.alarm import Alarm
from matinee.runtime.tasks import Tasks
from matinee.testing.clock import VirtualClock, run_virtual


@pytest.mark.parametrize(
    ("settings", "rings"),
    [
        ({0: 500}, [500]),
        ({0: 500, 100: 900}, [900]),
        ({0: 500, 100: 900, 200: 700}, [700]),
        ({0: 500, 100: 300}, [300]),
        ({0: 500, 600: 800}, [500, 800]),
        ({0: 500, 100: 50}, [100]),
    ],
)
def test_it_rings_once_at_the_time_set_last(settings: dict[int, int], rings: list[int]) -> None:
    async def story(clock: VirtualClock) -> list[int]:
        began_ms, rung_ms = clock.now_ms(), list[int]()
        async with Tasks() as tasks:
            alarm = Alarm(clock, tasks, lambda: rung_ms.append(clock.now_ms() - began_ms))
            for at_ms, due_ms in settings.items():
                await clock.wait_until(began_ms + at_ms)
                alarm.set(began_ms + due_ms)
            await clock.wait_until(began_ms + 2_000)
        return rung_ms

    assert run_virtual(story) == rings
