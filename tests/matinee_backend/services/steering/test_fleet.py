"""The fleet: what changes with heartbeats and announcements, and what is forgotten."""

import pytest

from matinee.errors import RequestInvalid
from matinee.wire.steering import Announcement
from matinee_backend.services.steering.fleet import FORGET_AFTER_MS, SMALL
from matinee_backend.services.steering.ranking import Asked
from tests.support.control_plane import appliance
from tests.support.fleets import NOW_WALL_MS, TITLE, fleet_of, hear, names, ranking, stand


def test_a_late_copy_of_an_older_heartbeat_changes_nothing() -> None:
    fleet = fleet_of()
    hear(fleet, "isp-a")
    hear(fleet, "isp-a", wall_ms=NOW_WALL_MS - 1, is_draining=True)
    assert names(ranking(fleet)) == ["isp-a"]


def test_a_heartbeat_alone_does_not_ask_for_another_atlas() -> None:
    fleet = fleet_of()
    hear(fleet, "isp-a")
    hear(fleet, "isp-a", wall_ms=NOW_WALL_MS + 1)
    assert not fleet.is_moved
    fleet.hear(appliance("isp-b", heard_wall_ms=NOW_WALL_MS + 1))
    assert fleet.is_moved


def test_the_same_announcement_again_changes_nothing() -> None:
    fleet = fleet_of()
    hear(fleet, "isp-a")
    stand(fleet, "isp-a", subnets=("10.0.0.0/8",))
    assert fleet.announce(Announcement(appliance="isp-a", subnets=("10.0.0.0/8",))) == 1
    assert not fleet.is_moved
    assert fleet.announce(Announcement(appliance="isp-a", subnets=("11.0.0.0/8",), site="x")) == 1
    assert fleet.is_moved


def test_while_a_new_atlas_is_made_the_old_one_answers_and_later_changes_are_not_lost() -> None:
    fleet = fleet_of()
    hear(fleet, "isp-a", "isp-b")
    fleet.announce(Announcement(appliance="isp-a", subnets=("10.0.0.0/8",)))
    make = fleet.chart()
    fleet.announce(Announcement(appliance="isp-b", subnets=("10.0.0.0/16",)))
    assert sorted(names(ranking(fleet))) == ["isp-a", "isp-b"]
    fleet.use(make())
    assert names(ranking(fleet)) == ["isp-a"]
    assert fleet.is_moved
    fleet.use(fleet.chart()())
    assert names(ranking(fleet)) == ["isp-b", "isp-a"]
    assert fleet.around("10.0.0.1") == (("isp-b",), ("isp-a",))


def test_subnets_that_are_none_leave_the_last_ones_standing() -> None:
    fleet = fleet_of()
    hear(fleet, "isp-a")
    stand(fleet, "isp-a", subnets=("10.0.0.0/8",))
    with pytest.raises(RequestInvalid):
        fleet.announce(Announcement(appliance="isp-a", subnets=("10.0.0.1/8",)))
    assert (fleet.prefixes, fleet.is_moved) == (1, False)


def test_asking_for_a_ranking_sends_nobody() -> None:
    fleet = fleet_of()
    hear(fleet, "isp-a")
    for _ in range(1_000):
        ranking(fleet)
    [place] = ranking(fleet).places
    assert place.standing is not None
    assert place.standing.room.expected_ppm == 0
    fleet.send(Asked("s1", TITLE), address="", wall_ms=NOW_WALL_MS)
    fleet.send(Asked("s1", TITLE, current="isp-a"), address="", wall_ms=NOW_WALL_MS)
    assert place.standing.room.expected_ppm == place.standing.room.step_ppm


def test_who_was_silent_for_very_long_is_forgotten_with_all_that_it_said() -> None:
    fleet = fleet_of()
    hear(fleet, "isp-a", titles=("old",))
    stand(fleet, "isp-a", subnets=("10.0.0.0/8",))
    old = appliance("isp-a", titles=("old",)).shelf
    hear(fleet, "isp-b", wall_ms=NOW_WALL_MS + FORGET_AFTER_MS + 1)
    fleet.tidy(wall_ms=NOW_WALL_MS + FORGET_AFTER_MS + 1)
    assert not fleet.knows_place("isp-a")
    assert not fleet.knows_shelf(old)
    fleet.use(fleet.chart()())
    assert fleet.around("10.0.0.1") == ()


def test_a_fleet_is_small_by_its_appliances_and_prefixes_together() -> None:
    fleet = fleet_of()
    stand(fleet, "isp-a", subnets=tuple(f"10.{n >> 8}.{n & 255}.0/24" for n in range(SMALL)))
    assert fleet.is_small
    hear(fleet, "isp-a")
    assert not fleet.is_small
