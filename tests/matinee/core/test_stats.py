"""The statistics of many sessions are one value."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from matinee.core.notices import Failover
from matinee.core.stats import MOST_KEPT, FormatPlayed, PlayerStats

COUNTS = st.integers(0, 1_000_000)
SESSIONS = st.builds(
    PlayerStats,
    **{field.name: COUNTS for field in msgspec.structs.fields(PlayerStats) if field.type is int},
    errors_by_code=st.dictionaries(st.sampled_from("abc"), COUNTS),
    bytes_by_appliance=st.dictionaries(st.sampled_from("abc"), COUNTS),
    errors=st.lists(st.text(max_size=2), max_size=3).map(tuple),
)
FORMAT = FormatPlayed(at_ms=0, kind="video", track_id="v", bitrate_kbps=300, codecs="avc1")


@given(SESSIONS, SESSIONS, SESSIONS)
def test_it_does_not_matter_how_they_are_grouped(one: PlayerStats, two: PlayerStats, three: PlayerStats) -> None:
    merge = PlayerStats.merge
    assert merge(merge(one, two), three) == merge(one, merge(two, three)) == merge(one, two, three)


@given(SESSIONS)
def test_one_session_alone_stays_as_it_is(stats: PlayerStats) -> None:
    assert PlayerStats.merge(stats) == stats
    assert PlayerStats.merge() == PlayerStats()


def test_sums_are_added_the_longest_is_kept_and_means_follow() -> None:
    one = PlayerStats(
        sessions=1, starts=1, startup_ms=100, longest_stall_ms=40, playing_ms=900, stalled_ms=100,
        video_ms=2_000, video_bits=2_000_000, bytes_by_appliance={"a": 1, "b": 2}, throughput_kbps=9,
    )  # fmt: skip
    two = PlayerStats(
        sessions=1, starts=1, startup_ms=300, longest_stall_ms=30, playing_ms=1_000,
        video_ms=6_000, video_bits=30_000_000, bytes_by_appliance={"b": 3}, throughput_kbps=7,
    )  # fmt: skip
    both = PlayerStats.merge(one, two)
    assert (both.sessions, both.mean_startup_ms, both.longest_stall_ms) == (2, 200, 40)
    assert (both.stall_ratio, both.mean_bitrate_kbps) == (0.05, 4_000)
    assert (both.bytes_by_appliance, both.throughput_kbps) == ({"a": 1, "b": 5}, 7)


def test_of_histories_the_latest_are_kept_and_the_rest_counted() -> None:
    long = PlayerStats(formats=(FORMAT,) * MOST_KEPT, failovers=(Failover(0, "a", "b", "reset"),))
    both = PlayerStats.merge(long, long, long)
    assert (len(both.formats), len(both.failovers), both.forgotten) == (MOST_KEPT, 3, 2 * MOST_KEPT)


def test_nothing_watched_has_no_ratio_to_divide_by() -> None:
    none = PlayerStats()
    assert (none.stall_ratio, none.dropped_ratio, none.hedged_ratio) == (0, 0, 0)
    assert (none.mean_startup_ms, none.mean_bitrate_kbps, none.mean_height, none.mean_throughput_kbps) == (0, 0, 0, 0)


def test_rates_are_of_play_and_shares_of_sessions() -> None:
    stats = PlayerStats(
        sessions=4, starts=2, abandons=1, failures=1, ends=2, stalls=3, stalled_ms=6_000, playing_ms=1_800_000
    )  # fmt: skip
    assert (stats.stalls_per_hour, stats.mean_stall_ms, stats.mean_between_stalls_ms) == (6.0, 2_000, 600_000)
    assert (stats.joined_ratio, stats.abandoned_ratio, stats.failed_ratio, stats.ended_ratio) == (0.5, 0.25, 0.25, 0.5)


def test_the_report_is_a_part_of_it() -> None:
    stats = PlayerStats(ends=1, played_ms=5, stalls=1, stalled_ms=2, switches_up=1, switches_down=1, frames_shown=9)
    report = stats.report("Film")
    assert (report.title, report.ended, report.played_ms, report.stalls, report.stall_ms) == ("Film", True, 5, 1, 2)
    assert (report.switches, report.frames_shown) == (2, 9)
