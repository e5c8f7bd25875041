"""What the viewer got, added up."""

from matinee.core.notices import Failed, FailedOver, Failover, Notice, RungSwitched, StallEnded
from matinee.core.tally import Tally


def test_the_mean_bitrate_is_weighted_by_time() -> None:
    it = Tally()
    assert it.mean_bitrate_kbps == 0
    it.got_video(bitrate_kbps=1_000, duration_ms=6_000)
    it.got_video(bitrate_kbps=4_000, duration_ms=2_000)
    assert it.mean_bitrate_kbps == 1_750


def test_bytes_are_kept_by_appliance() -> None:
    it = Tally()
    for appliance, size_bytes in [("a", 10), ("b", 5), ("a", 1)]:
        it.got_bytes(appliance, size_bytes)
    assert it.bytes_by_appliance == {"a": 11, "b": 5}


def test_of_what_is_announced_switches_failovers_and_failures_are_kept() -> None:
    it = Tally()
    notices: list[Notice] = [
        RungSwitched(300, 1_000),
        StallEnded(5),
        FailedOver(700, "a", "b", "reset"),
        RungSwitched(1_000, 300),
        Failed("segment-unavailable", "Nobody has it."),
    ]
    for notice in notices:
        it.note(notice)
    assert it.switches == 2
    assert it.failovers == [Failover(700, "a", "b", "reset")]
    assert it.errors == ["segment-unavailable: Nobody has it."]
