"""Placing titles onto appliances."""

from matinee_backend.records import DAY_MS
from matinee_backend.settings import PlacementSettings
from tests.support.clock import HandClock
from tests.support.placement import Fleet

NOW_WALL_MS = HandClock().wall_ms()


async def test_an_exchange_holds_everything_and_an_isp_appliance_what_fits() -> None:
    it = Fleet(settings=PlacementSettings(shelf_bytes=20))
    it.join("exchange", "isp-a", "origin")
    for days, title_id in enumerate(("old", "mid", "new")):
        await it.add(title_id, size_bytes=10, added_wall_ms=NOW_WALL_MS - DAY_MS * (100 - days))
    assert await it.placed("exchange") == ["new", "mid", "old"]
    assert await it.placed("isp-a") == ["new", "mid"]
    assert await it.placed("origin") == []
    assert await it.placed("nobody") == []


async def test_what_is_watched_comes_first_and_where_it_is_watched() -> None:
    it = Fleet(settings=PlacementSettings(shelf_bytes=10, regions={"north": ("NO",), "south": ("IT",)}))
    it.join("isp-a", region="north")
    it.join("isp-b", region="south")
    await it.add("fjord", "vespa", size_bytes=10)
    for day in range(1, 8):
        await it.watch("fjord", viewers=5, wall_ms=NOW_WALL_MS - day * DAY_MS, country="NO")
        await it.watch("vespa", viewers=9, wall_ms=NOW_WALL_MS - day * DAY_MS, country="IT")
    assert await it.placed("isp-a") == ["fjord"]
    assert await it.placed("isp-b") == ["vespa"]


async def test_a_group_is_told_who_holds_what_and_whom_to_fill_from() -> None:
    it = Fleet(settings=PlacementSettings(shelf_bytes=10, rate_kbps=7, from_minute=60, until_minute=90))
    it.join("isp-a", "isp-b", group="oslo")
    it.join("exchange", "origin")
    await it.add("heat", size_bytes=10)
    placement = await it.placer.placement_for("isp-a")
    [title] = placement.titles
    assert (title.title_id, title.size_bytes, title.index_sha256) == ("heat", 10, "index of heat")
    assert title.holders == ("isp-b",)
    assert [peer.name for peer in placement.peers] == ["isp-b"]
    assert [parent.name for parent in placement.parents] == ["exchange", "origin"]
    assert [(it.from_minute, it.until_minute) for it in placement.windows] == [(60, 90)]
    assert placement.rate_kbps == 7


async def test_a_new_title_is_placed_within_seconds() -> None:
    clock = HandClock()
    it = Fleet(clock=clock)
    it.join("isp-a")
    assert await it.placed("isp-a") == []
    await it.add("heat")
    clock.move(1_000)
    assert await it.placed("isp-a") == ["heat"]


async def test_a_plan_is_kept_until_it_is_old_and_other_processes_follow_it() -> None:
    clock = HandClock()
    settings = PlacementSettings(shelf_bytes=10)
    it = Fleet(clock=clock, settings=settings)
    it.join("isp-a")
    await it.add("heat", "ronin", size_bytes=10)
    assert await it.placed("isp-a") == ["heat"]
    for day in range(1, 8):
        await it.watch("ronin", viewers=9, wall_ms=NOW_WALL_MS - day * DAY_MS)
    clock.move(settings.plan_every_ms // 2)
    it.placer = it.new_placer(settings)
    assert await it.placed("isp-a") == ["heat"]
    clock.move(settings.plan_every_ms)
    assert await it.placed("isp-a") == ["ronin"]
    plan = await it.plans.plan("isp-a")
    assert plan is not None
    assert plan.moved_bytes == 10


async def test_only_one_of_a_region_fetches_by_day_and_before_a_release_that_is_far_nobody_does() -> None:
    it = Fleet()
    it.join("exchange-a", "exchange-b", "isp-a")
    await it.add("heat")
    await it.add("sequel", release=NOW_WALL_MS + 3 * DAY_MS)
    urgent = {
        (name, title.title_id)
        for name in ("exchange-a", "exchange-b", "isp-a")
        for title in (await it.placer.placement_for(name)).titles
        if title.is_urgent
    }
    assert len(urgent) == 1
    assert {title_id for _, title_id in urgent} == {"heat"}


async def test_an_operator_may_say_that_a_title_is_urgent() -> None:
    it = Fleet(settings=PlacementSettings(urgent=("heat",)))
    it.join("exchange", "isp-a")
    await it.add("heat")
    assert [title.is_urgent for title in (await it.placer.placement_for("isp-a")).titles] == [True]


async def test_a_title_is_placed_before_its_release_and_says_when_that_is() -> None:
    it = Fleet()
    it.join("isp-a")
    await it.add("sequel", release=NOW_WALL_MS + 3 * DAY_MS)
    [title] = (await it.placer.placement_for("isp-a")).titles
    assert title.released_wall_ms == NOW_WALL_MS + 3 * DAY_MS
