"""The driver: carries out what the core commands, and tells it what came of it. It decides nothing."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol, TypeVar, assert_never

from matinee.core.messages import (
    Announce,
    Append,
    Cancel,
    ClockSynced,
    Command,
    Discard,
    Enter,
    Event,
    EventsFound,
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
    PartArrived,
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
    LicenseInvalid,
    ManifestInvalid,
    MatineeError,
    MediaCorrupt,
    MediaInvalid,
    SteeringInvalid,
)
from matinee.manifest.pathways import request_url
from matinee.manifest.presentation import (
    BaseUrl,
    ClockSource,
    Presentation,
    Resource,
    SampleKey,
    Segment,
    TrackKind,
    WholeKey,
)
from matinee.media.aes128 import decrypt_whole
from matinee.media.boxes import is_complete
from matinee.media.events import may_hold_events, read_events
from matinee.media.header import key_ids_in
from matinee.media.integrity import is_boxed_or_packed, verify_segment
from matinee.policy.requests import RULES, priority_header
from matinee.runtime.alarm import Alarm
from matinee.runtime.http import Answer, FetchFailure, Network, OnPiece, Request
from matinee.runtime.marks import Marks
from matinee.runtime.parts import Parts
from matinee.runtime.reading import Reading
from matinee.runtime.source import ContentKeys, Source
from matinee.runtime.stock import Goods, Stock
from matinee.runtime.tasks import Tasks
from matinee.runtime.timekeeping import wall_ms_of
from matinee.wire.steering import Heard

MOST_MANIFEST_BYTES = 8 << 20
MOST_SEGMENT_BYTES = 128 << 20


LARGE_DOCUMENT_BYTES = 64 << 10
"""About 5 ms of reading; longer is done beside the event loop."""
PATCH_DEADLINE_MS = 5_000
MOST_KEYS = 64

ReadT = TypeVar("ReadT")

Witness = Callable[[Event, Sequence[Command], int], None]
"""Told of every event and of what it made the core command, with the clock's `now_ms`, before it is carried out."""


class Sink(Protocol):
    """Where fetched media goes."""

    def unlock(self, keys: ContentKeys) -> None:
        """What opens the title; called before playback moves."""
        ...

    def append(self, append: Append, *, init: bytes | None, body: bytes, key: bytes | None) -> None:
        """The next segment of its kind; `key` opens its samples, if it is not the license that does."""
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
        marks: Marks | None = None,
    ) -> None:
        self._playback = playback
        self._source = source
        self._sink = sink
        self._http = http
        self._tasks = tasks
        self._announce = announce
        self._witness = witness
        self._marks = marks
        self.reading: Reading = Reading()
        """What the manifests of the session say."""
        self._license_url = ""
        self._requests: dict[int, asyncio.Task[None]] = {}
        self._stock = Stock()
        self._keys: dict[str, bytes] = {}
        self._alarm = Alarm(http.clock, tasks, lambda: self.receive(Woke()))

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
                self._stock.drop(command.request_id)
            case FetchKeys():
                self._tasks.start(self._fetch_keys(command.key_ids))
            case FetchSteering():
                self._tasks.start(self._fetch_steering(command.heard))
            case Append():
                init, body, key = self._stock.take(command)
                self._sink.append(command, init=init, body=body, key=key)
            case Forget():
                self._stock.forget(command.request_ids)
            case Discard():
                # Init segments stay: the core knows them as here.
                self._stock.discard(command.kind)
                self._sink.discard(command.kind)
            case Enter():
                self._sink.enter(command.position_ms)
            case SyncClock():
                self._tasks.start(self._sync_clock(command.sources))
            case Announce():
                self._announce(command.notice)
            case WakeAt():
                self._alarm.set(command.now_ms)
            case _:
                assert_never(command)

    async def _fetch(self, command: Fetch) -> None:
        request_id, target = command.request_id, command.target
        try:
            match target:
                case ManifestTarget():
                    event: Event = await self._fetch_manifest(command)
                case IndexTarget():
                    event = await self._fetch_index(command, target)
                case InitTarget():
                    event = await self._fetch_init(command, target)
                case SegmentTarget():
                    event = await self._fetch_segment(command, target)
        except FetchFailure as failure:
            event = FetchFailed(request_id, failure.reason, failure.hint_ms)
        except (ManifestInvalid, MediaInvalid, MediaCorrupt):
            event = FetchFailed(request_id, "corrupt")
        except MatineeError as error:
            event = MediaRefused(error.code, error.what, error.facts)
        self._requests.pop(request_id, None)
        if not isinstance(event, Fetched):
            self._stock.drop(request_id)
        self.receive(event)

    async def _fetch_manifest(self, command: Fetch) -> ManifestRead:
        presentation, size_bytes = await self._patched(command) if self.reading.patch_url else (None, 0)
        if presentation is None:
            url = self.reading.location or self._source.manifests[command.appliance]
            answer = await self._fetch_document(command, url)
            presentation = await _off_loop(answer.body, self.reading.manifest, url=answer.url or url)
            size_bytes = len(answer.body)
        self._license_url = presentation.clearkey_license_url
        return ManifestRead(command.request_id, size_bytes, presentation, tuple(self._places()))

    async def _patched(self, command: Fetch) -> tuple[Presentation | None, int]:
        """The manifest with what has changed since; None if it must be read whole."""
        url = self.reading.patch_url
        try:
            answer = await self._fetch_document(command, url)
            return self.reading.patched(answer.body, url=answer.url or url), len(answer.body)
        except (FetchFailure, ManifestInvalid):
            return None, 0

    async def _fetch_document(self, command: Fetch, url: str) -> Answer:
        request = Request(
            url=url,
            most_bytes=MOST_MANIFEST_BYTES,
            deadline_ms=RULES["manifest"].deadline_ms,
            request_class="manifest",
            headers={"Priority": priority_header(command.urgency)},
        )
        return await self._ask(command, request)

    async def _fetch_index(self, command: Fetch, target: IndexTarget) -> IndexRead:
        assert target.rendition.index is not None, "it is asked for where there is one"
        answer = await self._fetch_media(command, target.rendition.index)
        place = self._places()[command.appliance]
        index = await _off_loop(answer.body, self.reading.index, target, url=answer.url, place=place)
        if not index.segments:
            raise FetchFailure("empty")
        self._license_url = self._license_url or index.license_url
        return IndexRead(command.request_id, len(answer.body), index.segments, index.live, index.key_ids, index.events)

    async def _fetch_init(self, command: Fetch, target: InitTarget) -> Fetched:
        answer = await self._fetch_media(command, target.resource)
        init = await self._opened(answer.body, target.key)
        self._stock.put_init(command.request_id, target.resource, init)
        key_ids = key_ids_in(init) if target.is_licensed else ()
        return Fetched(command.request_id, len(answer.body), answer.elapsed_ms, answer.cmsd, key_ids)

    async def _fetch_segment(self, command: Fetch, target: SegmentTarget) -> Fetched:
        key = target.segment.key
        if target.of.is_chunked and key is None:
            return await self._fetch_parts(command, target)
        answer = await self._fetch_media(command, target.segment.resource)
        body = await self._opened(answer.body, key if isinstance(key, WholeKey) else None)
        has_boxes = target.of.mime_type.endswith("/mp4") and target.segment.init is not None
        if has_boxes and not is_complete(body):
            raise FetchFailure("truncated")
        if target.of.kind in ("video", "audio") and (has_boxes or is_boxed_or_packed(body)):
            verify_segment(body)
        if has_boxes:
            self._tell_events(body, target.segment)
        sample_key = await self._key(key.url) if isinstance(key, SampleKey) else None
        self._stock.put(command.request_id, Goods(target.of.kind, body, sample_key))
        return Fetched(command.request_id, len(answer.body), answer.elapsed_ms, answer.cmsd)

    async def _fetch_parts(self, command: Fetch, target: SegmentTarget) -> Fetched:
        """A segment that is made while it comes: the core is told of each part that can be played."""
        request_id, init, clock = command.request_id, target.segment.init, self._http.clock
        parts = Parts(
            duration_ms=target.segment.duration_ms, asked_ms=clock.now_ms(), init=lambda: self._stock.init_of(init)
        )
        self._stock.put(request_id, Goods(target.of.kind, parts=parts))
        told_ms = 0

        def hear(piece: bytes, received_bytes: int, size_bytes: int) -> None:
            nonlocal told_ms
            ready_ms = parts.feed(piece, now_ms=clock.now_ms())
            if ready_ms > told_ms:
                self._tell_events(parts.body(from_ms=told_ms, until_ms=ready_ms), target.segment)
                told_ms = ready_ms
                self.receive(PartArrived(request_id, ready_ms))
            flow = parts.flowing_bytes, parts.flowing_ms, parts.is_between
            self.receive(ProgressMade(request_id, received_bytes, size_bytes, *flow))

        answer = await self._fetch_media(command, target.segment.resource, hear)
        if not is_complete(answer.body):
            raise FetchFailure("truncated")
        verify_segment(answer.body)
        self._tell_events(parts.body(from_ms=told_ms, until_ms=None), target.segment)
        return Fetched(request_id, len(answer.body), parts.elapsed_ms(len(answer.body)), answer.cmsd)

    def _tell_events(self, media: bytes, segment: Segment) -> None:
        """Those in `media`, a part of `segment`; broken ones are no reason not to play what they come with."""
        if may_hold_events(media):
            with suppress(MediaInvalid):
                self.receive(EventsFound(read_events(media, start_ms=segment.start_ms, shift_ms=segment.shift_ms)))

    async def _fetch_media(self, command: Fetch, resource: Resource, hear: OnPiece | None = None) -> Answer:
        place = self._places().get(command.appliance)
        if place is None:
            raise FetchFailure("withdrawn")
        byte_range = None
        if resource.first_byte is not None and resource.last_byte is not None:
            byte_range = (resource.first_byte, resource.last_byte)
        request = Request(
            url=request_url(place, resource.path),
            most_bytes=MOST_SEGMENT_BYTES,
            deadline_ms=RULES["segment"].deadline_ms,
            byte_range=byte_range,
            headers={"Priority": priority_header(command.urgency)},
        )
        return await self._ask(command, request, hear)

    async def _ask(self, command: Fetch, request: Request, hear: OnPiece | None = None) -> Answer:
        """The answer; `hear` is told of each piece, or else the core."""

        def tell(piece: bytes, received_bytes: int, size_bytes: int) -> None:
            self.receive(ProgressMade(command.request_id, received_bytes, size_bytes))

        if self._marks is not None:
            request = self._marks.on(request, command.target, self.reading.presentation)
        return await self._http.fetch(request, on_piece=hear or tell)

    async def _opened(self, body: bytes, key: WholeKey | None) -> bytes:
        return body if key is None else decrypt_whole(body, key=await self._key(key.url), iv=key.iv)

    async def _key(self, url: str) -> bytes:
        """The key at `url`, asked for once."""
        if url not in self._keys:
            if len(self._keys) >= MOST_KEYS:
                self._keys.pop(next(iter(self._keys)))
            self._keys[url] = await self._source.key_at(url)
        return self._keys[url]

    def _places(self) -> dict[str, BaseUrl]:
        return self._source.places(self.reading.presentation)

    async def _sync_clock(self, sources: tuple[ClockSource, ...]) -> None:
        wall_ms = await wall_ms_of(sources, self._http)
        self.receive(ClockSynced(self._http.clock.wall_ms() if wall_ms is None else wall_ms))

    async def _fetch_keys(self, key_ids: tuple[str, ...]) -> None:
        try:
            keys = await self._source.keys(key_ids, license_url=self._license_url)
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
            self.receive(SteeringArrived(tuple(self._places()), advice.ttl_ms, advice.fresh_ms, advice.bases))


async def _off_loop(document: bytes, read: Callable[..., ReadT], *args: object, **said: object) -> ReadT:
    """What `read` makes of the document, in a thread if that would hold up everybody else."""
    if len(document) < LARGE_DOCUMENT_BYTES:
        return read(document, *args, **said)
    return await asyncio.to_thread(read, document, *args, **said)
