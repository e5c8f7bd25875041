"""What the link has shown, and the rung that follows."""

import msgspec

from matinee.core.outlook import Outlook
from matinee.core.reckoning import Reckoning
from matinee.core.stream import Stream
from matinee.policy.abr.decision import InFlight
from matinee.policy.settings import AbrSettings
from matinee.testing.playbook import stream_of, track
from matinee.wire.cmsd import NOTHING, Cmsd

LADDER = (300, 1_000, 3_000)


def video() -> Stream:
    return stream_of(track(ladder=LADDER), position_ms=0)


def test_before_the_first_sample_the_guess_chooses_and_no_estimate_is_shown() -> None:
    it = Reckoning(AbrSettings(first_kbps=1_200, safety_percent=85))
    assert it.throughput_kbps == 0
    assert it.rung_for(video(), buffer_ms=0) == 1


def test_only_the_safe_share_of_the_link_is_used() -> None:
    it = Reckoning(AbrSettings(policy="throughput", safety_percent=85))
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


def test_the_sizes_of_the_segments_to_come_count_where_they_are_known() -> None:
    it = Reckoning(AbrSettings())
    it.measured(size_bytes=3_000_000, elapsed_ms=4_000)
    stream = video()
    stream.want(1)
    usual, heavy = Outlook(), Outlook(sizes_bytes=((150_000, 500_000, 30_000_000),))
    rungs = [it.choice_for(stream, outlook, buffer_ms=20_000).rung for outlook in (usual, heavy)]
    assert rungs == [2, 1]


def test_a_segment_that_will_be_late_is_left_for_a_lower_rung() -> None:
    it = Reckoning(AbrSettings())
    it.measured(size_bytes=1_500_000, elapsed_ms=3_000)
    stream = video()
    stream.rung = 2
    stream.want(2)
    late = InFlight(rung=2, size_bytes=1_500_000, got_bytes=50_000, elapsed_ms=2_000, first_byte_ms=50)
    assert it.rung_instead(stream, Outlook(), buffer_ms=2_000, flight=late) in (0, 1)
    assert it.rung_instead(stream, Outlook(), buffer_ms=58_000, flight=late) is None


def test_no_rung_is_above_the_one_that_the_server_wants_played_unless_it_is_not_heeded() -> None:
    rungs = []
    for settings in (AbrSettings(), AbrSettings(heeds_cmsd=False)):
        it = Reckoning(settings)
        it.measured(size_bytes=50_000_000, elapsed_ms=1_000)
        it.hinted(Cmsd(most_kbps=1_500))
        rungs.append(it.rung_for(video(), buffer_ms=30_000))
    assert rungs == [1, 2]


def test_the_wish_of_a_server_ends_with_its_next_answer() -> None:
    it = Reckoning(AbrSettings())
    it.measured(size_bytes=50_000_000, elapsed_ms=1_000)
    it.hinted(Cmsd(most_kbps=1))
    assert it.rung_for(video(), buffer_ms=30_000) == 0
    it.hinted(NOTHING)
    assert it.rung_for(video(), buffer_ms=30_000) == 2


def test_the_estimate_of_a_server_counts_as_much_as_it_is_given() -> None:
    for percent, rung in ((0, 0), (50, 1), (100, 2)):
        it = Reckoning(AbrSettings(policy="throughput", safety_percent=100, first_kbps=500, cmsd_percent=percent))
        it.hinted(Cmsd(throughput_kbps=4_000))
        assert it.rung_for(video(), buffer_ms=0) == rung


def test_no_rung_has_more_lines_than_the_screen() -> None:
    shown = track(ladder=(300, 1_000, 3_000))
    lines = (360, 720, 1_080)
    renditions = [
        msgspec.structs.replace(rendition, height=height)
        for rendition, height in zip(shown.renditions, lines, strict=True)
    ]
    stream = stream_of(msgspec.structs.replace(shown, renditions=tuple(renditions)))
    it = Reckoning(AbrSettings(highest_height=800))
    it.measured(size_bytes=50_000_000, elapsed_ms=1_000)
    assert it.rung_for(stream, buffer_ms=30_000) == 1
