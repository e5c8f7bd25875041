"""Errands: which file is fetched next, and of whom. Pure: events in, errands out.

Each file of a title has its turns among those of the cluster that should hold it (`shares.fetchers`). Whose turn comes
first fetches it from a parent, the others ask that peer for what is on its shelf, and again until it is there. A peer
that does not answer, or does nothing while everybody else is done, loses its turns for a while.

An appliance that comes late, after a repair say, finds in its own share what its peers have long had: the first file of
its share is asked of a peer, and only if that lacks it, the share is asked of the parents.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from matinee.wire.title import MediaFile
from matinee_edge.fill.allowance import Allowance
from matinee_edge.fill.shares import fetchers

PEER_ERRANDS = 2
"""At a time of one peer: its files are few, and its link is short."""
MAX_FAILURES = 3
"""In a row, and a source is left alone for a while."""
FIRST_REST_MS = 1_000
MAX_REST_MS = 30_000
"""A parent is asked again after this at the latest."""
PEER_REST_MS = 300_000
"""A peer that failed has lost its turns for so long: what it would have fetched, others have by then."""
FIRST_LACK_MS = 500
MAX_LACK_MS = 15_000
"""A peer that lacks a file is asked again after this at the latest."""
PATIENCE_MS = 300_000
"""How long a peer may bring nothing new when nothing else is left to do."""


class Errand(NamedTuple):
    title_id: str
    file: MediaFile
    source: str
    """By name."""
    is_of_peer: bool
    """A peer is asked for what is on its shelf, a parent for what it can get."""


def rest_ms(times: int, *, draw: int) -> int:
    """How long to leave alone what failed `times` in a row (> 0): capped, then jittered, at least half of the cap."""
    cap_ms = min(MAX_REST_MS, FIRST_REST_MS << min(times - 1, 16))
    return cap_ms // 2 + draw % (cap_ms // 2 + 1)


@dataclass
class _Title:
    turns: tuple[str, ...]
    """Everybody who should hold it, this appliance first."""
    left: int
    probe: MediaFile | None = None
    """The file of the own share that a peer is asked for, to learn whether it holds the share."""
    parked: list[MediaFile] = field(default_factory=list)
    """The rest of the own share meanwhile."""


@dataclass
class _Source:
    failures: int = 0
    """In a row."""
    rests_until_ms: int = 0

    @property
    def has_failed(self) -> bool:
        return self.failures >= MAX_FAILURES


@dataclass
class _Lane:
    """What waits for one peer, or for the parents."""

    sources: dict[str, _Source]
    """Any of them will do, in this order: one peer, or all parents."""
    news_ms: int
    """When something last came of it."""
    waiting: deque[tuple[str, MediaFile]] = field(default_factory=deque)
    running: int = 0
    lacks: int = 0
    """In a row, of a peer."""

    @property
    def is_idle(self) -> bool:
        return not self.waiting and not self.running

    def source(self, now_ms: int) -> str | None:
        """Who is asked now; None while all of them rest."""
        return next((name for name, it in self.sources.items() if it.rests_until_ms <= now_ms), None)

    def rests_ms(self, now_ms: int) -> int:
        return max(0, min(it.rests_until_ms for it in self.sources.values()) - now_ms)

    def most(self, most: int, source: str) -> int:
        """Errands at a time: until a source has shown that it has more, one finds out."""
        return 1 if self.lacks or self.sources[source].failures else most


class Errands:
    """The errands of one appliance. What is due is handed out once; each comes back by one of three calls."""

    def __init__(
        self,
        *,
        name: str,
        peers: Iterable[str],
        parents: Iterable[str],
        allowance: Allowance,
        at_a_time: int,
        draw: Callable[[], int],
        now_ms: int,
    ) -> None:
        """`name`: this appliance's; `parents`: at least one, the nearest first; `at_a_time`: files of the parents.

        `allowance`: for what comes from parents; `draw`: dice, for jitter.
        """
        self._name = name
        self._allowance = allowance
        self._at_a_time = at_a_time
        self._draw = draw
        self._parents = _Lane({parent: _Source() for parent in parents}, now_ms)
        self._peers = {peer: _Lane({peer: _Source()}, now_ms) for peer in sorted(peers)}
        self._titles: dict[str, _Title] = {}

    @property
    def titles(self) -> Collection[str]:
        """Those with something left to fetch."""
        return self._titles.keys()

    @property
    def failing(self) -> tuple[str, ...]:
        """Sources that are left alone, or asked with care."""
        lanes = (self._parents, *self._peers.values())
        return tuple(name for lane in lanes for name, source in lane.sources.items() if source.has_failed)

    def open(self, title_id: str, files: Sequence[MediaFile], *, holders: Iterable[str], now_ms: int) -> None:
        """Fetch the files (at least one), in their order; the `holders` among the peers should hold them too."""
        title = _Title(turns=(self._name, *(peer for peer in holders if peer in self._peers)), left=len(files))
        self._titles[title_id] = title
        own = []
        for file in files:
            peer = self._whose_turn(title_id, file, turns=title.turns, now_ms=now_ms)
            if peer == self._name:
                own.append(file)
            else:
                self._peers[peer].waiting.append((title_id, file))
        if not own:
            return
        peer = self._whose_turn(title_id, own[0], turns=title.turns[1:], now_ms=now_ms)
        if peer:
            title.probe, *title.parked = own
            self._peers[peer].waiting.appendleft((title_id, own[0]))
        else:
            self._parents.waiting.extend((title_id, file) for file in own)

    def due(self, now_ms: int, *, is_pressed: bool = False) -> list[Errand]:
        """What is to be fetched now. `is_pressed`: viewers wait for the parents, so one file is asked of them."""
        errands = []
        for lane in self._peers.values():
            while (source := lane.source(now_ms)) and lane.waiting and lane.running < lane.most(PEER_ERRANDS, source):
                errands.append(self._begin(lane, source, is_of_peer=True))
        lane, most = self._parents, 1 if is_pressed else self._at_a_time
        while (source := lane.source(now_ms)) and lane.waiting and lane.running < lane.most(most, source):
            if self._allowance.wait_ms(now_ms):
                break
            errands.append(self._begin(lane, source, is_of_peer=False))
            self._allowance.spend(errands[-1].file.size_bytes)
        return errands

    def wakes_in_ms(self, now_ms: int) -> int | None:
        """After how long more may be due although nothing happened; None: never."""
        waits = [lane.rests_ms(now_ms) for lane in self._peers.values() if lane.waiting]
        if self._parents.waiting:
            waits.append(max(self._parents.rests_ms(now_ms), self._allowance.wait_ms(now_ms)))
        return min((wait_ms for wait_ms in waits if wait_ms), default=None)

    def landed(self, errand: Errand, *, now_ms: int) -> None:
        """The file is here."""
        lane = self._end(errand)
        lane.lacks = lane.sources[errand.source].failures = 0
        lane.news_ms = now_ms
        title = self._titles[errand.title_id]
        if errand.file == title.probe and errand.is_of_peer:
            lane.waiting.extend((errand.title_id, file) for file in title.parked)
            title.parked = []
        title.left -= 1
        if not title.left:
            del self._titles[errand.title_id]

    def lacked(self, errand: Errand, *, now_ms: int) -> None:
        """The peer does not hold the file, or not yet."""
        lane = self._end(errand)
        lane.sources[errand.source].failures = 0
        if self._is_own(errand):
            self._ask_parents(errand.title_id, errand.file)
            return
        lane.waiting.appendleft((errand.title_id, errand.file))
        if self._parents.is_idle and now_ms - max(lane.news_ms, self._parents.news_ms) >= PATIENCE_MS:
            self._pass_on(errand.source, now_ms=now_ms)
            return
        lane.sources[errand.source].rests_until_ms = now_ms + min(MAX_LACK_MS, FIRST_LACK_MS << min(lane.lacks, 16))
        lane.lacks += 1

    def failed(self, errand: Errand, *, now_ms: int) -> None:
        """The source did not deliver."""
        lane = self._end(errand)
        lane.waiting.append((errand.title_id, errand.file))
        source = lane.sources[errand.source]
        source.failures += 1
        if not source.has_failed:
            return
        if errand.is_of_peer:
            self._pass_on(errand.source, now_ms=now_ms)
        else:
            source.rests_until_ms = now_ms + rest_ms(source.failures - MAX_FAILURES + 1, draw=self._draw())

    def _begin(self, lane: _Lane, source: str, *, is_of_peer: bool) -> Errand:
        title_id, file = lane.waiting.popleft()
        lane.running += 1
        return Errand(title_id, file, source, is_of_peer)

    def _end(self, errand: Errand) -> _Lane:
        lane = self._peers[errand.source] if errand.is_of_peer else self._parents
        lane.running -= 1
        return lane

    def _whose_turn(self, title_id: str, file: MediaFile, *, turns: Iterable[str], now_ms: int) -> str:
        """The first that has not lost its turns, perhaps this appliance; empty if there is none."""
        names = fetchers(title_id, file.path, among=turns)
        return next((name for name in names if name == self._name or not self._has_lost_its_turns(name, now_ms)), "")

    def _has_lost_its_turns(self, peer: str, now_ms: int) -> bool:
        source = self._peers[peer].sources[peer]
        return source.has_failed and now_ms < source.rests_until_ms

    def _is_own(self, errand: Errand) -> bool:
        """Whether it is of this appliance's own share, though asked of a peer."""
        title_id, file, *_ = errand
        title = self._titles[title_id]
        return file == title.probe or fetchers(title_id, file.path, among=title.turns)[0] == self._name

    def _ask_parents(self, title_id: str, file: MediaFile) -> None:
        """For the file, and for what waited to hear whether a peer holds it."""
        title = self._titles[title_id]
        self._parents.waiting.extend((title_id, file) for file in (file, *title.parked))
        title.parked = []

    def _pass_on(self, peer: str, *, now_ms: int) -> None:
        """The peer has lost its turns; its files pass on to the next."""
        lane = self._peers[peer]
        source = lane.sources[peer]
        source.failures, source.rests_until_ms = max(source.failures, MAX_FAILURES), now_ms + PEER_REST_MS
        lane.lacks = 0
        passed_on, lane.waiting = lane.waiting, deque()
        for title_id, file in passed_on:
            turns = self._titles[title_id].turns
            name = self._whose_turn(title_id, file, turns=turns, now_ms=now_ms)
            if name == self._name:
                self._ask_parents(title_id, file)
            else:
                self._peers[name].waiting.append((title_id, file))
