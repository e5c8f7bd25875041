"""Which places serve a session, best first, and why."""

from collections import Counter
from typing import Any

import pytest

from matinee.wire.steering import HEARTBEAT_EXPIRY_MS, HEARTBEAT_LATE_MS, Utilization
from matinee_backend.services.steering.fleet import Fleet
from matinee_backend.services.steering.ranking import MOST_NAMED, Asked
from tests.support.fleets import NOW_WALL_MS, TITLE, TTL_MS, fleet_of, hear, names, ranking, stand

FULL = 900


def near(fleet: Fleet, *, isp: int = 0, helper: int = 0, exchange: int = 0) -> Fleet:
    """A site that announces the client, one that helps it out, the exchange of the region, so full; and the origin."""
    for name, permille in (("isp-a", isp), ("isp-b", helper), ("exchange", exchange), ("origin", 0)):
        hear(fleet, name, full_permille=permille)
    stand(fleet, "isp-a", subnets=("10.0.0.0/8",), cluster="c", region="eu")
    stand(fleet, "isp-b", subnets=("11.0.0.0/8",), cluster="c", region="eu")
    stand(fleet, "exchange", region="eu")
    return fleet


def firsts(fleet: Fleet, *, sessions: int = 400, **asked: Any) -> Counter[str]:
    return Counter(names(ranking(fleet, f"s{n}", **asked))[0] for n in range(sessions))


def test_without_a_map_the_nearest_kind_comes_first_and_the_origin_serves_nobody() -> None:
    fleet = fleet_of()
    hear(fleet, "origin", "exchange", "isp-a")
    assert names(ranking(fleet)) == ["isp-a", "exchange"]


def test_the_origin_serves_when_nobody_else_can() -> None:
    fleet = fleet_of()
    hear(fleet, "origin")
    hear(fleet, "isp-a", titles=("other",))
    assert names(ranking(fleet)) == ["origin"]
    assert names(ranking(fleet_of())) == []


def test_who_lacks_the_title_drains_or_is_silent_is_left_out_and_it_is_said_why() -> None:
    fleet = fleet_of()
    hear(fleet, "isp-a", titles=("other",))
    hear(fleet, "isp-b", is_draining=True)
    hear(fleet, "isp-c")
    hear(fleet, "isp-d", wall_ms=NOW_WALL_MS - HEARTBEAT_EXPIRY_MS - 1)
    found = ranking(fleet)
    assert names(found) == ["isp-c"]
    said = {it.heard.appliance: verdict for _, verdict, it in found.left_out}
    assert said == {"isp-a": "lacks", "isp-b": "drains", "isp-d": "silent"}


def test_nearness_goes_from_the_clients_site_to_its_helpers_to_the_exchange() -> None:
    found = ranking(near(fleet_of("cdn")))
    assert [(it.name, it.nearness) for it in found.places] == [
        ("isp-a", "home"),
        ("isp-b", "cluster"),
        ("exchange", "region"),
        ("cdn", "commercial"),
    ]


def test_a_client_whom_nobody_announces_goes_to_exchanges() -> None:
    assert names(ranking(near(fleet_of()), address="192.0.2.1")) == ["exchange"]
    assert names(ranking(near(fleet_of()), address="")) == ["exchange"]


def test_other_regions_are_asked_only_when_there_is_not_enough_near_by() -> None:
    for fleet, expected in (
        (near(fleet_of()), ["isp-a", "isp-b", "exchange"]),
        (near(fleet_of(), isp=FULL, helper=FULL), ["exchange", "exchange-far", "isp-a", "isp-b"]),
    ):
        hear(fleet, "exchange-far")
        stand(fleet, "exchange-far", region="us")
        assert names(ranking(fleet)) == expected


def test_a_site_that_announces_a_shorter_prefix_comes_behind_the_helpers() -> None:
    fleet = near(fleet_of())
    hear(fleet, "exchange-x")
    stand(fleet, "exchange-x", subnets=("0.0.0.0/0",), region="us")
    found = ranking(fleet)
    assert [(it.name, it.nearness) for it in found.places][2:] == [("exchange-x", "covering"), ("exchange", "region")]


def test_equally_near_ones_share_the_sessions_and_each_session_keeps_its_order() -> None:
    fleet = fleet_of()
    hear(fleet, "isp-a", "isp-b")
    found = firsts(fleet)
    assert 160 < found["isp-a"] < 240
    assert firsts(fleet) == found


def test_beyond_the_mark_sessions_go_to_helpers_in_proportion_and_the_others_stay() -> None:
    found = firsts(near(fleet_of(), isp=1_000), current="isp-a")
    assert set(found) == {"isp-a", "isp-b"}
    assert 70 < found["isp-b"] < 130


def test_nobody_new_is_sent_to_who_is_full() -> None:
    assert firsts(near(fleet_of(), isp=850)) == Counter({"isp-b": 400})
    assert firsts(near(fleet_of(), isp=850, helper=850)) == Counter({"exchange": 400})


def test_when_all_are_full_the_commercial_network_comes_first_and_ours_behind_it() -> None:
    found = ranking(near(fleet_of("cdn"), isp=850, helper=850, exchange=850))
    assert names(found) == ["cdn", "isp-a", "isp-b", "exchange"]
    assert {it.verdict for it in found.places[1:]} <= {"full", "moves"}


def test_without_a_commercial_network_the_full_ones_serve() -> None:
    assert names(ranking(near(fleet_of(), isp=850, helper=850, exchange=850))) == ["isp-a", "isp-b", "exchange"]


def test_who_was_sent_since_the_last_heartbeat_counts() -> None:
    fleet = near(fleet_of(), isp=700)
    sent = Counter(
        fleet.send(Asked(f"s{n}", TITLE), address="10.0.0.1", wall_ms=NOW_WALL_MS).places[0].name for n in range(400)
    )
    # A tenth of 10 Gb/s is left: 200 sessions of 5 Mb/s.
    assert sent == Counter({"isp-a": 200, "isp-b": 200})


def test_a_session_that_sits_well_comes_home_only_when_there_is_room_for_sure() -> None:
    assert names(ranking(near(fleet_of(), isp=750), current="isp-b"))[0] == "isp-b"
    assert names(ranking(near(fleet_of(), isp=750), current="exchange"))[0] == "isp-b"
    assert names(ranking(near(fleet_of("cdn"), isp=750, helper=750, exchange=750), current="cdn"))[0] == "cdn"
    assert names(ranking(near(fleet_of("cdn"), isp=650), current="cdn"))[0] == "isp-a"


def test_a_session_that_must_go_takes_what_there_is() -> None:
    assert names(ranking(near(fleet_of(), isp=750), current="gone"))[0] == "isp-a"


def test_a_session_stays_where_it_is_while_nobody_is_nearer() -> None:
    fleet = fleet_of()
    hear(fleet, "isp-a", "isp-b")
    assert firsts(fleet, current="isp-b") == Counter({"isp-b": 400})


@pytest.mark.parametrize("used", [Utilization(error_permille=200), Utilization(first_byte_ms=3_000)])
def test_who_is_not_well_comes_last_also_behind_those_for_money(used: Utilization) -> None:
    fleet = near(fleet_of("cdn"))
    hear(fleet, "isp-a", used=used, wall_ms=NOW_WALL_MS + 1)
    assert names(ranking(fleet)) == ["isp-b", "exchange", "cdn", "isp-a"]


def test_who_missed_heartbeats_comes_last_before_it_is_left_out() -> None:
    fleet = near(fleet_of())
    now_ms = NOW_WALL_MS + HEARTBEAT_LATE_MS + 1
    hear(fleet, "isp-b", "exchange", "origin", wall_ms=now_ms)
    assert names(ranking(fleet, wall_ms=now_ms)) == ["isp-b", "exchange", "isp-a"]


def test_who_served_this_session_slowly_comes_behind_who_has_room() -> None:
    assert names(ranking(near(fleet_of("cdn")), slow=frozenset({"isp-a"}))) == ["isp-b", "exchange", "isp-a", "cdn"]


def test_a_list_is_short_and_reaches_beyond_one_tier() -> None:
    fleet = near(fleet_of("cdn"))
    for n in range(40):
        hear(fleet, f"isp-{n}")
        stand(fleet, f"isp-{n}", site="isp-a", subnets=("10.0.0.0/8",), cluster="c", region="eu")
    found = ranking(fleet)
    assert len(found.places) <= MOST_NAMED
    assert {it.nearness for it in found.places} == {"home", "cluster", "region", "commercial"}
    assert sum(verdict == "far" for _, verdict, _ in found.left_out) >= 30


def test_sessions_come_back_to_an_appliance_that_was_relieved() -> None:
    fleet = near(fleet_of(), isp=1_000)
    for beat in range(1, 30):
        hear(fleet, "isp-a", full_permille=300, wall_ms=NOW_WALL_MS + beat * 2_000)
        hear(fleet, "isp-b", "exchange", wall_ms=NOW_WALL_MS + beat * 2_000)
    assert TTL_MS < 29 * 2_000
    found = Counter(
        names(ranking(fleet, f"s{n}", current="isp-b", wall_ms=NOW_WALL_MS + 58_000))[0] for n in range(100)
    )
    assert found == Counter({"isp-a": 100})
