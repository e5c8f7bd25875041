"""What is said between steering and others."""

from typing import Any

import pytest

from matinee.errors import RequestInvalid
from matinee.wire.play import OcaUrl
from matinee.wire.steering import PathwayClone, UriReplacement, Utilization
from matinee_backend.services.steering.ranking import Placed
from matinee_backend.services.steering.rules import MediaToken, check_heartbeat, clones, heard, oca_urls
from tests.support.control_plane import appliance, heartbeat


def place(name: str, base_url: str = "") -> Placed:
    return Placed(name, base_url or f"http://{name}.example", "home", "takes", None)


def urls(*places: Placed) -> tuple[OcaUrl, ...]:
    return oca_urls(places, title_id="sintel", token=MediaToken("tok", 9))


def test_each_url_is_the_titles_folder_with_the_token_in_its_path() -> None:
    assert urls(place("isp-a")) == (
        OcaUrl(appliance="isp-a", url="http://isp-a.example/t/tok/titles/sintel/", exp_wall_ms=9),
    )


def test_other_places_are_clones_of_the_one_that_the_manifest_names() -> None:
    found = urls(place("isp-a"), place("isp-b", "http://b.example:81"), place("cdn", "https://cdn.example/matinee"))
    assert clones(found, base="isp-a") == (
        PathwayClone(base_id="isp-a", pathway_id="isp-b", replacement=UriReplacement(host="b.example:81")),
    )
    assert clones(found, base="gone") == clones(found, base="") == ()


def test_a_heartbeat_becomes_what_the_directory_keeps() -> None:
    used = Utilization(connections=3, sent_kbps=7)
    told = heartbeat("isp-a", titles=("a", "b"), used=used, draining=True)
    kept = appliance("isp-a", titles=("b", "a"), used=used, is_draining=True, heard_wall_ms=5)
    assert heard(told, wall_ms=5) == kept


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "mirror"},
        {"base_url": "http://isp-a.example/"},
        {"base_url": "ftp://isp-a.example"},
        {"base_url": "http://"},
        {"base_url": "http://isp-a.example?x=1"},
        {"shelf": "0" * 32},
    ],
)
def test_a_heartbeat_that_is_of_no_use_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(RequestInvalid):
        check_heartbeat(heartbeat("isp-a", **changes), appliance_id="isp-a")


def test_an_appliance_speaks_for_itself_alone() -> None:
    check_heartbeat(heartbeat("isp-a"), appliance_id="isp-a")
    with pytest.raises(RequestInvalid):
        check_heartbeat(heartbeat("isp-a"), appliance_id="isp-b")
