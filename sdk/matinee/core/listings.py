"""The listings: which segments each rendition has, by the manifest's word or by an index read since."""

from collections.abc import Sequence

from matinee.core.messages import IndexTarget
from matinee.manifest.presentation import Live, Period, Rendition, Segment

LEAST_REFRESH_MS = 500
"""However eager the service, a playlist is not read more often."""


class _Listing:
    def __init__(self, segments: Sequence[Segment], live: Live | None, *, now_ms: int) -> None:
        self.segments = segments
        self.live = live
        self.read_ms = now_ms


class Listings:
    """One session's knowledge of segments; streams and tracks share it, so that no index is read twice."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, str], _Listing] = {}

    def segments(self, period: Period, rendition: Rendition) -> Sequence[Segment]:
        """In playing order; none while the index is unread."""
        listing = None if rendition.index is None else self._of(period, rendition)
        return listing.segments if listing else rendition.segments

    def is_open(self, period: Period, rendition: Rendition) -> bool:
        """Whether the index is unread, or will list more."""
        if rendition.index is None:
            return False
        listing = self._of(period, rendition)
        return listing is None or listing.live is not None

    def due_ms(self, period: Period, rendition: Rendition) -> int:
        """When the index, which must be open, is to be read again; 0: now."""
        listing = self._of(period, rendition)
        if listing is None or listing.live is None:
            return 0
        return listing.read_ms + max(LEAST_REFRESH_MS, listing.live.refresh_ms or 0)

    def learn(self, target: IndexTarget, segments: Sequence[Segment], live: Live | None, *, now_ms: int) -> bool:
        """Note what an index says. Whether that is news; if not, it is due again after half the time.

        Source of the half: RFC 8216, section 6.3.4.
        """
        before = self._of(target.period, target.rendition)
        listing = _Listing(segments, live, now_ms=now_ms)
        is_news = before is None or segments[-1].start_ms > before.segments[-1].start_ms or live is None
        if not is_news and live is not None:
            listing.read_ms -= (live.refresh_ms or 0) // 2
        self._read[_key(target.period, target.rendition)] = listing
        return is_news

    def keep(self, periods: Sequence[Period]) -> None:
        """Forget what was read of any other period."""
        kept = {period.period_id for period in periods}
        self._read = {key: listing for key, listing in self._read.items() if key[0] in kept}

    def _of(self, period: Period, rendition: Rendition) -> _Listing | None:
        return self._read.get(_key(period, rendition))


def _key(period: Period, rendition: Rendition) -> tuple[str, str]:
    return period.period_id, rendition.rendition_id
