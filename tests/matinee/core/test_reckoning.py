"""What the link has shown, and the rung that follows."""

from matinee.core.reckoning import Reckoning
from matinee.core.stream import Stream
from matinee.policy.settings import AbrSettings
from matinee.testing.playbook import stream_of, track

LADDER = (300, 1_000, 3_000)


def video() -> Stream:
    return stream_of(track(ladder=LADDER), position_ms=0)


def test_before_the_first_sample_the_guess_chooses_and_no_estimate_is_shown() -> None:
    it = Reckoning(AbrSettings(first_kbps=1_200, safety_percent=85))
    assert it.throughput_kbps == 0
    assert it.rung_for(video(), buffer_ms=0) == 1


def test_only_the_safe_share_of_the_link_is_used() -> None:
    it = Reckoning(AbrSettings(safety_percent=85))
    it.measured(size_bytes=400_000, elapsed_ms=1_000)
    assert it.throughput_kbps == 3_200
    assert it.rung_for(video(), buffer_ms=0) == 1


def test_a_ceiling_holds_however_fast_the_link() -> None:
    it = Reckoning(AbrSettings(highest_kbps=2_000))
    it.measured(size_bytes=50_000_000, elapsed_ms=1_000)
    assert it.rung_for(video(), buffer_ms=0) == 1


def test_a_ceiling_below_the_ladder_leaves_its_lowest_rung() -> None:
    assert Reckoning(AbrSettings(highest_kbps=100)).rung_for(video(), buffer_ms=0) == 0


def test_sound_takes_a_tenth_of_what_is_usable() -> None:
    it = Reckoning(AbrSettings(first_kbps=2_000, safety_percent=100))
    audio = stream_of(track("audio", ladder=(64, 128, 256)), position_ms=0)
    assert it.rung_for(audio, buffer_ms=0) == 1


def test_the_named_policy_decides() -> None:
    rungs = []
    for it in (Reckoning(AbrSettings(policy="hybrid")), Reckoning(AbrSettings(policy="throughput"))):
        stream = video()
        stream.want(2)
        rungs.append(it.rung_for(stream, buffer_ms=60_000))
    assert rungs == [2, 0]
