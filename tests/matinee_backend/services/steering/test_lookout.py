"""The fleet in memory follows the directory, which others write too."""

import pytest

from matinee.errors import ServiceUnavailable
from matinee.wire.steering import HEARTBEAT_EVERY_MS, Announcement
from matinee_backend.adapters.memory import MemoryAppliances
from matinee_backend.records import HeardAppliance
from matinee_backend.services.steering.fleet import SMALL
from matinee_backend.services.steering.lookout import TIDY_EVERY_MS, Lookout
from matinee_backend.settings import SteeringSettings
from tests.support.control_plane import AheadClock, appliance
from tests.support.fleets import TITLE, names, ranking

SETTINGS = SteeringSettings()


class CountingDirectory(MemoryAppliances):
    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.is_broken = False

    async def heard_since(self, wall_ms: int) -> tuple[HeardAppliance, ...]:
        self.reads += 1
        if self.is_broken:
            raise ServiceUnavailable("Broken.")
        return await super().heard_since(wall_ms)


async def beat(directory: MemoryAppliances, name: str, *, clock: AheadClock) -> None:
    """As another process hears it."""
    heard = appliance(name, titles=(TITLE,), heard_wall_ms=clock.wall_ms())
    await directory.keep_shelf(heard.shelf, (TITLE,))
    await directory.hear(heard)


def made() -> tuple[Lookout, CountingDirectory, AheadClock]:
    directory, clock = CountingDirectory(), AheadClock()
    return Lookout(directory, clock=clock, settings=SETTINGS), directory, clock


async def found(lookout: Lookout, clock: AheadClock, **asked: str) -> list[str]:
    return sorted(names(ranking(await lookout.look(), wall_ms=clock.wall_ms(), **asked)))


async def test_what_another_process_heard_is_known_a_moment_later() -> None:
    lookout, directory, clock = made()
    await beat(directory, "isp-a", clock=clock)
    assert await found(lookout, clock) == ["isp-a"]
    await beat(directory, "isp-b", clock=clock)
    assert await found(lookout, clock) == ["isp-a"]
    clock.ahead_ms += SETTINGS.refresh_every_ms
    assert await found(lookout, clock) == ["isp-a", "isp-b"]


async def test_what_is_heard_here_counts_at_once() -> None:
    lookout, _, clock = made()
    assert await found(lookout, clock) == []
    heard = appliance("isp-a", titles=(TITLE,), heard_wall_ms=clock.wall_ms())
    assert await lookout.hear(heard, titles=(TITLE,))
    assert await found(lookout, clock) == ["isp-a"]


async def test_titles_are_asked_for_until_somebody_has_told_what_the_digest_stands_for() -> None:
    lookout, _, clock = made()
    first, second = (appliance(name, titles=(TITLE,), heard_wall_ms=clock.wall_ms()) for name in ("isp-a", "isp-b"))
    assert not await lookout.hear(first, titles=None)
    assert await lookout.hear(second, titles=(TITLE,))
    assert await lookout.hear(first, titles=None)


async def test_many_questions_are_one_look_at_the_directory() -> None:
    lookout, directory, clock = made()
    for _ in range(100):
        await found(lookout, clock)
    assert directory.reads == 1


async def test_where_everybody_stands_survives_a_restart() -> None:
    lookout, directory, clock = made()
    assert await lookout.announce(Announcement(appliance="isp-a", subnets=("10.0.0.0/8",))) == 1
    await beat(directory, "isp-a", clock=clock)
    restarted = Lookout(directory, clock=clock, settings=SETTINGS)
    assert await found(restarted, clock, address="10.0.0.1") == ["isp-a"]
    assert await found(restarted, clock, address="192.0.2.1") == []


async def test_a_directory_that_breaks_down_later_leaves_the_fleet_as_it_was() -> None:
    lookout, directory, clock = made()
    directory.is_broken = True
    with pytest.raises(ServiceUnavailable):
        await lookout.look()
    directory.is_broken = False
    await beat(directory, "isp-a", clock=clock)
    assert await found(lookout, clock) == ["isp-a"]
    directory.is_broken = True
    clock.ahead_ms += HEARTBEAT_EVERY_MS
    assert await found(lookout, clock) == ["isp-a"]


async def test_a_large_map_is_made_beside_the_questions() -> None:
    lookout, directory, clock = made()
    subnets = tuple(f"10.{n >> 8}.{n & 255}.0/24" for n in range(SMALL + 1))
    await beat(directory, "isp-a", clock=clock)
    assert await found(lookout, clock, address="192.0.2.1") == ["isp-a"]
    await lookout.announce(Announcement(appliance="isp-a", subnets=subnets))
    while await found(lookout, clock, address="192.0.2.1"):
        await clock.wait_until(clock.now_ms() + 1)
    assert await found(lookout, clock, address="10.0.0.1") == ["isp-a"]


async def test_a_large_map_is_there_at_the_first_question_after_a_restart() -> None:
    lookout, directory, clock = made()
    subnets = tuple(f"10.{n >> 8}.{n & 255}.0/24" for n in range(SMALL + 1))
    await lookout.announce(Announcement(appliance="isp-a", subnets=subnets))
    await beat(directory, "isp-a", clock=clock)
    assert await found(Lookout(directory, clock=clock, settings=SETTINGS), clock, address="10.0.0.1") == ["isp-a"]


async def test_now_and_then_it_tidies_up() -> None:
    lookout, directory, clock = made()
    await beat(directory, "isp-a", clock=clock)
    await found(lookout, clock)
    heard = appliance("isp-a", titles=("other",), heard_wall_ms=clock.wall_ms() + 1)
    await lookout.hear(heard, titles=("other",))
    clock.ahead_ms += TIDY_EVERY_MS
    await lookout.look()
    assert not lookout.fleet.knows_shelf(appliance("isp-a", titles=(TITLE,)).shelf)
