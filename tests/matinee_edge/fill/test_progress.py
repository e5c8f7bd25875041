"""How a fill comes on."""

from matinee_edge.fill.progress import Meter


def test_speed_is_that_of_the_last_minute() -> None:
    it = Meter(now_ms=0)
    for second in range(120):
        it.count(1_000_000 if second < 60 else 2_000_000, source="exchange", now_ms=second * 1_000)
    assert 15_700 <= it.kbps(119_000) <= 16_400
    assert it.kbps(400_000) == 0


def test_at_the_start_speed_is_that_since_the_start() -> None:
    it = Meter(now_ms=5_000)
    it.count(1_000_000, source="exchange", now_ms=6_000)
    it.count(1_000_000, source="exchange", now_ms=7_000)
    assert it.kbps(7_000) == 8_000


def test_bytes_are_told_by_source() -> None:
    it = Meter(now_ms=0)
    for source in ("exchange", "isp-b", "exchange"):
        it.count(7, source=source, now_ms=1)
    assert it.bytes_by_source == {"exchange": 14, "isp-b": 7}
