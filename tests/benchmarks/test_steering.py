"""The fleet of the steering trial, made small: that it is what it says, and that the peer finds the same."""

from benchmarks.steering import BEGIN_WALL_MS, BySizes, Size, World, loaded

SMALL = Size(isp_sites=8, exchange_sites=2, appliances=40, prefixes=400, decisions=100)


def test_the_peer_finds_the_site_of_the_longest_prefix() -> None:
    world = World(SMALL)
    world.announce()
    world.beat(BEGIN_WALL_MS)
    world.fleet.use(world.fleet.chart()())
    peer = BySizes(world.subnets)
    found = [(world.fleet.around(address), peer.site(address)) for address in world.addresses(500)]
    assert all(site in reach[0] if reach else site is None for reach, site in found)
    assert sum(bool(reach) for reach, _ in found) >= 440


def test_everything_is_measured_on_one_fleet() -> None:
    it = loaded(SMALL, rounds=1)
    assert (it.appliances, it.prefixes) == (40, 400)
    assert 0 < it.decision_p50_us <= it.decision_p99_us
    assert min(it.decisions_per_s, it.documents_per_s, it.heartbeats_per_s, it.map_mb + 1) > 0
