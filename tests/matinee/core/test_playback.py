"""One viewer of one title: what is asked for, when the picture moves, what a failure costs."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.core.messages import (
    Append,
    Cancel,
    Discard,
    Fetch,
    ManifestRead,
    ManifestTarget,
    MediaRefused,
    PauseAsked,
    RateAsked,
    ResumeAsked,
    SeekAsked,
    SegmentCorrupt,
    SegmentTarget,
    Started,
    TextDeclined,
    TrackAsked,
    Woke,
)
from matinee.core.notices import (
    Ended,
    Failed,
    FailedOver,
    FirstFrameReady,
    PhaseChanged,
    RungSwitched,
    StallEnded,
)
from matinee.core.playback import FASTEST_PERMILLE, SLOWEST_PERMILLE
from matinee.policy.settings import BufferingSettings, PlayerSettings, RetrySettings
from matinee.testing.playbook import Viewer, fetches, init_of, presentation, segment_fetch, segment_of, track
from tests.support.cuts import cut
from tests.support.walks import Walker

STEPS: tuple[Callable[[Walker, int], None], ...] = (
    *(Walker.deliver,) * 8,
    *(Walker.ring,) * 5,
    *(Walker.fail, Walker.bring_keys, Walker.resume) * 2,
    Walker.answer_too_late,
    Walker.progress,
    Walker.steer,
    Walker.seek,
    Walker.pause,
    Walker.choose,
    Walker.decline_text,
)
"""Weighted so that walks come far: most is delivered, most alarms ring."""
NUMBERS = st.integers(0, 65_535)


def test_the_manifest_is_asked_of_the_best_appliance() -> None:
    assert Viewer(("b", "a")).receive(Started(("b", "a"))) == [Fetch(1, ManifestTarget(), "b", urgency=0)]


def test_init_and_first_segment_are_asked_for_together() -> None:
    commands = Viewer().start()
    assert [fetch.target for fetch in fetches(commands)] == [
        init_of(track(), 0),
        segment_of(track(), 0, 0),
    ]


def test_a_whole_title_plays_to_its_end_without_a_stall() -> None:
    it = Viewer()
    it.play_through(it.start())
    assert [target.segment.number - 1 for target in it.appended] == [0, 1, 2, 3, 4]
    assert it.notices[-1] == Ended()
    report = it.playback.stats(now_ms=it.now_ms).report("t")
    assert (report.ended, report.stalls, report.played_ms) == (True, 0, 20_000)


def test_the_picture_moves_once_the_first_segment_and_its_init_are_here() -> None:
    it = Viewer()
    init, segment = fetches(it.start())
    assert not any(isinstance(command, Append) for command in it.deliver(segment))
    commands = it.deliver(init)
    assert (
        Append(segment.request_id, segment_of(track(), 0, 0), init.request_id, 0, 4_000, "0/0", is_last=False)
        in commands
    )
    assert FirstFrameReady(200) in it.notices


def test_a_refused_segment_is_asked_of_the_next_appliance_at_once() -> None:
    it = Viewer()
    segment = segment_fetch(it.start())
    commands = it.fail(segment)
    assert [(fetch.target, fetch.appliance) for fetch in fetches(commands)] == [(segment.target, "b")]
    assert FailedOver(0, "a", "b", "refused") in it.notices


def test_one_outage_is_announced_once_however_many_requests_it_hits() -> None:
    it = Viewer()
    for fetch in fetches(it.start(presentation(track(), track("audio")))):
        it.fail(fetch)
    assert len([notice for notice in it.notices if isinstance(notice, FailedOver)]) == 1


def test_silence_is_helped_before_it_costs_the_buffer() -> None:
    it = Viewer()
    [*inits, segment] = fetches(it.start())
    for fetch in inits:
        it.deliver(fetch)
    [second] = fetches(it.wake())
    assert (second.target, second.appliance) == (segment.target, "b")
    commands = it.deliver(second)
    assert Cancel(segment.request_id) in commands
    assert FailedOver(0, "a", "b", "silence") in it.notices


def test_a_server_that_nobody_can_replace_is_asked_again_after_a_wait_and_given_up_in_the_end() -> None:
    it = Viewer(("a",))
    pending = fetches(it.start())
    times = []
    while it.playback.state(now_ms=it.now_ms).phase != "failed":
        times.append(it.now_ms)
        pending += [command for fetch in pending for command in fetches(it.fail(fetch))]
        pending = fetches(it.wake())
    assert it.now_ms - times[0] >= it.settings.retry.give_up_ms
    assert len(times) < 60


def test_nothing_is_given_up_while_the_picture_moves() -> None:
    it = Viewer(("a",), settings=PlayerSettings(retry=RetrySettings(give_up_ms=1_000)))
    pending: list[Fetch] = fetches(it.start(presentation(track(segment_ms=30_000))))
    for fetch in pending:
        pending = fetches(it.deliver(fetch))
    asked_ms = it.now_ms
    while it.now_ms < asked_ms + 20_000:
        pending = [command for fetch in pending for command in fetches(it.fail(fetch))] or fetches(it.wake())
    assert it.playback.state(now_ms=it.now_ms).phase == "playing"
    it.play_through([*pending])
    assert it.notices[-1] == Ended()


def test_running_dry_is_a_stall_and_it_ends_with_enough_media() -> None:
    it = Viewer(settings=PlayerSettings(buffering=BufferingSettings(start_ms=4_000, resume_ms=4_000)))
    init, segment = fetches(it.start())
    it.deliver(init)
    pending = fetches(it.deliver(segment))
    while it.playback.state(now_ms=it.now_ms).phase != "stalled":
        pending = fetches(it.wake()) or pending
    stalled_at_ms = it.now_ms
    for fetch in pending:
        it.deliver(fetch, after_ms=700)
    assert StallEnded(it.now_ms - stalled_at_ms) in it.notices
    state = it.playback.state(now_ms=it.now_ms)
    assert (state.phase, state.stalls) == ("playing", 1)


def test_a_faster_link_brings_a_higher_rung() -> None:
    it = Viewer()
    it.play_through(it.start(), kbps=20_000)
    assert RungSwitched(300, 3_000) in it.notices
    assert {target.of.rung for target in it.appended} == {0, 2}


def test_a_full_buffer_asks_for_nothing_until_it_has_room() -> None:
    it = Viewer(settings=PlayerSettings(buffering=BufferingSettings(full_ms=6_000)))
    pending = fetches(it.start())
    while pending:
        pending += fetches(it.deliver(pending.pop(0)))
    assert it.playback.state(now_ms=it.now_ms).buffer_ms > 6_000
    assert len(fetches(it.wake())) == 1


def test_a_pause_stops_the_clock_and_a_stall_is_none_while_paused() -> None:
    it = Viewer()
    for fetch in fetches(it.start()):
        it.deliver(fetch)
    it.receive(PauseAsked(), after_ms=500)
    before = it.playback.state(now_ms=it.now_ms)
    after = it.playback.state(now_ms=it.now_ms + 60_000)
    assert (before.phase, before.position_ms, after.position_ms, after.stall_ms) == ("paused", 500, 500, 0)
    it.receive(ResumeAsked())
    assert PhaseChanged("paused") in it.notices
    assert it.playback.state(now_ms=it.now_ms).phase == "playing"


def test_a_seek_forgets_what_is_under_way_and_begins_at_the_segment_that_holds_the_position() -> None:
    it = Viewer()
    init, segment = fetches(it.start())
    it.deliver(init)
    commands = it.receive(SeekAsked(9_500))
    assert Cancel(segment.request_id) in commands
    assert Discard("video") in commands
    asked = segment_fetch(commands)
    assert isinstance(asked.target, SegmentTarget)
    assert asked.target.segment.number == 3
    it.deliver(asked)
    state = it.playback.state(now_ms=it.now_ms)
    assert (state.phase, state.position_ms, state.stalls) == ("playing", 9_500, 0)


def test_a_seek_beyond_the_end_shows_the_end() -> None:
    it = Viewer()
    it.play_through(it.start() + it.receive(SeekAsked(10**9)))
    assert Ended() in it.notices


def test_subtitles_are_fetched_when_chosen_and_forgotten_when_declined() -> None:
    it = Viewer()
    subtitles = track("text", language="en", segments=1, segment_ms=20_000, has_init=False)
    it.start(presentation(track(), subtitles))
    [asked] = fetches(it.receive(TrackAsked("text-en")))
    assert asked.target == segment_of(subtitles, 0, 0)
    commands = it.receive(TextDeclined())
    assert commands[:2] == [Cancel(asked.request_id), Discard("text")]


def test_subtitles_that_nobody_delivers_cost_only_the_subtitles() -> None:
    it = Viewer(("a",))
    subtitles = track("text", language="en", segments=1, segment_ms=20_000, has_init=False)
    pending = fetches(it.start(presentation(track(), subtitles)) + it.receive(TrackAsked("text-en")))
    for _ in range(200):
        fetch = pending.pop(0) if pending else None
        if fetch is None:
            pending += fetches(it.wake())
        elif isinstance(fetch.target, SegmentTarget) and fetch.target.of.track_id == "text-en":
            pending += fetches(it.fail(fetch))
        else:
            pending += fetches(it.deliver(fetch))
        if it.playback.state(now_ms=it.now_ms).phase == "ended":
            break
    assert it.playback.state(now_ms=it.now_ms).phase == "ended"


def test_another_language_takes_the_place_of_the_first() -> None:
    it = Viewer()
    it.start(presentation(track(), track("audio", language="en"), track("audio", language="de")))
    commands = it.receive(TrackAsked("audio-de"))
    assert Discard("audio") in commands
    selected = [choice.track_id for choice in it.playback.state(now_ms=it.now_ms).tracks if choice.is_selected]
    assert selected == ["video-und", "audio-de"]


def test_media_that_does_not_decode_ends_the_attempt() -> None:
    it = Viewer()
    it.start()
    it.receive(MediaRefused("media-invalid", "A box of 3 bytes."))
    assert it.playback.state(now_ms=it.now_ms).phase == "failed"


def test_the_same_events_cause_the_same_commands() -> None:
    def log() -> list[object]:
        it = Viewer(seed=7)
        it.play_through(it.start(), kbps=2_500)
        return list(it.commands)

    assert log() == log()


@settings(max_examples=200)
@given(st.integers(0, 2**64 - 1), st.lists(st.tuples(st.sampled_from(STEPS), NUMBERS), max_size=120))
def test_whatever_happens_a_title_of_which_everything_is_delivered_ends(
    seed: int, steps: list[tuple[Callable[[Walker, int], None], int]]
) -> None:
    it = Walker(seed)
    for step, number in steps:
        step(it, number)
    has_failed = it.phase == "failed"
    it.finish()
    assert it.phase == ("failed" if has_failed else "ended")


def test_start_up_is_counted_from_the_wish_to_play() -> None:
    it = Viewer(now_ms=1_000)
    [manifest] = fetches(it.receive(Started(it.appliances, asked_ms=400)))
    for fetch in fetches(it.receive(ManifestRead(manifest.request_id, 2_000, presentation(), it.appliances))):
        it.deliver(fetch)
    assert FirstFrameReady(800) in it.notices


def test_a_player_that_was_stopped_goes_on_where_its_media_ended() -> None:
    it = Viewer()
    init, segment = fetches(it.start())
    it.deliver(init)
    following = segment_fetch(it.deliver(segment))
    it.deliver(following, after_ms=60_000)
    state = it.playback.state(now_ms=it.now_ms)
    assert (state.position_ms, state.stalls, state.stall_ms) == (4_000, 1, 56_000)


def test_a_last_segment_that_only_the_present_rung_has_is_asked_of_it_though_the_link_carries_more() -> None:
    it = Viewer()
    video = cut(track(ladder=(300, 3_000)), [0, 4_000, 8_000, 8_100], [0, 4_000, 8_000])
    init, first = fetches(it.start(presentation(video)))
    it.deliver(init)
    second = segment_fetch(it.deliver(first, kbps=500))
    last = segment_fetch(it.deliver(second, kbps=20_000))
    assert last.target == segment_of(video, 0, 2)


def test_an_alarm_that_rings_too_early_is_set_again() -> None:
    it = Viewer()
    it.start()
    due_ms, it.wake_at_ms = it.wake_at_ms, None
    it.receive(Woke())
    assert it.wake_at_ms == due_ms


def test_a_buffer_smaller_than_what_a_start_wants_is_enough_when_full() -> None:
    it = Viewer(settings=PlayerSettings(buffering=BufferingSettings(start_ms=9_000, full_ms=3_000)))
    it.play_through(it.start())
    assert it.notices[-1] == Ended()


def test_a_segment_that_does_not_decode_is_fetched_anew_from_elsewhere() -> None:
    it = Viewer()
    [init, first] = fetches(it.start())
    it.deliver(init)
    second = segment_fetch(it.deliver(first))
    commands = it.receive(SegmentCorrupt(first.request_id))
    assert Cancel(second.request_id) in commands
    assert Discard("video") in commands
    again = segment_fetch(commands)
    assert isinstance(again.target, SegmentTarget)
    assert (again.target.segment.start_ms, again.appliance) == (0, "b")
    assert it.receive(SegmentCorrupt(99)) == []


def test_a_segment_that_decodes_from_nobody_is_the_end() -> None:
    it = Viewer()
    [init, segment] = fetches(it.start(presentation(track(ladder=(300,)))))
    it.deliver(init)
    for _ in it.appliances:
        it.deliver(segment)
        pending = fetches(it.receive(SegmentCorrupt(segment.request_id)))
        segment = pending[0] if pending else segment
    while it.playback.state(now_ms=it.now_ms).phase != "failed":
        it.wake()
    assert [notice.code for notice in it.notices if isinstance(notice, Failed)] == ["segment-unavailable"]


def test_silence_while_the_laptop_was_shut_is_nobodys_fault() -> None:
    it = Viewer(("a",))
    it.receive(Started(("a",)))
    it.now_ms += 60_000
    assert it.receive(Woke()) == []
    assert it.playback.state(now_ms=it.now_ms).phase == "starting"


def test_what_is_opened_ahead_fetches_no_more_than_a_start_needs_until_somebody_looks() -> None:
    it = Viewer()
    [manifest] = fetches(it.receive(Started(("a",), is_ahead=True)))
    pending = fetches(it.receive(ManifestRead(manifest.request_id, 2_000, presentation(), ("a",))))
    asked = 0
    while pending:
        asked += 1
        pending += fetches(it.deliver(pending.pop(0)))
    assert (asked, it.playback.state(now_ms=it.now_ms).phase) == (2, "paused")
    assert not any(isinstance(notice, FirstFrameReady) for notice in it.notices)
    it.play_through(it.receive(ResumeAsked()))
    assert FirstFrameReady(0) in it.notices
    assert it.notices[-1] == Ended()


def test_a_rate_beyond_reason_means_the_bound() -> None:
    it = Viewer()
    it.start()
    it.receive(RateAsked(0))
    assert it.playback.state(now_ms=it.now_ms).rate_permille == SLOWEST_PERMILLE
    it.receive(RateAsked(1_000_000))
    assert it.playback.state(now_ms=it.now_ms).rate_permille == FASTEST_PERMILLE


def test_the_statistics_are_there_at_any_time_and_tell_of_hedges_and_the_link() -> None:
    it = Viewer()
    assert it.playback.stats(now_ms=0).sessions == 1
    it.play_through(it.start())
    stats = it.playback.stats(now_ms=it.now_ms)
    assert (stats.starts, stats.ends, stats.first_videos, stats.hedged_bytes) == (1, 1, 1, 0)
    assert (stats.video_ms, stats.segments) == (20_000, 5 + len({it.bitrate_kbps for it in stats.formats}))
    assert stats.throughput_kbps > 0
    assert stats.playing_ms + stats.starting_ms == it.now_ms - 1_000
