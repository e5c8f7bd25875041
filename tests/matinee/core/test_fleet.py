"""What a fleet of viewers got."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.core.fleet import FleetStats
from matinee.core.stats import PlayerStats

COUNTS = st.integers(0, 1_000_000)
SESSIONS = st.lists(
    st.builds(
        PlayerStats,
        **{field.name: COUNTS for field in msgspec.structs.fields(PlayerStats) if field.type is int},
        bytes_by_appliance=st.dictionaries(st.sampled_from("abc"), COUNTS),
        errors_by_code=st.dictionaries(st.sampled_from("abc"), COUNTS),
        errors=st.lists(st.text(max_size=2), max_size=3).map(tuple),
    ),
    max_size=3,
)


@settings(max_examples=30, deadline=None)
@given(SESSIONS, SESSIONS, SESSIONS)
def test_it_does_not_matter_in_what_order_or_how_grouped_they_are_merged(
    one: list[PlayerStats], two: list[PlayerStats], three: list[PlayerStats]
) -> None:
    merge, a, b, c = FleetStats.merge, FleetStats.of(*one), FleetStats.of(*two), FleetStats.of(*three)
    assert merge(merge(a, b), c) == merge(a, merge(b, c)) == merge(c, b, a) == FleetStats.of(*one, *two, *three)


def test_nothing_added_changes_nothing() -> None:
    some = FleetStats.of(PlayerStats(sessions=1, starts=1, startup_ms=300))
    assert FleetStats.merge(some, FleetStats()) == some


def test_percentiles_are_of_sessions_and_means_of_all() -> None:
    fleet = FleetStats.of(*(PlayerStats(sessions=1, starts=1, startup_ms=ms) for ms in (100, 120, 200)))
    assert (fleet.startup_ms.percentile(50), fleet.startup_ms.percentile(100)) == (120, 200)
    assert fleet.sums.mean_startup_ms == 140


def test_a_session_that_never_began_has_no_start_up_time() -> None:
    fleet = FleetStats.of(PlayerStats(sessions=1, abandons=1))
    assert (fleet.startup_ms.count, fleet.bitrate_kbps.count, fleet.sums.abandoned_ratio) == (0, 0, 1.0)


def test_it_travels_as_json() -> None:
    fleet = FleetStats.of(PlayerStats(sessions=1, starts=1, startup_ms=300, errors_by_code={"media-corrupt": 1}))
    assert msgspec.json.decode(msgspec.json.encode(fleet), type=FleetStats) == fleet
