"""Room: what an appliance can still take, and which share of its sessions it keeps."""

from matinee.wire.steering import Utilization
from matinee_backend.services.steering.room import (
    AIM_PPM,
    MOVE_AWAY_PPM,
    READINGS,
    RETURN_PPM,
    WHOLE,
    Room,
    fullness_ppm,
)

TTL_MS = 30_000


def link(permille: int) -> Utilization:
    return Utilization(sent_kbps=permille * 10_000, link_kbps=10_000_000)


def hear(room: Room, permille: int, *, at_ms: int) -> None:
    room.heard(link(permille), session_kbps=5_000, ttl_ms=TTL_MS, wall_ms=at_ms)


def settled(demand_permille: int, *, room: Room, begin_ms: int, end_ms: int) -> list[int]:
    """The shares kept while the demand is that, by sessions that each follow the share that they met last."""
    shares = [(0, room.keeps)]
    kept = []
    for now_ms in range(begin_ms, end_ms, 2_000):
        asked = [
            next(share for since_ms, share in reversed(shares) if since_ms <= max(0, now_ms - age_ms))
            for age_ms in range(0, TTL_MS, 1_000)
        ]
        hear(room, min(1_000, demand_permille * sum(asked) // len(asked) // WHOLE), at_ms=now_ms)
        shares.append((now_ms, room.keeps))
        kept.append(room.keeps)
    return kept


def test_the_fullest_of_link_connections_and_processor_counts() -> None:
    assert fullness_ppm(Utilization(sent_kbps=1, link_kbps=4, connections=1, most_connections=2)) == 500_000
    assert fullness_ppm(Utilization(sent_kbps=3, link_kbps=4, cpu_permille=700)) == 750_000
    assert fullness_ppm(Utilization(sent_kbps=3, cpu_permille=900)) == 900_000


def test_below_the_mark_everybody_stays() -> None:
    room = Room()
    hear(room, 799, at_ms=0)
    assert room.keeps == WHOLE


def test_beyond_it_the_share_above_the_aim_is_moved_away() -> None:
    room = Room()
    hear(room, 1_000, at_ms=60_000)
    assert room.keeps == AIM_PPM * WHOLE // 1_000_000


def test_what_is_under_way_already_is_not_moved_once_more() -> None:
    kept = settled(1_000, room=Room(), begin_ms=60_000, end_ms=660_000)
    assert max(kept) - min(kept) <= WHOLE * 6 // 100
    assert RETURN_PPM < kept[-1] * 1_000_000 // WHOLE < MOVE_AWAY_PPM
    assert len(set(kept[30:])) == 1


def test_a_demand_beyond_what_the_link_can_show_is_found_step_by_step() -> None:
    kept = settled(2_000, room=Room(), begin_ms=60_000, end_ms=660_000)
    assert 2_000 * kept[-1] // WHOLE < 800
    assert kept == sorted(kept, reverse=True)


def test_they_come_back_when_the_demand_is_gone() -> None:
    room = Room()
    settled(1_000, room=room, begin_ms=60_000, end_ms=200_000)
    assert settled(500, room=room, begin_ms=200_000, end_ms=400_000)[-1] == WHOLE


def test_who_was_sent_here_counts_for_as_much_as_readings_do_not_show_yet() -> None:
    room = Room()
    hear(room, 100, at_ms=0)
    for _ in range(100):
        room.hand_out()
    expected = [room.expected_ppm]
    for beat in range(1, READINGS + 2):
        hear(room, 125 if beat == 1 else 150, at_ms=beat * 2_000)
        expected.append(room.expected_ppm)
    assert expected[0] == expected[-1] == 150_000
    assert all(140_000 < it < 162_000 for it in expected)


def test_a_load_that_comes_with_every_other_heartbeat_is_its_mean() -> None:
    room = Room()
    for beat in range(10):
        hear(room, 1_000 if beat % 2 else 400, at_ms=beat * 2_000)
    assert (room.full_ppm, room.keeps) == (700_000, WHOLE)


def test_without_a_known_link_a_session_still_takes_some_room() -> None:
    room = Room()
    room.heard(Utilization(most_connections=1_000), session_kbps=5_000, ttl_ms=TTL_MS, wall_ms=0)
    room.hand_out()
    assert room.expected_ppm > 0
