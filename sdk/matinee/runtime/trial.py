"""The trial: a headless player opens every segment with its key, as for a decoder, and shows none."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from matinee.clock import Clock
from matinee.core.messages import Append
from matinee.errors import MatineeError
from matinee.manifest.presentation import TrackKind
from matinee.media.cenc import Decryptor, decryptor_of
from matinee.media.header import read_header
from matinee.runtime.driver import Sink
from matinee.runtime.source import ContentKeys
from matinee.runtime.tasks import Tasks

MOST_WAITING = 8
"""Segments that are here before the license; beyond it the oldest go by unopened, and are counted."""
MOST_DECRYPTORS = 16
"""One for each init segment; beyond it the first is forgotten."""
_HANDLERS: dict[TrackKind, str] = {"video": "vide", "audio": "soun"}


class _Piece(NamedTuple):
    append: Append
    init: bytes
    body: bytes
    key: bytes | None


class Trial:
    """A sink in front of another one, which gets everything as it came."""

    def __init__(self, sink: Sink, clock: Clock, tasks: Tasks, *, refuse: Callable[[MatineeError, int], None]) -> None:
        """`refuse` is told what does not open, and the request that brought it."""
        self.opened: int = 0
        """Segments, encrypted or not."""
        self.unopened: int = 0
        """Segments for which the license came too late."""
        self._sink = sink
        self._clock = clock
        self._tasks = tasks
        self._refuse = refuse
        self._keys: ContentKeys | None = None
        self._decryptors: dict[tuple[bytes, bytes | None], Decryptor] = {}
        self._waiting: deque[_Piece] = deque()

    def unlock(self, keys: ContentKeys) -> None:
        """What opens the title, and until when."""
        self._sink.unlock(keys)
        self._keys = keys
        self._decryptors.clear()
        while self._waiting:
            self._tasks.start(self._open(self._waiting.popleft()))

    def append(self, append: Append, *, init: bytes | None, body: bytes, key: bytes | None) -> None:
        """The next segment of its kind; it is opened when whoever brought it is done."""
        self._sink.append(append, init=init, body=body, key=key)
        if init is None or append.target.of.kind not in _HANDLERS:
            return
        piece = _Piece(append, init, body, key)
        if self._keys is not None or key is not None:
            self._tasks.start(self._open(piece))
            return
        self._waiting.append(piece)
        if len(self._waiting) > MOST_WAITING:
            self._waiting.popleft()
            self.unopened += 1

    def discard(self, kind: TrackKind) -> None:
        """What was appended of that kind is void."""
        self._sink.discard(kind)
        self._waiting = deque(piece for piece in self._waiting if piece.append.target.of.kind != kind)

    def enter(self, position_ms: int) -> None:
        """The viewer begins, or goes on, there."""
        self._sink.enter(position_ms)

    async def _open(self, piece: _Piece) -> None:
        """On the event loop: a segment takes a millisecond, and a thread would contend for the interpreter with it."""
        try:
            if self._keys is not None:
                self._keys.check(wall_ms=self._clock.wall_ms())
            self._decryptor(piece).decrypt(piece.body)
        except MatineeError as error:
            self._refuse(error, piece.append.request_id)
        else:
            self.opened += 1

    def _decryptor(self, piece: _Piece) -> Decryptor:
        known = self._decryptors.get((piece.init, piece.key))
        if known is not None:
            return known
        header = read_header(piece.init, kind=_HANDLERS[piece.append.target.of.kind])
        decryptor = decryptor_of(header, self._keys.by_id if self._keys else {}, key=piece.key)
        if len(self._decryptors) >= MOST_DECRYPTORS:
            del self._decryptors[next(iter(self._decryptors))]
        self._decryptors[piece.init, piece.key] = decryptor
        return decryptor
