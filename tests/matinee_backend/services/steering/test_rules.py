"""Which appliances serve a session, best first."""

from typing import Any

import pytest

from matinee.errors import RequestInvalid
from matinee.wire.play import OcaUrl
from matinee_backend.records import HeardAppliance
from matinee_backend.services.steering.rules import (
    MediaToken,
    check_heartbeat,
    heard,
    oca_urls,
    ranked,
    steering_url,
)
from tests.support.control_plane import appliance, heartbeat

TITLE = {"sintel"}


def names(*appliances: HeardAppliance, session_id: str = "s1") -> list[str]:
    found = ranked(appliances, title_id="sintel", session_id=session_id, load_step=16)
    return [each.appliance for each in found]


def test_the_nearest_kind_comes_first_and_the_origin_serves_nobody() -> None:
    assert names(
        appliance("origin", titles=TITLE), appliance("exchange", titles=TITLE), appliance("isp-a", titles=TITLE)
    ) == ["isp-a", "exchange"]


def test_the_origin_serves_when_nobody_else_can() -> None:
    assert names(appliance("origin", titles=TITLE), appliance("isp-a", titles={"other"})) == ["origin"]


def test_who_lacks_the_title_or_drains_is_left_out() -> None:
    assert names(
        appliance("isp-a", titles={"other"}),
        appliance("isp-b", titles=TITLE, is_draining=True),
        appliance("isp-c", titles=TITLE),
    ) == ["isp-c"]
    assert names() == []


def test_of_a_kind_the_less_loaded_comes_first_for_every_session() -> None:
    busy, idle = appliance("isp-a", titles=TITLE, connections=40), appliance("isp-b", titles=TITLE, connections=3)
    assert all(names(busy, idle, session_id=f"s{n}") == ["isp-b", "isp-a"] for n in range(20))


def test_equally_loaded_ones_share_the_sessions_and_each_session_keeps_its_order() -> None:
    both = (
        appliance("isp-a", titles=TITLE, connections=1),
        appliance("isp-b", titles=TITLE, connections=5),
    )
    firsts = [names(*both, session_id=f"s{n}")[0] for n in range(200)]
    assert 60 < firsts.count("isp-a") < 140
    assert all(names(*reversed(both), session_id=f"s{n}")[0] == first for n, first in enumerate(firsts))


def test_each_url_is_the_titles_folder_with_the_token_in_its_path() -> None:
    assert oca_urls([appliance("isp-a", titles=TITLE)], title_id="sintel", token=MediaToken("tok", 9)) == (
        OcaUrl(appliance="isp-a", url="http://isp-a.example/t/tok/titles/sintel/", exp_wall_ms=9),
    )
    assert steering_url("http://c.example", session_id="s1", token="tok") == "http://c.example/v1/steering/s1?token=tok"


def test_a_heartbeat_becomes_what_the_directory_keeps() -> None:
    told = heartbeat("isp-a", titles=("a", "b"), connections=3, draining=True)
    assert heard(told) == appliance("isp-a", titles={"a", "b"}, connections=3, is_draining=True)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "mirror"},
        {"base_url": "http://isp-a.example/"},
        {"base_url": "ftp://isp-a.example"},
        {"base_url": "http://"},
        {"base_url": "http://isp-a.example?x=1"},
    ],
)
def test_a_heartbeat_that_players_could_not_use_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(RequestInvalid):
        check_heartbeat(heartbeat("isp-a", **changes), appliance_id="isp-a")


def test_an_appliance_speaks_for_itself_alone() -> None:
    check_heartbeat(heartbeat("isp-a"), appliance_id="isp-a")
    with pytest.raises(RequestInvalid):
        check_heartbeat(heartbeat("isp-a"), appliance_id="isp-b")
