"""The driver: carries out what the core commands, and tells it what came of it. It decides nothing."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol, assert_never

from matinee.core.messages import (
    Announce,
    Append,
    Cancel,
    Command,
    Discard,
    Enter,
    Event,
    Fetch,
    Fetched,
    FetchFailed,
    FetchKeys,
    FetchSteering,
    Forget,
    IndexRead,
    IndexTarget,
    InitTarget,
    KeysArrived,
    KeysRefused,
    ManifestRead,
    ManifestTarget,
    MediaRefused,
    MediaTarget,
    ProgressMade,
    SegmentTarget,
    SteeringArrived,
    SteeringFailed,
    SyncClock,
    WakeAt,
    Woke,
)
from matinee.core.notices import Notice
from matinee.core.playback import Playback
from matinee.errors import (
    FormatUnsupported,
    LicenseInvalid,
    ManifestInvalid,
    MatineeError,
    MediaInvalid,
    SteeringInvalid,
)
from matinee.manifest.dash import read_dash
from matinee.manifest.pathways import request_url
from matinee.manifest.presentation import BaseUrl, ClockSource, Presentation, Resource, TrackKind
from matinee.media.boxes import is_complete
from matinee.runtime.http import Answer, FetchFailure, Network
from matinee.runtime.source import ContentKeys, Source
from matinee.runtime.tasks import Tasks
from matinee.wire.steering import Heard

MOST_MANIFEST_BYTES = 8 << 20
MOST_SEGMENT_BYTES = 128 << 20
DEADLINE_MS = 120_000
"""One request. Silence is the core's to judge, far sooner; this bounds a server that drips for ever."""


Witness = Callable[[Event, Sequence[Command], int], None]
"""Told of every event and of what it made the core command, with the clock's `now_ms`, before it is carried out."""


class Sink(Protocol):
    """Where fetched media goes."""

    def unlock(self, keys: ContentKeys) -> None:
        """What opens the title; called before playback moves."""
        ...

    def append(self, append: Append, *, init: bytes | None, body: bytes) -> None:
        """The next segment of its kind."""
        ...

    def discard(self, kind: TrackKind) -> None:
        """What was appended of that kind is void."""
        ...

    def enter(self, position_ms: int) -> None:
        """The viewer begins, or goes on, there."""
        ...


class Driver:
    """One session on asyncio. `receive` may be called from anywhere on the event loop."""

    def __init__(
        self,
        playback: Playback,
        source: Source,
        sink: Sink,
        http: Network,
        tasks: Tasks,
        announce: Callable[[Notice], None],
        witness: Witness | None = None,
    ) -> None:
        self._playback = playback
        self._source = source
        self._sink = sink
        self._http = http
        self._tasks = tasks
        self._announce = announce
        self._witness = witness
        self._presentation: Presentation | None = None
        self._requests: dict[int, asyncio.Task[None]] = {}
        self._inits: dict[int, bytes] = {}
        self._segments: dict[int, tuple[TrackKind, bytes]] = {}
        self._alarm: asyncio.Task[None] | None = None

    def receive(self, event: Event) -> None:
        """Let the core take `event` and begin what it commands."""
        now_ms = self._http.clock.now_ms()
        commands = self._playback.receive(event, now_ms=now_ms)
        if self._witness is not None:
            self._witness(event, commands, now_ms)
        for command in commands:
            self._carry_out(command)

    def _carry_out(self, command: Command) -> None:
        match command:
            case Fetch():
                self._requests[command.request_id] = self._tasks.start(self._fetch(command))
            case Cancel():
                if task := self._requests.pop(command.request_id, None):
                    task.cancel()
            case FetchKeys():
                self._tasks.start(self._fetch_keys(command.key_ids))
            case FetchSteering():
                self._tasks.start(self._fetch_steering(command.heard))
            case Append():
                self._append(command)
            case Forget():
                for request_id in command.request_ids:
                    self._inits.pop(request_id, None)
            case Discard():
                self._discard(command.kind)
            case Enter():
                self._sink.enter(command.position_ms)
            case SyncClock():
                self._tasks.start(self._sync_clock(command.sources))
            case Announce():
                self._announce(command.notice)
            case WakeAt():
                if self._alarm is not None:
                    self._alarm.cancel()
                self._alarm = self._tasks.start(self._wake(command.now_ms))
            case _:
                assert_never(command)

    async def _wake(self, now_ms: int) -> None:
        await self._http.clock.wait_until(now_ms)
        self._alarm = None
        self.receive(Woke())

    async def _fetch(self, command: Fetch) -> None:
        request_id, target = command.request_id, command.target
        try:
            match target:
                case ManifestTarget():
                    event: Event = await self._fetch_manifest(request_id, command.appliance)
                case IndexTarget():
                    event = await self._fetch_index(request_id, target, command.appliance)
                case InitTarget():
                    answer = await self._fetch_media(request_id, target, target.resource, command.appliance)
                    self._inits[request_id] = answer.body
                    event = Fetched(request_id, len(answer.body), answer.elapsed_ms)
                case SegmentTarget():
                    answer = await self._fetch_media(request_id, target, target.segment.resource, command.appliance)
                    self._segments[request_id] = (target.of.kind, answer.body)
                    event = Fetched(request_id, len(answer.body), answer.elapsed_ms)
        except FetchFailure as failure:
            event = FetchFailed(request_id, failure.reason, failure.hint_ms)
        except (ManifestInvalid, MediaInvalid):
            event = FetchFailed(request_id, "corrupt")
        except MatineeError as error:
            event = MediaRefused(error.code, error.what, error.facts)
        self._requests.pop(request_id, None)
        self.receive(event)

    async def _fetch_manifest(self, request_id: int, appliance: str) -> ManifestRead:
        url = self._source.manifests[appliance]
        answer = await self._http.fetch(
            url, most_bytes=MOST_MANIFEST_BYTES, deadline_ms=DEADLINE_MS, request_class="manifest"
        )
        presentation = read_dash(answer.body, url=url)
        self._presentation = presentation
        return ManifestRead(request_id, len(answer.body), presentation, tuple(self._places()))

    async def _fetch_index(self, request_id: int, target: IndexTarget, appliance: str) -> IndexRead:
        raise FormatUnsupported("Indexes are not read yet.")

    async def _fetch_media(self, request_id: int, target: MediaTarget, resource: Resource, appliance: str) -> Answer:
        byte_range = None
        if resource.first_byte is not None and resource.last_byte is not None:
            byte_range = (resource.first_byte, resource.last_byte)
        answer = await self._http.fetch(
            request_url(self._places()[appliance], resource.path),
            most_bytes=MOST_SEGMENT_BYTES,
            deadline_ms=DEADLINE_MS,
            byte_range=byte_range,
            on_progress=lambda received, size: self.receive(ProgressMade(request_id, received, size)),
        )
        if isinstance(target, SegmentTarget) and target.of.mime_type.endswith("/mp4") and not is_complete(answer.body):
            raise FetchFailure("truncated")
        return answer

    def _places(self) -> dict[str, BaseUrl]:
        return self._source.places(self._presentation)

    async def _sync_clock(self, sources: tuple[ClockSource, ...]) -> None:
        raise FormatUnsupported("Clocks are not asked yet.")

    async def _fetch_keys(self, key_ids: tuple[str, ...]) -> None:
        assert self._presentation is not None
        try:
            keys = await self._source.keys(self._presentation)
            if keys.by_id.keys().isdisjoint(key_ids):
                raise LicenseInvalid("The license holds none of the title's keys.", key_ids=key_ids)
            self._sink.unlock(keys)
        except MatineeError as error:
            self.receive(KeysRefused(error.code, error.what, error.facts))
        else:
            self.receive(KeysArrived())

    async def _fetch_steering(self, heard: tuple[Heard, ...]) -> None:
        try:
            advice = await self._source.steer(heard)
        except FetchFailure as failure:
            self.receive(SteeringFailed(failure.hint_ms, is_gone=failure.status == 410))
        except SteeringInvalid:
            self.receive(SteeringFailed())
        else:
            self.receive(SteeringArrived(tuple(self._places()), advice.ttl_ms, advice.fresh_ms))

    def _append(self, command: Append) -> None:
        _, body = self._segments.pop(command.request_id)
        init = None if command.init_request_id is None else self._inits[command.init_request_id]
        self._sink.append(command, init=init, body=body)

    def _discard(self, kind: TrackKind) -> None:
        """Init segments stay: the core knows them as here."""
        self._segments = {key: kept for key, kept in self._segments.items() if kept[0] != kind}
        self._sink.discard(kind)
