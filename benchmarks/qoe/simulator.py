"""A session of one viewer in simulated time, with the semantics of Sabre.

Source: Spiteri, Sitaraman and Sparacio, "From Theory to Practice: Improving Bitrate Adaptation in the DASH Reference
Player", MMSys 2018, and `src/sabre.py` of UMass-LIDS/sabre at 09b03bb. Its plug-in interface is kept with its names,
so that a controller runs here and there: times are ms, sizes bits, rates kbit/s, and a "quality" is a rung.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import msgspec

from benchmarks.qoe.network import CheckAbandon, Download, Network, Period


class Manifest(msgspec.Struct, frozen=True):
    """A title as a controller sees it."""

    segment_time: int
    bitrates: tuple[int, ...]
    """Ascending."""
    segments: tuple[tuple[int, ...], ...]
    """The size of every segment at every rung."""

    @property
    def utilities(self) -> tuple[float, ...]:
        """0 for the lowest rung. Rounded as in Sabre, where BOLA-E meets ties."""
        return tuple(math.log(bitrate) - math.log(self.bitrates[0]) for bitrate in self.bitrates)


class Session:
    """What a controller may look at."""

    def __init__(self, manifest: Manifest, buffer_max_ms: float) -> None:
        self.manifest = manifest
        self.buffer_max_ms = buffer_max_ms
        self.estimate = Ewma(manifest.segment_time)
        self.buffer: list[int] = []
        """The rungs of the segments in the buffer; the first may have been played in part."""
        self.played_of_first_ms: float = 0
        self.now_ms: float = 0
        """Since the first request."""

    def get_throughput(self) -> float:
        return self.estimate.throughput

    def get_latency(self) -> float:
        return self.estimate.latency

    def get_buffer_contents(self) -> list[int]:
        return self.buffer[:]

    def get_buffer_level(self) -> float:
        return self.manifest.segment_time * len(self.buffer) - self.played_of_first_ms


class Abr:
    """Sabre's interface of a controller, and what it does unless told otherwise."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get_first_quality(self) -> int:
        return 0

    def get_quality_delay(self, segment_index: int) -> tuple[int, float]:
        """The rung of the next segment, and how long to wait before it is asked for. Not called for the first."""
        raise NotImplementedError

    def report_delay(self, delay: float) -> None:
        """The buffer was full for so long."""

    def report_download(self, metrics: Download, is_replacement: bool) -> None:
        """A download ended, whole or abandoned. Not called for the first."""

    def check_abandon(self, progress: Download, buffer_level: float) -> int | None:
        """Any rung to abandon this download; which one is asked for instead `get_quality_delay` says anew."""
        return None


class Ewma:
    """Throughput and latency: the worse of two averages of different memory. Sabre's default."""

    _HALF_LIVES_MS = (3000.0, 8000.0)

    def __init__(self, segment_time: float) -> None:
        self.throughput = self.latency = 0.0
        self._latency_keep = [math.pow(0.5, segment_time / half_life) for half_life in self._HALF_LIVES_MS]
        self._throughputs, self._latencies = [0.0, 0.0], [0.0, 0.0]
        self._ms, self._latency_rest = 0.0, [1.0, 1.0]

    def push(self, ms: float, throughput: float, latency: float) -> None:
        self._ms += ms
        for i, half_life in enumerate(self._HALF_LIVES_MS):
            keep = math.pow(0.5, ms / half_life)
            self._throughputs[i] = keep * self._throughputs[i] + (1 - keep) * throughput
            keep = self._latency_keep[i]
            self._latencies[i] = keep * self._latencies[i] + (1 - keep) * latency
            self._latency_rest[i] *= keep
        fast, slow = (1 - math.pow(0.5, self._ms / half_life) for half_life in self._HALF_LIVES_MS)
        self.throughput = min(self._throughputs[0] / fast, self._throughputs[1] / slow)
        self.latency = max(self._latencies[i] / (1 - self._latency_rest[i]) for i in (0, 1))


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """How a session went."""

    manifest: Manifest
    rungs: tuple[int, ...]
    """As they were shown."""
    startup_ms: float
    """From the first request to the first segment's last bit."""
    stall_ms: float
    stalls: int
    play_ms: float
    """From the first request to the end of the last segment."""
    abandoned: int

    @property
    def switches(self) -> int:
        return sum(a != b for a, b in pairwise(self.rungs))

    @property
    def rebuffer_ratio(self) -> float:
        return self.stall_ms / self.play_ms


Replacement = Literal["none", "left", "right"]
"""Whether a controller's raise replaces segments that are in the buffer already: the first or the last below it."""


class Simulation:
    """One session: the buffer is played while the network works."""

    def __init__(
        self,
        manifest: Manifest,
        trace: Sequence[Period],
        *,
        buffer_max_ms: float,
        replacement: Replacement = "none",
        abandons: bool = True,
    ) -> None:
        self.session = Session(manifest, buffer_max_ms)
        self._network = Network(trace)
        self._replacement = replacement
        self._abandons = abandons
        self._rungs: list[int] = []
        self._stall_ms = 0.0
        self._stalls = self._abandoned = 0

    def run(self, abr: Abr) -> Played:
        """The whole title, start to end. `abr` was made for this session."""
        manifest, session = self.session.manifest, self.session
        startup_ms = self._start(abr.get_first_quality())
        segment = 1
        while segment < len(manifest.segments):
            full_ms = session.get_buffer_level() + manifest.segment_time - session.buffer_max_ms
            if full_ms > 0:
                self._wait(full_ms)
                abr.report_delay(full_ms)
            quality, delay_ms = abr.get_quality_delay(segment)
            place = self._place(quality)
            if place < 0:
                self._replace(abr, segment, quality, place)
                continue
            if delay_ms > 0:
                self._wait(delay_ms)
            segment += self._append(abr, segment, quality)
        self._play(session.get_buffer_level())
        return Played(
            manifest=manifest,
            rungs=tuple(self._rungs),
            startup_ms=startup_ms,
            stall_ms=self._stall_ms,
            stalls=self._stalls,
            play_ms=self.session.now_ms,
            abandoned=self._abandoned,
        )

    def _start(self, quality: int) -> float:
        """The first segment; until it is there nothing plays, which counts as time but not as a stall."""
        size = self.session.manifest.segments[0][quality]
        first = self._network.download(size, index=0, quality=quality, buffer_ms=0)
        self.session.buffer.append(quality)
        self._learn(first)
        self.session.now_ms += first.time
        return first.time

    def _append(self, abr: Abr, segment: int, quality: int) -> int:
        """How many segments were added to the buffer: 1, or 0 if the download was abandoned."""
        done = self._download(segment, quality, abr.check_abandon if self._abandons else None)
        if done.abandon_to_quality is None:
            self.session.buffer.append(quality)
        else:
            self._abandoned += 1
        abr.report_download(done, False)
        if done.abandon_to_quality is None:
            self._learn(done)
        return int(done.abandon_to_quality is None)

    def _replace(self, abr: Abr, segment: int, quality: int, place: int) -> None:
        """The segment at `place` is loaded anew, unless it would begin to play before it has come."""
        segment_time = self.session.manifest.segment_time

        def is_late(_: Download, buffer_ms: float) -> int | None:
            return -1 if buffer_ms + segment_time * place <= 0 else None

        done = self._download(segment + place, quality, is_late if self._abandons else None)
        if done.abandon_to_quality is None and self.session.get_buffer_level() + segment_time * place >= 0:
            self.session.buffer[place] = quality
        abr.report_download(done, True)
        if done.abandon_to_quality is None:
            self._learn(done)

    def _place(self, quality: int) -> int:
        """Where in the buffer, counted from its end as a negative, a segment is to be replaced; 0 for nowhere."""
        if self._replacement == "none":
            return 0
        buffer = self.session.buffer
        skip = math.ceil(1.5 + self.session.played_of_first_ms / self.session.manifest.segment_time)
        lower = [i for i in range(skip, len(buffer)) if buffer[i] < quality]
        if not lower:
            return 0
        return (lower[0] if self._replacement == "left" else lower[-1]) - len(buffer)

    def _download(self, index: int, quality: int, check_abandon: CheckAbandon | None) -> Download:
        done = self._network.download(
            self.session.manifest.segments[index][quality],
            index=index,
            quality=quality,
            buffer_ms=self.session.get_buffer_level(),
            check_abandon=check_abandon,
        )
        self._play(done.time)
        return done

    def _learn(self, done: Download) -> None:
        ms = done.time - done.time_to_first_bit
        self.session.estimate.push(ms, done.downloaded / ms, done.time_to_first_bit)

    def _wait(self, ms: float) -> None:
        self._play(ms)
        self._network.wait(ms)

    def _play(self, ms: float) -> None:
        """So much time passes at the screen. A segment counts as shown when its first frame is."""
        session, segment_time = self.session, self.session.manifest.segment_time
        session.now_ms += ms
        if not session.buffer:
            self._stall_ms += ms
            return
        if session.played_of_first_ms > 0:
            if ms + session.played_of_first_ms < segment_time:
                session.played_of_first_ms += ms
                return
            ms -= segment_time - session.played_of_first_ms
            session.buffer.pop(0)
            session.played_of_first_ms = 0
        while ms > 0 and session.buffer:
            self._rungs.append(session.buffer[0])
            if ms < segment_time:
                session.played_of_first_ms = ms
                return
            session.buffer.pop(0)
            ms -= segment_time
        if ms > 0:
            self._stall_ms += ms
            self._stalls += 1
