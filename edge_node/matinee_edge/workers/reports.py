"""Reports: what a worker counted since it last said so."""

import msgspec

from matinee_edge.tally import Tally

MOST_ASKED = 1_024
"""Files whose requests one report counts; further ones are counted by the next."""

_COUNTS = ("requests", "answering", "connections", "bytes_sent", "hits", "errors", "turned_away")


class Report(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Differences, so that one which is lost costs no more than itself."""

    counts: dict[str, int]
    """By name of a field of Tally; what there is less of now is negative."""
    first_bytes_ms: tuple[int, ...] = ()
    asked: tuple[tuple[str, str, int], ...] = ()
    """Title id, path, requests."""


class Reporter:
    """Owned by the worker."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._told = dict.fromkeys(_COUNTS, 0)
        self._asked: dict[tuple[str, str], int] = {}

    def asked(self, title_id: str, path: str) -> None:
        """Count a request for the file."""
        key = title_id, path
        if key in self._asked or len(self._asked) < MOST_ASKED:
            self._asked[key] = self._asked.get(key, 0) + 1

    def report(self) -> Report:
        """What has not been told yet; it is told by this."""
        now = {name: getattr(self._tally, name) for name in _COUNTS}
        counts = {name: count - self._told[name] for name, count in now.items() if count != self._told[name]}
        asked = tuple((title_id, path, count) for (title_id, path), count in self._asked.items())
        self._told = now
        self._asked = {}
        return Report(counts=counts, first_bytes_ms=tuple(self._tally.take_first_bytes()), asked=asked)


def add(report: Report, *, to: Tally) -> None:
    """The tally counts these as its own. Names that it does not know are left out."""
    for name in report.counts.keys() & set(_COUNTS):
        setattr(to, name, getattr(to, name) + report.counts[name])
    to.first_bytes_ms.extend(report.first_bytes_ms)
