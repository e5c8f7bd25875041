"""Playback: one viewer of one title. Events in, commands out; the same code in a player, a fleet and a test.

It composes the small machines and holds no rule of its own but their order: after every event it moves the
playhead's phase, asks for what the streams want, and says when it must be woken.
"""

from typing import assert_never

from matinee.core.advice import Advice
from matinee.core.delivery import Delivery
from matinee.core.health import ApplianceHealth
from matinee.core.messages import (
    Announce,
    Command,
    Discard,
    Event,
    Fetched,
    FetchFailed,
    FetchKeys,
    FetchSteering,
    KeysArrived,
    KeysRefused,
    ManifestRead,
    ManifestTarget,
    MediaRefused,
    PauseAsked,
    ProgressMade,
    ResumeAsked,
    SeekAsked,
    Started,
    SteeringArrived,
    SteeringFailed,
    TextDeclined,
    TrackAsked,
    WakeAt,
    Woke,
)
from matinee.core.notices import (
    Ended,
    Failed,
    Phase,
    PhaseChanged,
    PlaybackReport,
    PlayerState,
    RungSwitched,
    TracksChanged,
)
from matinee.core.playhead import Playhead
from matinee.core.reckoning import Reckoning
from matinee.core.selection import Selection
from matinee.core.stream import Stream
from matinee.core.tally import Tally
from matinee.errors import SegmentUnavailable
from matinee.policy.buffering import hungry_in_ms
from matinee.policy.dice import draw
from matinee.policy.failover import is_unwelcome
from matinee.policy.settings import PlayerSettings


class Playback:
    """The machine. One thread feeds it; it never waits, and raises nothing that an event could cause."""

    def __init__(self, settings: PlayerSettings, health: ApplianceHealth, *, seed: int) -> None:
        """`health` is shared by the sessions of a process; `seed` is 64 bits of chance, all that the session needs."""
        self._settings = settings
        self._delivery = Delivery(settings, health, seed=seed)
        self._reckoning = Reckoning(settings.abr)
        self._tally = Tally()
        self._playhead = Playhead(settings.buffering, position_ms=0, now_ms=0)
        self._selection: Selection | None = None
        self._has_keys = False
        self._outcome: Phase | None = None
        self._announced_phase: Phase = "starting"
        self._appliance = ""
        self._advice = Advice(settings.retry, seed=draw(seed))
        self._wake_at_ms: int | None = None
        self._commands: list[Command] = []

    def receive(self, event: Event, *, now_ms: int) -> list[Command]:
        """What is to be done because of `event`, in this order. `now_ms` never runs backwards."""
        self._commands = []
        if self._outcome is None:
            self._take(event, now_ms)
        if self._outcome is None:
            self._advance(now_ms)
        for command in self._commands:
            if isinstance(command, Announce):
                self._tally.note(command.notice)
        return self._commands

    @property
    def playhead(self) -> Playhead:
        """Where the viewer is; to be read, not moved."""
        return self._playhead

    @property
    def can_decrypt(self) -> bool:
        """Whether the keys are here, or none are needed."""
        return self._has_keys

    def state(self, *, now_ms: int) -> PlayerState:
        """How playback stands."""
        selection, playhead = self._selection, self._playhead
        position_ms = playhead.position_ms(now_ms=now_ms)
        video = selection.video if selection else None
        has_rung = video is not None and video.rung >= 0
        return PlayerState(
            phase=self._outcome or playhead.phase,
            position_ms=position_ms,
            duration_ms=selection.presentation.duration_ms if selection else 0,
            buffer_ms=max(0, selection.buffer_ms(position_ms)) if selection else 0,
            bitrate_kbps=video.rendition.bitrate_kbps if video and has_rung else 0,
            width=video.rendition.width if video else 0,
            height=video.rendition.height if video else 0,
            throughput_kbps=self._reckoning.throughput_kbps,
            appliance=self._appliance,
            stalls=playhead.stalls,
            stall_ms=playhead.stall_ms(now_ms=now_ms),
            tracks=selection.choices() if selection else (),
        )

    def report(self, title: str, *, frames_shown: int, frames_dropped: int, now_ms: int) -> PlaybackReport:
        """What the viewer got until now; frames are counted by whoever shows them."""
        return PlaybackReport(
            title=title,
            ended=self._outcome == "ended",
            played_ms=self._playhead.played_ms(now_ms=now_ms),
            startup_ms=self._playhead.startup_ms,
            stalls=self._playhead.stalls,
            stall_ms=self._playhead.stall_ms(now_ms=now_ms),
            switches=self._tally.switches,
            mean_bitrate_kbps=self._tally.mean_bitrate_kbps,
            frames_shown=frames_shown,
            frames_dropped=frames_dropped,
            failovers=tuple(self._tally.failovers),
            bytes_by_appliance=dict(self._tally.bytes_by_appliance),
            errors=tuple(self._tally.errors),
        )

    # What an event changes.

    def _take(self, event: Event, now_ms: int) -> None:
        match event:
            case Started():
                asked_ms = now_ms if event.asked_ms is None else event.asked_ms
                self._playhead = Playhead(self._settings.buffering, position_ms=event.position_ms, now_ms=asked_ms)
                self._delivery.appliances = event.appliances
                self._advice.begin(steer_after_ms=event.steer_after_ms, fresh_ms=event.fresh_ms, now_ms=now_ms)
                self._commands += self._delivery.ask(ManifestTarget(), now_ms=now_ms)
            case ManifestRead():
                self._read(event, now_ms)
            case ProgressMade():
                self._delivery.progressed(event.request_id, now_ms=now_ms)
            case Fetched():
                self._fetched(event)
            case FetchFailed():
                if is_unwelcome(event.reason):
                    self._advice.hurry(now_ms=now_ms)
                self._commands += self._delivery.failed(
                    event.request_id,
                    event.reason,
                    now_ms=now_ms,
                    position_ms=self._playhead.position_ms(now_ms=now_ms),
                    hint_ms=event.hint_ms,
                )
            case KeysArrived():
                self._has_keys = True
            case KeysRefused() | MediaRefused():
                self._fail(event.code, event.what, now_ms)
            case SteeringArrived():
                self._delivery.prefer(event.appliances)
                self._advice.arrived(ttl_ms=event.ttl_ms, fresh_ms=event.fresh_ms, now_ms=now_ms)
            case SteeringFailed():
                self._advice.failed(hint_ms=event.hint_ms, is_gone=event.is_gone, now_ms=now_ms)
            case PauseAsked():
                self._playhead.pause(now_ms=now_ms)
            case ResumeAsked():
                self._playhead.resume(now_ms=now_ms)
            case SeekAsked():
                self._seek(event.position_ms, now_ms)
            case TrackAsked():
                self._choose(event.track_id, now_ms)
            case TextDeclined():
                self._decline_text()
            case Woke():
                self._wake_at_ms = None
            case _:
                assert_never(event)

    def _read(self, event: ManifestRead, now_ms: int) -> None:
        arrival = self._delivery.arrived(event.request_id)
        if arrival is None:
            return
        self._appliance = arrival[1]
        self._tally.got_bytes(self._appliance, event.size_bytes)
        self._delivery.appliances = event.appliances
        if self._playhead.position_ms(now_ms=now_ms) >= event.presentation.duration_ms:
            self._playhead.seek(0, now_ms=now_ms)
        position_ms = self._playhead.position_ms(now_ms=now_ms)
        self._selection = Selection(event.presentation, self._settings, position_ms=position_ms)
        self._has_keys = not self._selection.key_ids
        if self._selection.key_ids:
            self._commands.append(FetchKeys(self._selection.key_ids))
        self._advice.configure(event.presentation.steering, now_ms=now_ms)
        self._commands.append(Announce(TracksChanged()))

    def _fetched(self, event: Fetched) -> None:
        arrival = self._delivery.arrived(event.request_id)
        if arrival is None or isinstance(arrival[0], ManifestTarget):
            return
        target, self._appliance = arrival[0], arrival[1]
        self._tally.got_bytes(self._appliance, event.size_bytes)
        self._advice.heard(self._appliance, size_bytes=event.size_bytes, elapsed_ms=event.elapsed_ms)
        self._reckoning.measured(size_bytes=event.size_bytes, elapsed_ms=event.elapsed_ms)
        for stream in self._selection.streams if self._selection else ():
            if stream.track.track_id != target.track_id:
                continue
            append = stream.arrived(target, event.request_id)
            if append is None:
                continue
            self._commands.append(append)
            if stream.track.kind == "video":
                self._tally.got_video(
                    bitrate_kbps=stream.ladder[append.target.rung], duration_ms=append.end_ms - append.start_ms
                )

    def _seek(self, position_ms: int, now_ms: int) -> None:
        selection = self._selection
        if selection is not None:
            position_ms = min(position_ms, selection.presentation.duration_ms - 1)
        self._playhead.seek(max(0, position_ms), now_ms=now_ms)
        for stream in selection.streams if selection else ():
            self._leave(stream)
            stream.move_to(max(0, position_ms))

    def _choose(self, track_id: str, now_ms: int) -> None:
        selection = self._selection
        track = selection.find(track_id) if selection else None
        if selection is None or track is None:
            return
        before = selection.stream_of(track.kind)
        chosen = selection.choose(track_id, position_ms=self._playhead.position_ms(now_ms=now_ms))
        if chosen is None:
            return
        if before is not None:
            self._leave(before)
        if chosen.gates_play and self._playhead.wait is None:
            self._playhead.hold("seeking", now_ms=now_ms)
        self._commands.append(Announce(TracksChanged()))

    def _decline_text(self) -> None:
        if self._selection and (text := self._selection.stream_of("text")):
            self._leave(text)
            self._selection.drop("text")
            self._commands.append(Announce(TracksChanged()))

    def _leave(self, stream: Stream) -> None:
        """What was asked for and kept of the stream is no longer wanted."""
        self._commands += self._delivery.cancel(stream.track.track_id)
        self._commands.append(Discard(stream.track.track_id))

    # What time changes.

    def _advance(self, now_ms: int) -> None:
        position_ms = self._playhead.position_ms(now_ms=now_ms)
        buffer_ms = self._selection.buffer_ms(position_ms) if self._selection else 0
        self._commands += self._delivery.tick(now_ms=now_ms, buffer_ms=buffer_ms, position_ms=position_ms)
        self._give_up(now_ms)
        if self._selection is not None and self._outcome is None:
            self._settle_phase(self._selection, position_ms, now_ms)
        if self._outcome is not None:
            return
        if self._selection is not None and not self._advice.holds_start(now_ms=now_ms):
            self._feed(self._selection, position_ms, now_ms)
        if self._delivery.is_stuck:
            self._advice.hurry(now_ms=now_ms)
        if (heard := self._advice.take_turn(now_ms=now_ms)) is not None:
            self._commands.append(FetchSteering(heard))
        if self._announced_phase != self._playhead.phase:
            self._announced_phase = self._playhead.phase
            self._commands.append(Announce(PhaseChanged(self._announced_phase)))
        self._schedule(position_ms, buffer_ms, now_ms)

    def _give_up(self, now_ms: int) -> None:
        """If nobody delivered something: subtitles are done without, anything else is the end, once the picture waits.

        As long as it moves, or the viewer has paused, there is time to go on trying.
        """
        target, self._delivery.exhausted = self._delivery.exhausted, None
        if target is None:
            return
        text = self._selection.stream_of("text") if self._selection else None
        if text and not isinstance(target, ManifestTarget) and target.track_id == text.track.track_id:
            self._decline_text()
            return
        if self._playhead.phase in ("playing", "paused"):
            return
        what = "The manifest" if isinstance(target, ManifestTarget) else "A segment"
        tried = ", ".join(self._delivery.appliances)
        self._fail(SegmentUnavailable.code, f"{what} was delivered by none of: {tried}.", now_ms)

    def _settle_phase(self, selection: Selection, position_ms: int, now_ms: int) -> None:
        if selection.is_whole and position_ms >= selection.end_ms:
            self._finish("ended", now_ms)
            return
        notice = self._playhead.settle(
            buffer_ms=selection.buffer_ms(position_ms),
            left_ms=selection.left_ms(position_ms),
            can_decrypt=self._has_keys,
            now_ms=now_ms,
        )
        if notice is not None:
            self._commands.append(Announce(notice))

    def _feed(self, selection: Selection, position_ms: int, now_ms: int) -> None:
        """Ask for the next segment of every stream that wants one."""
        buffer_ms = max(0, selection.buffer_ms(position_ms))
        full_ms = self._settings.buffering.full_ms
        for stream in selection.idle():
            if hungry_in_ms(buffer_ms=stream.frontier_ms - position_ms, full_ms=full_ms) > 0:
                continue
            before = stream.rung
            targets = stream.want(self._reckoning.rung_for(stream, buffer_ms=buffer_ms))
            for target in targets:
                self._commands += self._delivery.ask(target, now_ms=now_ms)
            if stream.track.kind == "video" and before not in (-1, stream.rung):
                self._commands.append(Announce(RungSwitched(stream.ladder[before], stream.ladder[stream.rung])))

    def _schedule(self, position_ms: int, buffer_ms: int, now_ms: int) -> None:
        times = [self._delivery.wake_at_ms(now_ms=now_ms, buffer_ms=buffer_ms), self._advice.wake_at_ms(now_ms=now_ms)]
        if self._selection is not None and self._playhead.is_moving:
            times.append(now_ms + max(1, self._selection.buffer_ms(position_ms)))
            full_ms = self._settings.buffering.full_ms
            times += [
                now_ms + hungry_in_ms(buffer_ms=stream.frontier_ms - position_ms, full_ms=full_ms)
                for stream in self._selection.idle()
            ]
        wake_at_ms = min((it for it in times if it is not None), default=None)
        if wake_at_ms is not None and wake_at_ms != self._wake_at_ms:
            self._wake_at_ms = wake_at_ms
            self._commands.append(WakeAt(wake_at_ms))

    def _fail(self, code: str, what: str, now_ms: int) -> None:
        self._commands.append(Announce(Failed(code, what)))
        self._finish("failed", now_ms)

    def _finish(self, outcome: Phase, now_ms: int) -> None:
        self._playhead.end(now_ms=now_ms)
        self._commands += self._delivery.cancel()
        self._outcome = outcome
        self._commands.append(Announce(PhaseChanged(outcome)))
        if outcome == "ended":
            self._commands.append(Announce(Ended()))
