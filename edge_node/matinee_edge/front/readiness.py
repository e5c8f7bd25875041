"""Readiness: which sockets may give or take bytes, told once for each change (edge-triggered).

One descriptor stands for all of them, so an event loop can wait for it among its other business.
"""

import select
import sys
from typing import Protocol

Ready = tuple[int, bool, bool, bool]
"""What became of one socket: its descriptor; whether something has come; whether the end has; whether it is dead."""


class Readiness(Protocol):
    def fileno(self) -> int:
        """Readable while `ready` has something to tell."""
        ...

    def watch(self, number: int) -> None:
        """Tell of changes, either way; until it is closed."""
        ...

    def listen(self, number: int) -> None:
        """Tell as long as connections wait to be accepted."""
        ...

    def ignore(self, number: int) -> None:
        """Tell no more."""
        ...

    def ready(self) -> list[Ready]:
        """What has changed. Waits for nothing."""
        ...

    def close(self) -> None: ...


if sys.platform == "linux":
    _CHANGES = select.EPOLLIN | select.EPOLLOUT | select.EPOLLRDHUP | select.EPOLLET
    _GONE = select.EPOLLHUP | select.EPOLLERR

    class _Epoll:
        def __init__(self) -> None:
            self._epoll = select.epoll()

        def fileno(self) -> int:
            return self._epoll.fileno()

        def watch(self, number: int) -> None:
            self._epoll.register(number, _CHANGES)

        def listen(self, number: int) -> None:
            self._epoll.register(number, select.EPOLLIN)

        def ignore(self, number: int) -> None:
            self._epoll.unregister(number)

        def ready(self) -> list[Ready]:
            changes = self._epoll.poll(0)
            return [
                (number, bool(event & select.EPOLLIN), bool(event & select.EPOLLRDHUP), bool(event & _GONE))
                for number, event in changes
            ]

        def close(self) -> None:
            self._epoll.close()

    def readiness() -> Readiness:
        return _Epoll()

else:

    class _Kqueue:
        """BSD and macOS: `EV_CLEAR` is their edge-triggered."""

        def __init__(self) -> None:
            self._kqueue = select.kqueue()

        def fileno(self) -> int:
            return self._kqueue.fileno()

        def watch(self, number: int) -> None:
            self._change(number, select.KQ_FILTER_READ, select.KQ_EV_ADD | select.KQ_EV_CLEAR)
            self._change(number, select.KQ_FILTER_WRITE, select.KQ_EV_ADD | select.KQ_EV_CLEAR)

        def listen(self, number: int) -> None:
            self._change(number, select.KQ_FILTER_READ, select.KQ_EV_ADD)

        def ignore(self, number: int) -> None:
            self._change(number, select.KQ_FILTER_READ, select.KQ_EV_DELETE)

        def ready(self) -> list[Ready]:
            return [
                (
                    event.ident,
                    event.filter == select.KQ_FILTER_READ,
                    event.filter == select.KQ_FILTER_READ and bool(event.flags & select.KQ_EV_EOF),
                    event.filter == select.KQ_FILTER_WRITE and bool(event.flags & select.KQ_EV_EOF),
                )
                for event in self._kqueue.control(None, 256, 0)
            ]

        def close(self) -> None:
            self._kqueue.close()

        def _change(self, number: int, which: int, flags: int) -> None:
            self._kqueue.control([select.kevent(number, which, flags)], 0)

    def readiness() -> Readiness:
        return _Kqueue()
