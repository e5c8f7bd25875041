"""Timekeeping: the wall clock by which a live presentation goes, asked of whom its manifest names (DASH: UTCTiming)."""

from collections.abc import Iterable

from matinee.manifest.instants import wall_ms
from matinee.manifest.presentation import ClockSource
from matinee.runtime.http import Answer, FetchFailure, Network, Request
from matinee.wire.retry_after import http_date_ms

MOST_CLOCK_BYTES = 4_096
CLOCK_DEADLINE_MS = 3_000


async def wall_ms_of(sources: Iterable[ClockSource], http: Network) -> int | None:
    """What the first of `sources` that answers shows now; None if none does. Half the round trip counts as gone by."""
    for source in sources:
        if source.scheme == "direct":
            shown_ms = wall_ms(source.value)
        else:
            shown_ms = await _asked(source, http)
        if shown_ms is not None:
            return shown_ms
    return None


async def _asked(source: ClockSource, http: Network) -> int | None:
    method = "HEAD" if source.scheme == "http-head" else "GET"
    request = Request(
        url=source.value,
        most_bytes=MOST_CLOCK_BYTES,
        deadline_ms=CLOCK_DEADLINE_MS,
        request_class="clock",
        method=method,
    )
    try:
        answer = await http.fetch(request)
    except FetchFailure:
        return None
    shown_ms = _shown_ms(answer, source)
    return None if shown_ms is None else shown_ms + answer.elapsed_ms // 2


def _shown_ms(answer: Answer, source: ClockSource) -> int | None:
    if source.scheme == "http-head":
        return http_date_ms(answer.headers.get("Date", ""))
    return wall_ms(answer.body.decode("ascii", "replace"))
