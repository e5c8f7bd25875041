"""Random walks: a viewer to whom anything may happen in any order, and what must hold after each step."""

import msgspec

from matinee.core.messages import (
    Append,
    Cancel,
    Command,
    Discard,
    Event,
    Fetch,
    Fetched,
    FetchFailed,
    FetchKeys,
    FetchSteering,
    InitTarget,
    KeysArrived,
    ManifestRead,
    ManifestTarget,
    PauseAsked,
    ProgressMade,
    ResumeAsked,
    SeekAsked,
    SegmentTarget,
    Started,
    SteeringArrived,
    SteeringFailed,
    TextDeclined,
    TrackAsked,
    WakeAt,
    Woke,
)
from matinee.manifest.presentation import Presentation, Steering, TrackKind
from matinee.policy.settings import BufferingSettings, PlayerSettings
from matinee.testing.playbook import Viewer, presentation, track
from tests.support.cuts import cut

KEY = "0" * 32
REASONS = ("refused", "reset", "timeout", "truncated", "corrupt", "unresolved", "http-503", "http-404")
TRACKS = ("video-und", "audio-en", "audio-de", "text-en", "image-und", "unheard-of")
RANKINGS = (("c", "a", "b"), ("b",), ("unheard-of", "a", "b", "c"), ("b", "c", "a"))
SETTINGS = PlayerSettings(buffering=BufferingSettings(full_ms=12_000))
END_MS = 20_080
SEAM_MS = 1_000
"""How far the rungs' cuts lie apart at most, and so two neighbors from different rungs."""


def uneven_title() -> Presentation:
    """An encrypted, steered title; no two of its rungs and tracks are cut alike, nor do all end together."""
    video = cut(
        track(key_ids=(KEY,)),
        [0, 4_000, 8_000, 12_000, 16_000, 20_000],
        [0, 4_010, 7_990, 12_500, 15_500, 19_960],
        [0, 3_500, 8_500, 12_000, 16_040, 20_000, END_MS],
    )
    english, german = (
        cut(track("audio", language=language, ladder=(64,)), [0, 3_003, 6_006, 9_009, 12_012, 15_015, 18_018, 19_990])
        for language in ("en", "de")
    )
    text = track("text", language="en", ladder=(1,), segments=1, segment_ms=19_000, has_init=False)
    shown = presentation(video, english, german, text, track("image"))
    return msgspec.structs.replace(shown, steering=Steering(url="http://a.test/steering"))


class Walker:
    """A viewer and the world around it, kept as a driver keeps it.

    Each step takes a number that chooses among its possibilities, and does nothing if none is open.
    """

    def __init__(self, seed: int) -> None:
        self._it = Viewer(("a", "b", "c"), settings=SETTINGS, seed=seed)
        self._shown = uneven_title()
        self._pending: dict[int, Fetch] = {}
        self._arrived: set[int] = set()
        self._alarm_ms: int | None = None
        self._awaits_keys = False
        self._awaits_steering = False
        self._frontiers: dict[TrackKind, int] = {}
        self._receive(Started(self._it.appliances))

    @property
    def phase(self) -> str:
        return self._it.playback.state(now_ms=self._it.now_ms).phase

    def finish(self) -> None:
        """From here on all goes well: what is asked for is delivered at once, every alarm rings in time."""
        self.resume(0)
        for _ in range(500):
            if self.phase in ("ended", "failed"):
                return
            if self._pending:
                self.deliver(0)
            elif self._awaits_keys:
                self.bring_keys(0)
            else:
                self.ring(0)
        raise AssertionError("the title did not end")

    def deliver(self, number: int) -> None:
        fetch = self._answer(number)
        if fetch is None:
            return
        elapsed_ms = number % 977
        self._arrived.add(fetch.request_id)
        if isinstance(fetch.target, ManifestTarget):
            self._receive(ManifestRead(fetch.request_id, 2_000, self._shown, self._it.appliances), after_ms=elapsed_ms)
            return
        self._receive(Fetched(fetch.request_id, number * 20, elapsed_ms), after_ms=elapsed_ms)

    def fail(self, number: int) -> None:
        if fetch := self._answer(number):
            hint_ms = 0 if number % 3 else number
            self._receive(FetchFailed(fetch.request_id, REASONS[number % len(REASONS)], hint_ms))

    def answer_too_late(self, number: int) -> None:
        """An answer to a request that was cancelled meanwhile."""
        request_id = number % 50
        if request_id not in self._pending:
            self._receive(Fetched(request_id, 20_000, 100) if number % 2 else FetchFailed(request_id, "reset"))

    def progress(self, number: int) -> None:
        self._receive(ProgressMade(number % 50, number * 1_000, 100_000), after_ms=number % 977)

    def ring(self, number: int) -> None:
        """The alarm: a little late, and now and then by a minute, as after a suspended laptop."""
        if self._alarm_ms is not None:
            late_ms = number % 5 if number % 11 else number
            self._receive(Woke(), after_ms=max(0, self._alarm_ms - self._it.now_ms) + late_ms)

    def bring_keys(self, _: int) -> None:
        if self._awaits_keys:
            self._awaits_keys = False
            self._receive(KeysArrived())

    def steer(self, number: int) -> None:
        if self._awaits_steering:
            self._awaits_steering = False
            arrived = SteeringArrived(RANKINGS[number % len(RANKINGS)], 1_000 + number)
            self._receive(arrived if number % 3 else SteeringFailed(number))

    def seek(self, number: int) -> None:
        self._receive(SeekAsked(number % 25_000 - 1_000))

    def pause(self, _: int) -> None:
        self._receive(PauseAsked())

    def resume(self, _: int) -> None:
        self._receive(ResumeAsked())

    def choose(self, number: int) -> None:
        self._receive(TrackAsked(TRACKS[number % len(TRACKS)]))

    def decline_text(self, _: int) -> None:
        self._receive(TextDeclined())

    def _answer(self, number: int) -> Fetch | None:
        """One of the requests under way, which no longer is."""
        if not self._pending:
            return None
        return self._pending.pop(sorted(self._pending)[number % len(self._pending)])

    def _receive(self, event: Event, *, after_ms: int = 0) -> None:
        if isinstance(event, Woke):
            self._alarm_ms = None
        playhead, then_ms, known = self._it.playback.playhead, self._it.now_ms, len(self._it.commands)
        before_ms = playhead.position_ms(now_ms=then_ms + after_ms)
        assert before_ms >= playhead.position_ms(now_ms=then_ms)
        self._it.receive(event, after_ms=after_ms)
        for command in self._it.commands[known:]:
            self._note(command)
        position_ms = self._it.playback.playhead.position_ms(now_ms=self._it.now_ms)
        assert isinstance(event, SeekAsked | ManifestRead) or position_ms == before_ms
        assert isinstance(event, SeekAsked) or self._arrived == set() or position_ms <= END_MS
        is_expected = self._pending or self._awaits_keys or self._alarm_ms is not None
        assert is_expected or self.phase in ("paused", "ended", "failed"), "nothing will ever happen again"

    def _note(self, command: Command) -> None:
        match command:
            case Fetch():
                asked_too = [fetch for fetch in self._pending.values() if _place(fetch) == _place(command)]
                assert [fetch.target for fetch in asked_too] in ([], [command.target])
                assert command.appliance not in {fetch.appliance for fetch in asked_too}
                self._pending[command.request_id] = command
            case Cancel():
                del self._pending[command.request_id]
            case WakeAt():
                self._alarm_ms = command.now_ms
            case FetchKeys():
                self._awaits_keys = True
            case FetchSteering():
                self._awaits_steering = True
            case Append():
                self._continue(command)
            case Discard():
                self._frontiers.pop(command.kind, None)
            case _:
                pass

    def _continue(self, append: Append) -> None:
        """What is appended arrived before, and continues what was."""
        assert append.request_id in self._arrived
        assert append.init_request_id is None or append.init_request_id in self._arrived
        frontier_ms = self._frontiers.get(append.target.of.kind, append.start_ms)
        assert abs(append.start_ms - frontier_ms) <= SEAM_MS
        assert append.end_ms > frontier_ms
        self._frontiers[append.target.of.kind] = append.end_ms


def _place(fetch: Fetch) -> tuple[str, ...]:
    """What one thing is asked for at a time, of two appliances at most: a track's next segment, a rung's init."""
    target = fetch.target
    if isinstance(target, SegmentTarget):
        return (target.of.kind,)
    if isinstance(target, InitTarget):
        return (target.of.kind, str(target.of.rung))
    return ()
