"""Playback: one viewer of one title. Events in, commands out; the same code in a player, a fleet and a test.

It composes the small machines and holds no rule of its own but their order: after every event it moves the
playhead's phase, asks for what the streams want, and says when it must be woken.
"""

from collections.abc import Callable
from typing import assert_never

import msgspec

from matinee.core.advice import Advice
from matinee.core.agenda import Agenda
from matinee.core.delivery import Delivery, excuse_sleep
from matinee.core.edge import LiveEdge
from matinee.core.feeding import Feeding
from matinee.core.health import ApplianceHealth
from matinee.core.keyring import Keyring
from matinee.core.leaving import decline_text, leave, put_off, take_back
from matinee.core.messages import (
    Announce,
    ClockSynced,
    Command,
    Enter,
    Event,
    EventsFound,
    Fetched,
    FetchFailed,
    FetchSteering,
    IndexRead,
    IndexTarget,
    InitTarget,
    KeysArrived,
    KeysRefused,
    LiveAsked,
    LoopAsked,
    ManifestRead,
    ManifestTarget,
    MediaRefused,
    PartArrived,
    PauseAsked,
    ProgressMade,
    RateAsked,
    ResumeAsked,
    SeekAsked,
    SegmentCorrupt,
    SegmentTarget,
    Started,
    SteeringArrived,
    SteeringFailed,
    SyncClock,
    Target,
    TextDeclined,
    TrackAsked,
    WakeAt,
    Wish,
    Woke,
)
from matinee.core.notices import Ended, Failed, Jumped, Phase, PhaseChanged, PlayerState, TracksChanged
from matinee.core.passage import Passage
from matinee.core.playhead import Playhead
from matinee.core.reckoning import Reckoning
from matinee.core.selection import Selection
from matinee.core.stats import PlayerStats
from matinee.core.tally import Tally
from matinee.core.tracks import decodable
from matinee.errors import SegmentUnavailable
from matinee.manifest.presentation import Presentation
from matinee.policy.custom import Policies
from matinee.policy.dice import draw
from matinee.policy.failover import is_unwelcome
from matinee.policy.settings import PlayerSettings

SLOWEST_PERMILLE, FASTEST_PERMILLE = 100, 8_000
"""A wish beyond these means these. Source: Media3, DefaultAudioSink."""

ASLEEP_MS = 2_000
"""An alarm that rings so much too late means that the process was stopped; a busy event loop is not as late."""


LOOK_EVERY_MS = 200
"""Progress of a request changes what is known, and is acted upon so often at most: it comes with every piece."""


class Playback:
    """The machine. One thread feeds it; it never waits, and raises nothing that an event could cause."""

    def __init__(
        self,
        settings: PlayerSettings,
        health: ApplianceHealth,
        *,
        seed: int,
        policies: Policies | None = None,
        is_playable: Callable[[str], bool] | None = None,
    ) -> None:
        """`health` is shared by the sessions of a process; `seed` is 64 bits of chance, all that the session needs.

        `policies`: the program's own. `is_playable`: whether codecs (RFC 6381) are decoded here; None: all are.
        """
        self._settings = settings
        self._is_playable = is_playable
        self._delivery = Delivery(settings, health, seed=seed)
        self._reckoning = Reckoning(settings.abr, policies)
        self._edge = LiveEdge(settings.live)
        self._feeding = Feeding(settings.buffering, delivery=self._delivery, reckoning=self._reckoning, edge=self._edge)
        self._agenda = Agenda()
        self._passage = Passage()
        self._tally = Tally()
        self._playhead = Playhead(settings.buffering, position_ms=0, now_ms=0)
        self._presentation: Presentation | None = None
        self._selection: Selection | None = None
        self._keyring = Keyring()
        self._loops = False
        self._outcome: Phase | None = None
        self._announced_phase: Phase = "starting"
        self._appliance = ""
        self._advice = Advice(settings.retry, seed=draw(seed))
        self._wake_at_ms: int | None = None
        self._looked_ms = 0
        self._commands: list[Command] = []

    def receive(self, event: Event, *, now_ms: int) -> list[Command]:
        """What is to be done because of `event`, in this order. `now_ms` never runs backwards."""
        self._commands = []
        if self._outcome is None:
            self._take(event, now_ms)
        is_worth_a_look = not isinstance(event, ProgressMade) or now_ms - self._looked_ms >= LOOK_EVERY_MS
        if self._outcome is None and is_worth_a_look:
            self._looked_ms = now_ms
            self._advance(now_ms)
        for command in self._commands:
            if isinstance(command, Announce):
                self._tally.note(command.notice, now_ms=now_ms)
        return self._commands

    @property
    def playhead(self) -> Playhead:
        """Where the viewer is; to be read, not moved."""
        return self._playhead

    @property
    def can_decrypt(self) -> bool:
        """Whether the keys are here, or none are needed."""
        return self._keyring.is_complete

    def state(self, *, now_ms: int) -> PlayerState:
        """How playback stands."""
        selection, playhead = self._selection, self._playhead
        position_ms = playhead.position_ms(now_ms=now_ms)
        video = selection.stream_of("video") if selection else None
        has_rung = video is not None and video.rung >= 0
        live_ms = self._edge.clock.position_ms(now_ms=now_ms)
        return PlayerState(
            phase=self._outcome or playhead.phase,
            position_ms=position_ms,
            duration_ms=(selection.duration_ms or 0) if selection else 0,
            live_lag_ms=None if live_ms is None else live_ms - position_ms,
            rate_permille=playhead.rate_permille,
            buffer_ms=max(0, selection.buffer_ms(position_ms)) if selection else 0,
            bitrate_kbps=video.rendition.bitrate_kbps if video and has_rung else 0,
            width=video.rendition.width if video else 0,
            height=video.rendition.height if video else 0,
            throughput_kbps=self._reckoning.throughput_kbps,
            appliance=self._appliance,
            stalls=playhead.stalls,
            stall_ms=playhead.stall_ms(now_ms=now_ms),
            is_whole=selection is not None and selection.is_whole,
            tracks=selection.choices(position_ms) if selection else (),
        )

    def stats(self, *, now_ms: int) -> PlayerStats:
        """What the viewer got until now, but for the frames: they are counted by whoever shows them."""
        state = self.state(now_ms=now_ms)
        return msgspec.structs.replace(
            self._tally.stats(self._playhead, now_ms=now_ms),
            hedged_bytes=self._delivery.hedges.extra_bytes,
            throughput_kbps=state.throughput_kbps,
            buffer_ms=state.buffer_ms,
            live_lag_ms=state.live_lag_ms,
        )

    # What an event changes.

    def _take(self, event: Event, now_ms: int) -> None:
        position_ms = self._playhead.position_ms(now_ms=now_ms)
        match event:
            case Started():
                asked_ms = now_ms if event.asked_ms is None else event.asked_ms
                settings, at_ms = self._settings.buffering, event.position_ms
                self._playhead = Playhead(settings, position_ms=at_ms, now_ms=asked_ms, is_ahead=event.is_ahead)
                self._tally.began(now_ms=asked_ms)
                self._edge.follows = event.position_ms == 0
                self._delivery.manifests = event.appliances
                self._advice.begin(steer_after_ms=event.steer_after_ms, fresh_ms=event.fresh_ms, now_ms=now_ms)
                self._commands += self._delivery.ask(ManifestTarget(), now_ms=now_ms)
            case ManifestRead() | IndexRead() | Fetched():
                self._arrived(event, now_ms)
            case EventsFound():
                if self._agenda.learn(event.events):
                    self._edge.hurry(now_ms=now_ms)
            case ClockSynced():
                self._edge.clock.synced(wall_ms=event.wall_ms, now_ms=now_ms)
            case ProgressMade():
                self._delivery.progressed(event, now_ms=now_ms)
            case PartArrived():
                self._append(self._delivery.target_of(event.request_id), event.request_id, ready_ms=event.ready_ms)
            case FetchFailed():
                self._tally.missed()
                if is_unwelcome(event.reason):
                    self._advice.hurry(now_ms=now_ms)
                target = self._delivery.target_of(event.request_id)
                self._commands += self._delivery.failed(
                    event.request_id,
                    event.reason,
                    now_ms=now_ms,
                    position_ms=position_ms,
                    hint_ms=event.hint_ms,
                    is_early=self._edge.is_early(target, event.reason, now_ms=now_ms),
                )
            case SegmentCorrupt():
                blamed = self._delivery.corrupt(event.request_id, now_ms=now_ms, position_ms=position_ms)
                self._commands += take_back(blamed, self._delivery, self._selection, position_ms)
            case KeysArrived():
                self._keyring.arrived()
                self._tally.got_keys(now_ms=now_ms)
            case KeysRefused() | MediaRefused():
                self._finish("failed", now_ms, Failed(event.code, event.what, event.facts))
            case SteeringArrived():
                self._delivery.prefer(event.appliances, bases=event.bases)
                self._advice.arrived(ttl_ms=event.ttl_ms, fresh_ms=event.fresh_ms, now_ms=now_ms)
            case SteeringFailed():
                self._advice.failed(hint_ms=event.hint_ms, is_gone=event.is_gone, now_ms=now_ms)
            case Woke():
                slept_ms = now_ms - (self._wake_at_ms or now_ms)
                if slept_ms >= ASLEEP_MS:
                    excuse_sleep(self._delivery, slept_ms=slept_ms, now_ms=now_ms)
                self._wake_at_ms = None
            case _:
                self._obey(event, now_ms)

    def _obey(self, event: Wish, now_ms: int) -> None:
        """What the viewer wishes."""
        self._tally.wished(event)
        match event:
            case PauseAsked():
                self._playhead.pause(now_ms=now_ms)
                self._edge.follows = False
            case ResumeAsked():
                self._playhead.resume(now_ms=now_ms)
            case SeekAsked():
                self._edge.follows = False
                self._go_to(event.position_ms, now_ms)
            case LiveAsked():
                self._edge.follows = True
            case RateAsked():
                self._edge.is_free = event.permille != 1000
                permille = min(max(event.permille, SLOWEST_PERMILLE), FASTEST_PERMILLE)
                self._playhead.set_rate(permille, now_ms=now_ms)
            case LoopAsked():
                self._loops = event.is_on
            case TrackAsked():
                self._choose(event.track_id, now_ms)
            case TextDeclined():
                self._commands += decline_text(self._selection, self._delivery)
            case _:
                assert_never(event)

    def _arrived(self, event: ManifestRead | IndexRead | Fetched, now_ms: int) -> None:
        position_ms = self._playhead.position_ms(now_ms=now_ms)
        arrival = self._delivery.arrived(
            event.request_id, size_bytes=event.size_bytes, now_ms=now_ms, position_ms=position_ms
        )
        if arrival is None:
            return
        target, self._appliance = arrival.target, arrival.appliance
        self._commands += arrival.commands
        self._tally.got_bytes(self._appliance, event.size_bytes)
        match target, event:
            case ManifestTarget(), ManifestRead():
                self._read(event, now_ms)
            case IndexTarget(), IndexRead():
                assert self._selection is not None, "indexes are asked for by streams"
                self._selection.listings.learn(target, event.segments, event.live, now_ms=now_ms)
                if target.rendition.single_file is None:
                    self._edge.listed(event.live, end_ms=event.segments[-1].end_ms, now_ms=now_ms)
                self._commands += self._keyring.need(event.key_ids)
                self._agenda.learn(event.events)
                self._append(target, event.request_id)
            case ((InitTarget() | SegmentTarget()), Fetched()):
                self._tally.got_segment(size_bytes=event.size_bytes, elapsed_ms=event.elapsed_ms)
                if isinstance(target, SegmentTarget):
                    self._edge.clock.found(end_ms=target.segment.end_ms)
                self._advice.heard(self._appliance, size_bytes=event.size_bytes, elapsed_ms=event.elapsed_ms)
                self._reckoning.hinted(event.cmsd)
                has_video = self._selection is not None and self._selection.stream_of("video") is not None
                # Sound beside pictures has only its share of the link, and tells little of the whole.
                if target.of.kind == ("video" if has_video else "audio"):
                    self._reckoning.measured(
                        size_bytes=event.size_bytes, elapsed_ms=event.elapsed_ms, first_byte_ms=arrival.first_byte_ms
                    )
                self._commands += self._keyring.need(event.key_ids)
                self._append(target, event.request_id)
            case _:
                raise AssertionError("a target is answered by an event of its kind")

    def _read(self, event: ManifestRead, now_ms: int) -> None:
        presentation = event.presentation
        if self._is_playable is not None:
            presentation = decodable(presentation, self._is_playable)
        self._delivery.appliances = event.appliances
        self._advice.configure(presentation.steering, now_ms=now_ms)
        self._edge.read(presentation.live, now_ms=now_ms)
        self._presentation = presentation
        self._agenda.learn(it for period in presentation.periods for it in period.events)
        self._commands += self._keyring.need(presentation.key_ids)
        if self._selection is not None:
            self._selection.renew(presentation)

    def _enter(self, presentation: Presentation, now_ms: int) -> None:
        """Begin: where the viewer wishes to, or where it is live."""
        self._tally.read_manifest(now_ms=now_ms)
        position_ms = self._playhead.position_ms(now_ms=now_ms)
        selection = Selection(presentation, self._settings, position_ms=position_ms)
        if selection.duration_ms is not None and position_ms >= selection.duration_ms:
            position_ms = 0
        entry_ms = self._edge.entry_ms(selection, now_ms=now_ms, or_else_ms=position_ms)
        if entry_ms != self._playhead.position_ms(now_ms=now_ms):
            selection = Selection(presentation, self._settings, position_ms=entry_ms)
        self._selection = selection
        self._playhead.seek(entry_ms, now_ms=now_ms)
        self._commands += [Enter(entry_ms), Announce(TracksChanged())]

    def _append(self, target: Target | None, request_id: int, *, ready_ms: int | None = None) -> None:
        """Something of a stream arrived, whole, or the first `ready_ms` of it."""
        if target is None or isinstance(target, ManifestTarget) or self._selection is None:
            return
        for stream in self._selection.streams:
            if stream.kind != target.of.kind:
                continue
            append = stream.arrived(target, request_id, ready_ms=ready_ms)
            if append is None:
                continue
            self._commands.append(append)
            rendition = stream.track.renditions[append.target.of.rung]
            shown_ms = min(append.end_ms, max(append.start_ms, append.from_ms or 0))
            self._tally.took(stream.track, rendition, start_ms=shown_ms, end_ms=append.end_ms)

    def _go_to(self, position_ms: int, now_ms: int) -> None:
        selection = self._selection
        if selection is not None and selection.duration_ms is not None:
            position_ms = min(position_ms, selection.duration_ms - 1)
        position_ms = max(0, position_ms)
        self._playhead.seek(position_ms, now_ms=now_ms)
        if selection is not None:
            self._feeding.remember(now_ms=now_ms)
            self._commands += leave(self._delivery, *selection.streams)
            selection.move_to(position_ms)
        self._commands.append(Enter(position_ms))

    def _choose(self, track_id: str, now_ms: int) -> None:
        position_ms = self._playhead.position_ms(now_ms=now_ms)
        before = {stream.kind: stream for stream in self._selection.streams} if self._selection else {}
        chosen = self._selection.choose(track_id, position_ms=position_ms) if self._selection else None
        if chosen is None:
            return
        if chosen.kind in before:
            self._commands += leave(self._delivery, before[chosen.kind])
        if chosen.gates_play and self._playhead.wait is None:
            self._playhead.hold("seeking", now_ms=now_ms)
        self._commands.append(Announce(TracksChanged()))

    # What time changes.

    def _advance(self, now_ms: int) -> None:
        position_ms = self._playhead.position_ms(now_ms=now_ms)
        buffer_ms = self._selection.buffer_ms(position_ms) if self._selection else 0
        self._commands += self._delivery.tick(now_ms=now_ms, buffer_ms=buffer_ms, position_ms=position_ms)
        self._give_up(now_ms)
        if self._delivery.early is not None and self._selection is not None:
            put_off(self._delivery, self._selection)
            self._edge.clock.missed(now_ms=now_ms)
        if self._selection is None and self._presentation is not None and self._edge.is_placed:
            self._enter(self._presentation, now_ms)
        if self._selection is not None and self._outcome is None:
            self._keep_up(self._selection, now_ms)
            self._commands += self._passage.pass_by(self._selection.presentation, self._playhead, now_ms=now_ms)
            self._commands += self._agenda.pass_by(self._playhead, now_ms=now_ms)
            self._settle_phase(self._selection, now_ms)
        if self._outcome is not None:
            return
        if self._selection is not None and not self._advice.holds_start(now_ms=now_ms):
            self._commands += self._feeding.reconsider(self._selection, self._playhead, now_ms=now_ms)
            self._commands += self._feeding.ask(self._selection, self._playhead, now_ms=now_ms)
        if self._edge.take_turn(now_ms=now_ms):
            self._commands += self._delivery.ask(ManifestTarget(), now_ms=now_ms)
        if (sources := self._edge.clock.take_sync(now_ms=now_ms)) is not None:
            self._commands.append(SyncClock(sources))
        if self._delivery.is_stuck:
            self._advice.hurry(now_ms=now_ms)
        if (heard := self._advice.take_turn(now_ms=now_ms)) is not None:
            self._commands.append(FetchSteering(heard))
        if self._announced_phase != self._playhead.phase:
            self._announced_phase = self._playhead.phase
            self._commands.append(Announce(PhaseChanged(self._announced_phase)))
        self._schedule(now_ms)

    def _give_up(self, now_ms: int) -> None:
        """If nobody delivered something: subtitles are done without, anything else is the end, once the picture waits.

        As long as it moves, the viewer has paused, or new advice is on its way, there is time to go on trying.
        """
        target, self._delivery.exhausted = self._delivery.exhausted, None
        if target is None:
            return
        if not isinstance(target, ManifestTarget) and target.of.kind == "text":
            self._commands += decline_text(self._selection, self._delivery)
            return
        if self._playhead.phase in ("playing", "paused") or self._advice.is_awaited(now_ms=now_ms):
            return
        what = "The manifest" if isinstance(target, ManifestTarget) else "A segment"
        tried = self._delivery.holders(target)
        told = f"{what} was delivered by none of: {', '.join(tried)}."
        error = Failed(SegmentUnavailable.code, told, {"appliances": tried})
        self._finish("failed", now_ms, error)

    def _keep_up(self, selection: Selection, now_ms: int) -> None:
        """Stay where the viewer of something live should be: by the rate, or by a jump if that will not do."""
        position_ms = self._playhead.position_ms(now_ms=now_ms)
        self._edge.note_stalls(selection, self._playhead.stalls, now_ms=now_ms)
        is_stuck = self._delivery.is_stuck
        jump_ms = self._edge.jump_ms(selection, self._playhead, is_stuck=is_stuck, now_ms=now_ms)
        if jump_ms is not None:
            if self._playhead.wait != "starting":
                self._commands.append(Announce(Jumped(position_ms, jump_ms)))
            self._go_to(jump_ms, now_ms)
        skip_ms = self._edge.skip_ms(selection, self._playhead, now_ms=now_ms)
        if skip_ms is not None:
            self._playhead.slide(skip_ms, now_ms=now_ms)
            self._commands += [Enter(skip_ms), Announce(Jumped(position_ms, skip_ms))]
        rate = self._edge.rate_permille(selection, self._playhead, now_ms=now_ms)
        if rate != self._playhead.rate_permille:
            self._playhead.set_rate(rate, now_ms=now_ms)

    def _settle_phase(self, selection: Selection, now_ms: int) -> None:
        """Move, stand still, begin again or end, as the media that is here allows."""
        position_ms = self._playhead.position_ms(now_ms=now_ms)
        if selection.is_whole and position_ms >= selection.end_ms:
            if not self._loops:
                self._finish("ended", now_ms, Ended())
                return
            self._go_to(0, now_ms)
            position_ms = 0
        slides = self._playhead.wait in ("starting", "seeking")
        left_ms, patience_ms = selection.left_ms(position_ms), self._edge.patience_ms(selection)
        notice = self._playhead.settle(
            buffer_ms=selection.buffer_ms(position_ms),
            left_ms=min((it for it in (left_ms, patience_ms) if it is not None), default=None),
            can_decrypt=self._keyring.is_complete,
            now_ms=now_ms,
        )
        least_ms = self._settings.buffering.start_ms
        slid_ms = self._edge.slide_ms(selection, self._playhead, least_ms=least_ms, now_ms=now_ms)
        if slides and slid_ms is not None and self._playhead.is_moving:
            self._playhead.slide(slid_ms, now_ms=now_ms)
            self._commands.append(Enter(slid_ms))
        if notice is not None:
            self._commands.append(Announce(notice))

    def _schedule(self, now_ms: int) -> None:
        selection, playhead = self._selection, self._playhead
        position_ms = playhead.position_ms(now_ms=now_ms)
        buffer_ms = selection.buffer_ms(position_ms) if selection else 0
        times = [self._delivery.wake_at_ms(now_ms=now_ms, buffer_ms=buffer_ms), self._advice.wake_at_ms(now_ms=now_ms)]
        if selection is not None and not self._advice.holds_start(now_ms=now_ms):
            times.append(self._feeding.next_ms(selection, playhead, now_ms=now_ms))
            times += self._edge.wake_at_ms(), self._agenda.wake_at_ms(playhead, now_ms=now_ms)
            times.append(self._passage.wake_at_ms(selection.presentation, playhead, now_ms=now_ms))
            if playhead.is_moving:
                times.append(now_ms + max(1, playhead.lasts_ms(buffer_ms)))
        wake_at_ms = min((it for it in times if it is not None), default=None)
        if wake_at_ms is not None and wake_at_ms != self._wake_at_ms:
            self._wake_at_ms = wake_at_ms
            self._commands.append(WakeAt(wake_at_ms))

    def _finish(self, outcome: Phase, now_ms: int, word: Ended | Failed) -> None:
        self._playhead.end(now_ms=now_ms)
        self._commands += self._delivery.cancel()
        self._outcome = outcome
        if isinstance(word, Failed):
            self._commands.append(Announce(word))
        self._commands.append(Announce(PhaseChanged(outcome)))
        if isinstance(word, Ended):
            self._commands.append(Announce(word))
