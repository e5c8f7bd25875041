"""The map of announced subnets."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matinee.errors import RequestInvalid
from matinee_backend.services.steering.subnets import MOST_GROUPS, SubnetMap, is_address, packed


def map_of(announced: dict[str, list[str]]) -> SubnetMap:
    return SubnetMap({site: [packed(subnets)] for site, subnets in announced.items()})


def test_the_longest_prefix_comes_first_and_those_around_it_follow() -> None:
    it = map_of({"city": ["10.1.0.0/16"], "country": ["10.0.0.0/8"], "world": ["0.0.0.0/0"]})
    assert it.reach("10.1.2.3") == (("city",), ("country",), ("world",))
    assert it.reach("10.2.0.1") == (("country",), ("world",))
    assert it.reach("9.255.255.255") == it.reach("11.0.0.0") == (("world",),)


def test_sites_that_announce_the_same_stand_side_by_side() -> None:
    assert map_of({"b": ["10.0.0.0/8"], "a": ["10.0.0.0/8"]}).reach("10.9.9.9") == (("a", "b"),)


def test_both_families_are_looked_up_and_a_mapped_address_is_one_of_ipv4() -> None:
    it = map_of({"a": ["10.0.0.0/8", "2001:db8::/32"], "b": ["2001:db8:0:ff00::/56"]})
    assert it.reach("::ffff:10.0.0.1") == (("a",),)
    assert it.reach("2001:db8:0:ff12::1") == (("b",), ("a",))
    assert it.reach("2001:db9::1") == ()


@pytest.mark.parametrize("address", ["", "10.0.0", "10.0.0.256", "a name", "::g", "10.0.0.1\x00", "1:2"])
def test_what_is_no_address_is_near_to_nobody(address: str) -> None:
    assert map_of({"a": ["0.0.0.0/0", "::/0"]}).reach(address) == ()
    assert not is_address(address)


@pytest.mark.parametrize("subnet", ["10.0.0.1/8", "10.0.0.0/33", "2001:db8::/57", "::1/128", "nonsense/8"])
def test_what_no_network_announces_is_refused(subnet: str) -> None:
    with pytest.raises(RequestInvalid):
        packed([subnet])


def test_without_announcements_there_is_no_map() -> None:
    assert SubnetMap({}).is_empty
    assert map_of({"a": []}).is_empty
    assert not map_of({"a": ["10.0.0.0/8"]}).is_empty


networks = st.builds(
    lambda value, length: str(ip_network((value >> (32 - length) << (32 - length), length))),
    st.integers(0, (1 << 32) - 1).map(lambda value: value & 0x0F0F0FFF),
    st.integers(0, 32),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(networks, max_size=8)), st.integers(0, (1 << 32) - 1))
def test_it_finds_what_a_walk_over_all_prefixes_finds(announced: dict[str, list[str]], value: int) -> None:
    bounds = [ip_network(it) for subnets in announced.values() for it in subnets]
    it = map_of(announced)
    edges = [it.network_address for it in bounds] + [it.broadcast_address for it in bounds]
    for address in [ip_address(value), *edges]:
        covering = {ip_network(it) for subnets in announced.values() for it in subnets if address in ip_network(it)}
        expected = [
            tuple(sorted(site for site, subnets in announced.items() if str(network) in subnets))
            for network in sorted(covering, key=lambda network: -network.prefixlen)
        ]
        assert it.reach(str(address)) == tuple(expected[:MOST_GROUPS])


def test_a_range_costs_a_dozen_bytes_at_most() -> None:
    it = map_of({f"s{n}": [f"10.{n}.0.0/16", f"2001:db8:{n:x}::/48"] for n in range(200)})
    assert it.size_bytes <= 12 * 2 * 400
