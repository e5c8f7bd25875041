"""What there is to see while watching: a frozen view, and the one function that makes the next of it."""

from typing import assert_never

import msgspec

from matinee.core.notices import (
    Ended,
    EventReached,
    Failed,
    FailedOver,
    FirstFrameReady,
    Jumped,
    Notice,
    PeriodEntered,
    Phase,
    PhaseChanged,
    PlayerState,
    RungSwitched,
    StallEnded,
    TrackChoice,
    TracksChanged,
)
from matinee.errors import ERRORS_BY_CODE, MatineeError
from matinee.manifest.presentation import TrackKind

HISTORY_SAMPLES = 60
CREDIT_SHOWN_MS = 6_000


class History(msgspec.Struct, frozen=True, kw_only=True):
    """One sample a second, the newest last, at most `HISTORY_SAMPLES`."""

    buffer_ms: tuple[int, ...] = ()
    bitrate_kbps: tuple[int, ...] = ()
    throughput_kbps: tuple[int, ...] = ()
    stalled_ms: tuple[int, ...] = ()
    """All the time stalled until then: never falls."""

    @property
    def stall_ms(self) -> tuple[int, ...]:
        """The time stalled between a sample and the one before it."""
        before = (self.stalled_ms[:1] + self.stalled_ms)[: len(self.stalled_ms)]
        return tuple(max(0, now - then) for then, now in zip(before, self.stalled_ms, strict=True))


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """What the terminal got."""

    shown: int = 0
    dropped: int = 0
    """Came while the terminal was still busy with an earlier one, or too late."""
    frame_us: int = 0
    """Mean time to make a picture's cells and their bytes."""
    frame_bytes: int = 0
    """Mean."""


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Why it cannot go on, and what to do."""

    what: str
    what_to_do: str


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the watch screen shows except the picture itself."""

    title: str
    credit: str = ""
    phase: Phase = "starting"
    position_ms: int = 0
    duration_ms: int = 0
    """0 while unknown."""
    live_lag_ms: int | None = None
    """None if nothing is live."""
    rate_permille: int = 1000
    buffer_ms: int = 0
    bitrate_kbps: int = 0
    throughput_kbps: int = 0
    width: int = 0
    height: int = 0
    appliance: str = ""
    startup_ms: int = 0
    stalls: int = 0
    stall_ms: int = 0
    is_whole: bool = False
    """Whether everything that is left to play is here."""
    failovers: int = 0
    tracks: tuple[TrackChoice, ...] = ()
    cues: tuple[str, ...] = ()
    history: History = History()
    drawing: Drawing = Drawing()
    silence: str = ""
    """Why there is no sound; empty if there is."""
    is_muted: bool = False
    is_overlay_shown: bool = False
    trouble: Trouble | None = None

    @property
    def is_credit_shown(self) -> bool:
        return bool(self.credit) and self.position_ms < CREDIT_SHOWN_MS and self.trouble is None


class SecondPassed(msgspec.Struct, frozen=True):
    """Time for the next sample of the history."""


class Sought(msgspec.Struct, frozen=True):
    position_ms: int


class CuesChanged(msgspec.Struct, frozen=True):
    lines: tuple[str, ...]


class Drawn(msgspec.Struct, frozen=True):
    drawing: Drawing


class OverlayToggled(msgspec.Struct, frozen=True):
    pass


class MuteToggled(msgspec.Struct, frozen=True):
    pass


class Stopped(msgspec.Struct, frozen=True):
    """Playback broke off with an error."""

    trouble: Trouble


Fact = Notice | PlayerState | SecondPassed | Sought | CuesChanged | Drawn | OverlayToggled | MuteToggled | Stopped


def reduce(view: View, fact: Fact) -> View:
    """The view after `fact`."""
    change = msgspec.structs.replace
    match fact:
        case PlayerState():
            return _with_state(view, fact)
        case SecondPassed():
            return change(view, history=_sampled(view))
        case Sought(position_ms=position_ms):
            return change(view, position_ms=position_ms, cues=())
        case CuesChanged(lines=lines):
            return change(view, cues=lines)
        case Drawn(drawing=drawing):
            return change(view, drawing=drawing)
        case OverlayToggled():
            return change(view, is_overlay_shown=not view.is_overlay_shown)
        case MuteToggled():
            return change(view, is_muted=not view.is_muted)
        case Stopped(trouble=trouble):
            return change(view, trouble=trouble, phase="failed", cues=())
        case _:
            return _noticed(view, fact)


def trouble_of(error: MatineeError) -> Trouble:
    """What `error` says, for a person."""
    return Trouble(what=error.what, what_to_do=error.what_to_do)


def seek_target_ms(view: View, by_ms: int) -> int:
    """Where a jump of `by_ms` from the position shown leads, inside the title."""
    end_ms = view.duration_ms or max(0, view.position_ms + by_ms)
    return min(max(0, view.position_ms + by_ms), end_ms)


def next_audio(tracks: tuple[TrackChoice, ...]) -> TrackChoice | None:
    """The audio track after the one in use, round and round; None if there is no other."""
    choices = _of_kind(tracks, "audio")
    following = choices[(_selected_index(choices) + 1) % len(choices)] if choices else None
    return None if following is None or following.is_selected else following


def next_text(tracks: tuple[TrackChoice, ...]) -> TrackChoice | None:
    """The subtitles after those in use; None stands for `off`, which follows the last."""
    choices = _of_kind(tracks, "text")
    index = _selected_index(choices) + 1
    return choices[index] if index < len(choices) else None


def _noticed(view: View, notice: Notice) -> View:
    change = msgspec.structs.replace
    match notice:
        case PhaseChanged(phase=phase):
            return change(view, phase=phase)
        case FirstFrameReady(startup_ms=startup_ms):
            return change(view, startup_ms=startup_ms)
        case RungSwitched(to_kbps=to_kbps):
            return change(view, bitrate_kbps=to_kbps)
        case FailedOver(to_appliance=to_appliance):
            return change(view, appliance=to_appliance, failovers=view.failovers + 1)
        case StallEnded() | TracksChanged() | PeriodEntered() | EventReached() | Jumped():
            return view  # the next PlayerState tells the sums, the tracks and the place
        case Failed(code=code, what=what):
            leaf = ERRORS_BY_CODE.get(code, MatineeError)
            return change(view, phase="failed", trouble=Trouble(what=what, what_to_do=leaf.what_to_do))
        case Ended():
            return change(view, phase="ended", cues=())
        case _:
            assert_never(notice)


def _with_state(view: View, state: PlayerState) -> View:
    return msgspec.structs.replace(
        view,
        phase=state.phase,
        position_ms=state.position_ms,
        duration_ms=state.duration_ms,
        live_lag_ms=state.live_lag_ms,
        rate_permille=state.rate_permille,
        buffer_ms=state.buffer_ms,
        bitrate_kbps=state.bitrate_kbps,
        throughput_kbps=state.throughput_kbps,
        width=state.width,
        height=state.height,
        appliance=state.appliance,
        stalls=state.stalls,
        stall_ms=state.stall_ms,
        is_whole=state.is_whole,
        tracks=state.tracks,
    )


def _sampled(view: View) -> History:
    history = view.history
    return History(
        buffer_ms=_appended(history.buffer_ms, view.buffer_ms),
        bitrate_kbps=_appended(history.bitrate_kbps, view.bitrate_kbps),
        throughput_kbps=_appended(history.throughput_kbps, view.throughput_kbps),
        stalled_ms=_appended(history.stalled_ms, view.stall_ms),
    )


def _appended(samples: tuple[int, ...], sample: int) -> tuple[int, ...]:
    return (*samples, sample)[-HISTORY_SAMPLES:]


def _of_kind(tracks: tuple[TrackChoice, ...], kind: TrackKind) -> list[TrackChoice]:
    return [track for track in tracks if track.kind == kind]


def _selected_index(choices: list[TrackChoice]) -> int:
    return next((index for index, track in enumerate(choices) if track.is_selected), -1)
