"""Live titles, and the real player on them."""

import msgspec
import pytest

from matinee.core.notices import Ended, FailedOver
from matinee.manifest.formats import read_manifest
from matinee.policy.settings import BufferingSettings, LiveSettings
from matinee.testing.clock import MONDAY_WALL_MS
from matinee.testing.faults import Refusal
from matinee.testing.link import Stretch
from matinee.testing.live import HLS_PATH, TIME_PATH, LiveTitle
from matinee.testing.network import Growing, HostRequest
from matinee.testing.titles import MANIFEST_PATH
from tests.support.shows import HEADLESS, watched

PLAIN = LiveTitle()
CHUNKED = LiveTitle(chunk_ms=500, delay_ms=3_000)
LISTED = LiveTitle(addressing="timeline", refresh_ms=2_000)
DIP = ((12_000, 10_000), (2_000, 400))
"""How long the link of a viewer is good, then bad, and how many kbps it carries then."""
KINDS = [
    pytest.param(PLAIN, MANIFEST_PATH, 6_000, id="number"),
    pytest.param(CHUNKED, MANIFEST_PATH, 3_000, id="chunked"),
    pytest.param(LISTED, MANIFEST_PATH, 6_000, id="timeline"),
    pytest.param(msgspec.structs.replace(LISTED, break_every_ms=10_000), MANIFEST_PATH, 6_000, id="periods"),
    pytest.param(PLAIN, HLS_PATH, 6_000, id="hls"),
    pytest.param(LiveTitle(break_every_ms=10_000), HLS_PATH, 6_000, id="discontinuities"),
]


def asked(title: LiveTitle, path: str, *, wall_ms: int = MONDAY_WALL_MS) -> object:
    return title(HostRequest(host="a.test", path=path, query="", method="GET", headers={}, body=b"", wall_ms=wall_ms))


def test_its_manifest_says_where_it_stands() -> None:
    document = asked(CHUNKED, MANIFEST_PATH)
    assert isinstance(document, bytes)
    presentation = read_manifest(document, url="http://a.test/manifest.mpd")
    assert presentation.live is not None
    assert (presentation.live.zero_wall_ms, presentation.live.delay_ms) == (CHUNKED.zero_wall_ms, 3_000)
    assert presentation.periods[0].tracks[0].renditions[0].early_ms == 1_500


def test_a_segment_is_there_once_it_is_made_and_until_it_leaves_the_window() -> None:
    assert asked(PLAIN, "/video/0/299.m4s") is not None
    assert asked(PLAIN, "/video/0/300.m4s") is None
    assert asked(PLAIN, "/video/0/269.m4s") is None


def test_a_segment_in_chunks_is_there_with_its_first_and_grows() -> None:
    growing = asked(CHUNKED, "/video/0/300.m4s", wall_ms=MONDAY_WALL_MS + 500)
    assert isinstance(growing, Growing)
    assert [wall_ms - MONDAY_WALL_MS for wall_ms, _ in growing.pieces] == [500, 1_000, 1_500, 2_000]


def test_it_tells_the_time() -> None:
    assert asked(PLAIN, TIME_PATH) == b"2026-01-05T09:00:00.000Z"


@pytest.mark.parametrize(("title", "path", "delay_ms"), KINDS)
def test_a_viewer_joins_at_the_delay_and_stays_there_without_a_stall(
    title: LiveTitle, path: str, delay_ms: int
) -> None:
    show = watched(title, path=path)
    assert show.at(2_000).phase == "playing"
    assert {lag_ms - delay_ms for lag_ms in show.lags_ms(from_ms=2_000)} <= set(range(-100, 101))
    assert {(it.state.stalls, it.state.rate_permille) for it in show.sights} == {(0, 1_000)}
    assert (show.jumps, {it.outcome for it in show.exchanges} - {"done", "cancelled", "pending"}) == ([], set())


def test_the_app_s_wish_for_a_delay_comes_before_the_service_s() -> None:
    settings = msgspec.structs.replace(HEADLESS, live=LiveSettings(delay_ms=4_500))
    assert watched(CHUNKED, settings=settings).at(9_000).live_lag_ms in range(4_400, 4_601)


@pytest.mark.parametrize(("title", "path", "delay_ms"), KINDS)
def test_when_it_is_over_playback_ends(title: LiveTitle, path: str, delay_ms: int) -> None:
    show = watched(msgspec.structs.replace(title, end_ms=620_000), path=path, for_ms=50_000)
    assert Ended() in show.notices
    assert show.sights[-1].state.stalls == 0


def test_a_service_that_is_late_is_waited_for_and_nobody_is_blamed() -> None:
    show = watched(LiveTitle(late_ms=400), for_ms=60_000)
    assert not [it for it in show.notices if isinstance(it, FailedOver)]
    assert show.sights[-1].state.phase == "playing"
    assert show.sights[-1].state.stalls == 0


def test_a_clock_that_is_seconds_ahead_with_nobody_to_ask_is_found_out() -> None:
    show = watched(LiveTitle(late_ms=5_000, has_clock=False), for_ms=60_000)
    assert not [it for it in show.notices if isinstance(it, FailedOver)]
    assert {it.state.phase for it in show.sights if it.at_ms > 20_000} == {"playing"}


@pytest.mark.parametrize(("title", "path", "delay_ms"), KINDS)
def test_one_whose_network_was_away_for_longer_than_the_window_is_back_at_live_by_himself(
    title: LiveTitle, path: str, delay_ms: int
) -> None:
    away = [(10_000, lambda player, network: network.go_away(from_ms=10_000, until_ms=60_000))]
    show = watched(msgspec.structs.replace(title, window_ms=30_000), path=path, for_ms=90_000, deeds=away)
    assert show.sights[-1].state.phase == "playing"
    assert abs(show.lags_ms(from_ms=89_000)[-1] - delay_ms) <= 600
    assert len(show.jumps) in (1, 2, 3)


@pytest.mark.parametrize(("title", "path", "delay_ms"), KINDS)
def test_one_who_paused_for_longer_than_the_window_goes_on_at_its_beginning(
    title: LiveTitle, path: str, delay_ms: int
) -> None:
    deeds = [
        (10_000, lambda player, network: player.pause()),
        (100_000, lambda player, network: player.resume()),
    ]
    settings = msgspec.structs.replace(HEADLESS, buffering=BufferingSettings(full_ms=10_000))
    show = watched(title, path=path, for_ms=130_000, deeds=deeds, settings=settings)
    assert len(show.jumps) in (1, 2)
    assert show.sights[-1].state.phase == "playing"
    assert show.lags_ms(from_ms=120_000)[-1] in range(50_000, 61_000)


def test_one_who_paused_for_a_moment_goes_on_where_he_was() -> None:
    deeds = [
        (10_000, lambda player, network: player.pause()),
        (15_000, lambda player, network: player.resume()),
    ]
    show = watched(PLAIN, deeds=deeds)
    assert (show.jumps, show.at(30_000).live_lag_ms, show.at(30_000).rate_permille) == ([], 11_000, 1_000)


def test_one_may_go_back_within_the_window() -> None:
    show = watched(PLAIN, deeds=[(10_000, lambda player, network: player.seek(570_000))])
    assert show.at(15_000).position_ms in range(573_000, 575_001)
    assert (show.jumps, show.sights[-1].state.rate_permille) == ([], 1_000)


def test_a_manifest_that_cannot_be_refreshed_for_a_while_disturbs_nobody() -> None:
    away = [(5_000, lambda player, network: network.fail(Refusal(503), path=MANIFEST_PATH, until_ms=50_000))]
    show = watched(PLAIN, for_ms=90_000, deeds=away)
    assert {it.state.phase for it in show.sights if it.at_ms > 2_000} == {"playing"}
    assert [it for it in show.exchanges if it.path == MANIFEST_PATH and it.at_ms > 50_000 and it.outcome == "done"]


def test_a_link_that_hardly_carries_the_lowest_rung_for_a_while_stalls_nobody() -> None:
    title = LiveTitle(chunk_ms=500, delay_ms=3_000, ladder=(300, 750, 1_500, 3_000, 6_000))
    good, bad = (Stretch(duration_ms=ms, bandwidth_kbps=kbps, latency_ms=40) for ms, kbps in DIP)
    show = watched(title, trace=(good, bad, good))
    assert show.sights[-1].state.stalls == 0
    assert {lag_ms - 3_000 for lag_ms in show.lags_ms(from_ms=2_000)} <= set(range(-100, 101))


@pytest.mark.parametrize("kbps", [500, 800])
def test_a_link_that_carries_little_more_than_the_lowest_rung_does_not_keep_anybody_from_beginning(kbps: int) -> None:
    show = watched(CHUNKED, trace=(Stretch(duration_ms=60_000, bandwidth_kbps=kbps, latency_ms=40),))
    assert show.at(6_000).phase == "playing"
