"""The link of a session: a trace played round and round, as Sabre's `NetworkModel` plays it."""

from collections.abc import Callable, Sequence

import msgspec


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """A while in which the link does not change."""

    duration_ms: float
    """> 0."""
    bandwidth_kbps: float
    """>= 0, and not 0 in every period of a trace."""
    latency_ms: float
    """From a request to its first bit. >= 0."""


class Download(msgspec.Struct, frozen=True, kw_only=True):
    """A download, finished or under way. The names are Sabre's `DownloadProgress`; sizes in bits, times in ms."""

    index: int
    """Of the segment."""
    quality: int
    """The rung, 0 the lowest."""
    size: float
    downloaded: float
    time: float
    """Since the request."""
    time_to_first_bit: float
    abandon_to_quality: int | None = None
    """The rung it was abandoned for."""


CheckAbandon = Callable[[Download, float], int | None]
"""Asked of a download under way and the buffer in ms: the rung to abandon it for, or None to go on."""

_PROGRESS_BITS, _PROGRESS_MS = 12_000, 50
"""Between two looks at a download under way lies at least this much of both (Sabre: `min_progress_*`)."""


class Network:
    """A link that serves one download at a time."""

    def __init__(self, trace: Sequence[Period]) -> None:
        self._trace = [(period.duration_ms, period.bandwidth_kbps, period.latency_ms) for period in trace]
        self._at = 0
        self._left_ms, self._kbps, self._latency_ms = self._trace[0]

    def wait(self, ms: float) -> None:
        while ms > self._left_ms:
            ms -= self._left_ms
            self._turn()
        self._left_ms -= ms

    def download(
        self, size: float, *, index: int, quality: int, buffer_ms: float, check_abandon: CheckAbandon | None = None
    ) -> Download:
        first_bit_ms = self._first_bit()
        if check_abandon is None:
            ms = first_bit_ms + self._transfer(size)
            return Download(
                index=index, quality=quality, size=size, downloaded=size, time=ms, time_to_first_bit=first_bit_ms
            )
        ms, downloaded = first_bit_ms, 0.0
        least_ms = _PROGRESS_MS - first_bit_ms
        while True:
            bits, took_ms = self._transfer_some(size - downloaded, least_ms=least_ms)
            ms += took_ms
            downloaded += bits
            progress = Download(
                index=index, quality=quality, size=size, downloaded=downloaded, time=ms, time_to_first_bit=first_bit_ms
            )
            if downloaded >= size:
                return progress
            abandon_to = check_abandon(progress, max(0, buffer_ms - ms))
            if abandon_to is not None:
                return msgspec.structs.replace(progress, abandon_to_quality=abandon_to)
            least_ms = _PROGRESS_MS

    def _turn(self) -> None:
        self._at = (self._at + 1) % len(self._trace)
        self._left_ms, self._kbps, self._latency_ms = self._trace[self._at]

    def _first_bit(self) -> float:
        """The latency passes; where the period ends first, the share of it that is left is the next period's."""
        total_ms, share = 0.0, 1.0
        while True:
            ms = share * self._latency_ms
            if ms <= self._left_ms:
                self._left_ms -= ms
                return total_ms + ms
            total_ms += self._left_ms
            share -= self._left_ms / self._latency_ms
            self._turn()

    def _transfer(self, bits: float) -> float:
        total_ms = 0.0
        while bits > self._left_ms * self._kbps:
            total_ms += self._left_ms
            bits -= self._left_ms * self._kbps
            self._turn()
        if bits <= 0:
            return total_ms
        ms = bits / self._kbps
        self._left_ms -= ms
        return total_ms + ms

    def _transfer_some(self, bits: float, *, least_ms: float) -> tuple[float, float]:
        """At most `bits`, and no more than it takes to make progress: what came, and in which time."""
        total_bits, total_ms, least_bits = 0.0, 0.0, float(_PROGRESS_BITS)
        while bits > 0 and (least_bits > 0 or least_ms > 0):
            if self._kbps > 0:
                wanted = max(least_bits, least_ms * self._kbps)
                possible = self._left_ms * self._kbps
                if min(bits, wanted) <= possible:
                    came = min(bits, wanted)
                    ms = came / self._kbps
                    self._left_ms -= ms
                    return total_bits + came, total_ms + ms
                came, ms = possible, self._left_ms
                self._turn()
            elif least_bits > 0 or least_ms > self._left_ms:
                came, ms = 0.0, self._left_ms
                self._turn()
            else:
                came, ms = 0.0, least_ms
                self._left_ms -= ms
            total_bits += came
            total_ms += ms
            bits -= came
            least_bits -= came
            least_ms -= ms
        return total_bits, total_ms
