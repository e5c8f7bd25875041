"""What viewers got, by title, network and appliance."""

from matinee_backend.services.telemetry.quality import SPAN_MS, Attribution, Line, Quality
from tests.support.tellings import error, failed, first_frame, moved, stalled, started, told


def test_events_that_name_only_their_session_count_where_it_plays() -> None:
    attribution, quality = Attribution(), Quality()
    evening = told(started(), first_frame(400), moved(2_000), moved(4_000), stalled(5_000), failed(), error())
    for it in attribution.happened(evening):
        quality.note(it, wall_ms=0)
    board = quality.board(wall_ms=0, most=9)
    whole = {"startup_ms": 400, "watched_ms": 20_000, "stalls": 1, "stall_permille": 200, "bitrate_kbps": 3_000}
    assert board.titles == (Line(name="sintel", starts=1, failovers=1, errors=1, **whole),)
    assert board.sites == (Line(name="berlin", starts=1, failovers=1, errors=1, **whole),)
    there = {name: value for name, value in whole.items() if name != "startup_ms"}
    assert board.appliances == (Line(name="isp-a", failovers=1, **there), Line(name="isp-b", errors=1))
    assert (board.total.starts, board.total.errors) == (1, 1)


def test_the_window_moves_on() -> None:
    quality = Quality()
    for it in Attribution().happened(told(started())):
        quality.note(it, wall_ms=0)
    assert quality.board(wall_ms=SPAN_MS, most=9).titles == ()


def test_an_event_is_as_old_as_its_device_says_whatever_the_clock_there() -> None:
    far_off = 10**9
    batch = told(started(ts=far_off - 7_000), moved(ts=far_off), heard_wall_ms=50_000)
    assert [it.at_ms for it in Attribution().happened(batch)] == [43_000, 50_000]


def test_the_sessions_of_two_accounts_are_not_mixed_and_memory_is_bounded() -> None:
    attribution = Attribution(most=2)
    list(attribution.happened(told(started("s1"), started("s2"))))
    [foreign] = attribution.happened(told(stalled(1, "s2"), account_id="b"))
    assert foreign.title_id == ""
    [known] = attribution.happened(told(stalled(1, "s2")))
    assert known.title_id == "sintel"
    [forgotten] = attribution.happened(told(stalled(1, "s1")))
    assert forgotten.title_id == ""
