"""Of each place on the network, who is near to it."""

from typing import Any

from matinee.wire.steering import Announcement, Utilization
from matinee_backend.services.steering.atlas import Atlas, Standing, is_well
from matinee_backend.services.steering.subnets import SubnetMap, packed
from tests.support.control_plane import appliance


def standing(name: str, *, link_kbps: int = 0, **where: Any) -> Standing:
    heard = appliance(name, used=Utilization(link_kbps=link_kbps))
    return Standing(heard, titles=frozenset(), place=Announcement(appliance=name, **where))


def tiers(atlas: Atlas, address: str) -> dict[str, list[str]]:
    return {
        tier.nearness: [it.heard.appliance for block in tier.blocks for it in block.standings]
        for tier in atlas.area(address)
        if tier.blocks
    }


def atlas_of(*standings: Standing, **announced: str) -> Atlas:
    return Atlas(standings, SubnetMap({site: [packed([subnet])] for site, subnet in announced.items()}))


def test_appliances_of_a_site_stand_together_and_weigh_what_their_links_carry() -> None:
    pair = standing("isp-a", site="vienna", link_kbps=3), standing("isp-b", site="vienna", link_kbps=4)
    [home, *_] = atlas_of(*pair, vienna="10.0.0.0/8").area("10.0.0.1")
    assert [(block.capacity_kbps, len(block.standings)) for block in home.blocks] == [(7, 2)]


def test_an_appliance_in_two_tiers_is_named_in_the_nearer_one() -> None:
    atlas = atlas_of(
        standing("isp-a", site="a", cluster="c", region="eu"),
        standing("isp-b", site="b", cluster="c", region="eu"),
        standing("exchange-x", site="x", region="eu"),
        a="10.0.0.0/8",
        b="10.0.0.0/7",
        x="10.0.0.0/8",
    )
    assert tiers(atlas, "10.0.0.1") == {"home": ["isp-a"], "cluster": ["isp-b"], "covering": ["exchange-x"]}


def test_who_announces_nothing_is_near_to_nobody_once_there_is_a_map() -> None:
    both = standing("isp-a", site="a"), standing("isp-b", site="b")
    assert tiers(atlas_of(*both), "10.0.0.1") == {"home": ["isp-a", "isp-b"]}
    assert tiers(atlas_of(*both, a="10.0.0.0/8"), "10.0.0.1") == {"home": ["isp-a"]}
    assert tiers(atlas_of(*both, a="10.0.0.0/8"), "192.0.2.1") == {}


def test_an_exchange_that_announces_the_client_brings_its_region() -> None:
    atlas = atlas_of(
        standing("exchange-x", site="x", region="eu"),
        standing("exchange-y", site="y", region="eu"),
        standing("exchange-z", site="z", region="us"),
        x="10.0.0.0/8",
    )
    expected = {"covering": ["exchange-x"], "region": ["exchange-y"], "elsewhere": ["exchange-z"]}
    assert tiers(atlas, "10.0.0.1") == expected


def test_an_appliance_is_well_while_it_answers_in_time_and_without_errors() -> None:
    assert is_well(Utilization(error_permille=99, first_byte_ms=1_999))
    assert not is_well(Utilization(error_permille=100))
    assert not is_well(Utilization(first_byte_ms=2_000))
