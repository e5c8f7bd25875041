"""A collector that counts as one must: each event once by its id, each count of drops once by its name."""

from dataclasses import dataclass, field

import msgspec
from aiohttp import web

from matinee.testing.network import HostRequest
from matinee.wire.telemetry import RefusedEvent, TelemetryAnswer, UnreadBatch, read_event

URL = "http://collector.test/telemetry"


@dataclass
class Collector:
    """Scripted, or behind a socket."""

    refuses: frozenset[str] = frozenset()
    """Ids of events."""
    reads_packed: bool = False
    heard: list[str] = field(default_factory=list)
    """Ids, in order, each as often as it was told."""
    counts: dict[str, int] = field(default_factory=dict)
    encodings: list[str] = field(default_factory=list)
    """Of the batches."""

    @property
    def dropped(self) -> int:
        return sum(self.counts.values())

    def __call__(self, request: HostRequest) -> bytes:
        """As a host of a scripted network."""
        return self.take(request.body)

    def take(self, body: bytes) -> bytes:
        batch = msgspec.json.decode(body, type=UnreadBatch)
        if batch.dropped:
            self.counts[batch.dropped_id] = batch.dropped
        ids = [read_event(event).event_id for event in batch.events]
        refused = tuple(RefusedEvent(event_id=it, reason="foreign") for it in ids if it in self.refuses)
        self.heard += [it for it in ids if it not in self.refuses]
        return msgspec.json.encode(TelemetryAnswer(accepted=len(ids) - len(refused), refused=refused))

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/telemetry", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        # aiohttp unpacks what it is told is packed.
        self.encodings.append(request.headers.get("Content-Encoding", ""))
        headers = {"Accept-Encoding": "gzip"} if self.reads_packed else {}
        return web.Response(status=202, body=self.take(await request.read()), headers=headers)
