"""One process's connections: none of them holds up another, and each leaves nothing behind."""

import asyncio
import os
import socket
import sys
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from matinee_edge.front.connection import MOST_ANSWERS
from matinee_edge.front.tls import Tls
from tests.support.edge import eventually
from tests.support.fronts import (
    RESET,
    SMALL_BUFFER_BYTES,
    File,
    certify,
    client,
    echo,
    evict,
    fronted,
    get,
    large_file,
    open_descriptors,
    tidied_descriptors,
    trusting,
)

LARGE_BYTES = 8 << 20
"""More than all buffers between two processes hold."""


@pytest.fixture
def film(tmp_path: Path) -> bytes:
    return large_file(tmp_path / "film", LARGE_BYTES)


def files(folder: Path) -> dict[bytes, File]:
    return {b"/film": File(folder / "film")}


class Film:
    """An application that answers with a file, as the rules of an appliance do."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.answering = 0
        self.cancelled = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        file = File(self._path)
        self.answering += 1
        headers = [(b"content-length", str(file.size_bytes).encode())]
        try:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.zerocopysend", "file": file, "offset": 0, "count": file.size_bytes})
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.answering -= 1


async def test_a_fast_client_is_answered_while_500_slow_ones_wait(tmp_path: Path, film: bytes) -> None:
    async with fronted(files=files(tmp_path)) as front, AsyncExitStack() as slow:
        for _ in range(500):
            it = await slow.enter_async_context(client(front.port, buffer_bytes=SMALL_BUFFER_BYTES))
            it.say(get("/film"))
        await eventually(lambda: front.tally.answering == 500)
        async with client(front.port) as fast:
            fast.say(get("/film"))
            assert (await fast.hear()).body == film
        assert front.tally.answering == 500


async def test_a_client_that_asks_much_at_once_does_not_keep_others_waiting(tmp_path: Path) -> None:
    large_file(tmp_path / "film", 10)
    answered: list[int] = []

    async def note(scope: Scope, receive: Receive, send: Send) -> None:
        answered.append(front.tally.requests)
        await echo(scope, receive, send)

    async with (
        fronted(note, files=files(tmp_path)) as front,
        client(front.port) as greedy,
        client(front.port) as other,
    ):
        await eventually(lambda: front.tally.connections == 2)
        greedy.say(get("/film") * 1_000)
        other.say(get("/a"))
        assert (await other.hear()).body == b"/a"
        assert answered[0] <= 4 * MOST_ANSWERS
        for _ in range(1_000):
            assert (await greedy.hear()).status == 200


@pytest.mark.parametrize("is_at_hand", [True, False])
async def test_clients_that_go_in_mid_answer_leave_nothing_behind(
    tmp_path: Path, film: bytes, is_at_hand: bool
) -> None:
    app = Film(tmp_path / "film")
    known = files(tmp_path) if is_at_hand else {}
    async with fronted(app, files=known) as front:
        before = tidied_descriptors()
        for _ in range(20):
            async with client(front.port, buffer_bytes=SMALL_BUFFER_BYTES) as viewer:
                viewer.say(get("/film"))
                assert await viewer.reader.readexactly(1_000)
                viewer.reset()
        await eventually(lambda: front.is_at_rest)
        assert app.cancelled == (0 if is_at_hand else 20)
        await eventually(lambda: not app.answering and open_descriptors() == before)
        front.stop.set()
        await front.serving


async def test_a_client_that_goes_while_the_application_thinks_has_it_cancelled() -> None:
    cancelled, asked = asyncio.Event(), asyncio.Event()

    async def think(scope: Scope, receive: Receive, send: Send) -> None:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async with fronted(think) as front:
        async with client(front.port) as viewer:
            viewer.say(get("/"))
            await asked.wait()
            viewer.reset()
        async with asyncio.timeout(10):
            await cancelled.wait()
        assert front.is_at_rest


@pytest.mark.parametrize("is_secured", [False, True])
@pytest.mark.parametrize("most", [1, 2_048])
async def test_clients_that_vanish_before_they_are_accepted_cost_others_nothing(
    tmp_path: Path, is_secured: bool, most: int
) -> None:
    paths = certify(tmp_path)
    async with (
        fronted(tls=Tls(*paths) if is_secured else None, max_connections=most) as front,
        client(front.port, tls=trusting(paths[0]) if is_secured else None) as viewer,
    ):
        for _ in range(50):
            with socket.create_connection(("127.0.0.1", front.port)) as sock:
                sock.send(get("/"))
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        viewer.say(get("/a"))
        assert (await viewer.hear()).body == b"/a"
        await eventually(lambda: front.tally.connections == 1 and front.tally.turned_away == (50 if most == 1 else 0))


async def test_beyond_the_bound_ten_thousand_clients_are_refused_and_those_within_are_served() -> None:
    async with fronted(max_connections=1) as front, client(front.port) as viewer:
        viewer.say(get("/a"))
        assert (await viewer.hear()).body == b"/a"
        before = tidied_descriptors()
        for turned_away in range(0, 10_000, 500):
            with ExitStack() as crowd:
                for _ in range(500):
                    crowd.enter_context(socket.create_connection(("127.0.0.1", front.port)))
                await eventually(lambda most=turned_away + 500: front.tally.turned_away == most)  # type: ignore[misc]
        assert (front.tally.connections, open_descriptors()) == (1, before)
        viewer.say(get("/b"))
        assert (await viewer.hear()).body == b"/b"


async def test_whoever_is_refused_for_lack_of_room_is_told_to_come_back() -> None:
    async with fronted(max_connections=1) as front, client(front.port), client(front.port) as refused:
        answer = await refused.hear()
        assert (answer.status, answer.fields["retry-after"]) == (503, "1")


async def test_a_file_on_disk_is_read_aside_while_others_are_served(tmp_path: Path, film: bytes) -> None:
    evict(tmp_path / "film")
    async with fronted(files=files(tmp_path)) as front, client(front.port) as viewer, client(front.port) as other:
        viewer.say(get("/film"))
        other.say(get("/a"))
        assert (await other.hear()).body == b"/a"
        assert (await viewer.hear()).body == film


async def test_a_client_that_goes_while_its_file_is_read_leaves_nothing_behind(tmp_path: Path, film: bytes) -> None:
    evict(tmp_path / "film")
    async with fronted(files=files(tmp_path)) as front:
        before = tidied_descriptors()
        async with client(front.port) as viewer:
            viewer.say(get("/film"))
            await eventually(lambda: front.tally.requests)
            viewer.reset()
        await eventually(lambda: front.is_at_rest and open_descriptors() == before)


async def test_a_drain_finishes_what_is_sent_and_closes_whoever_is_idle(tmp_path: Path, film: bytes) -> None:
    async with (
        fronted(Film(tmp_path / "film"), files=files(tmp_path)) as front,
        client(front.port) as idle,
        client(front.port, buffer_bytes=SMALL_BUFFER_BYTES) as hit,
        client(front.port, buffer_bytes=SMALL_BUFFER_BYTES) as asked,
    ):
        hit.say(get("/film"), get("/film"))
        asked.say(get("/other"))
        await eventually(lambda: front.tally.answering == 2)
        front.stop.set()
        assert await idle.rest() == b""
        for viewer in (hit, asked):
            assert (await viewer.hear()).body == film
            assert await viewer.rest() == b""
        await front.serving


async def test_while_it_drains_nobody_new_is_accepted(tmp_path: Path, film: bytes) -> None:
    async with (
        fronted(files=files(tmp_path)) as front,
        client(front.port, buffer_bytes=SMALL_BUFFER_BYTES) as viewer,
        client(front.port) as idle,
    ):
        viewer.say(get("/film"))
        await eventually(lambda: front.tally.answering)
        front.stop.set()
        await idle.rest()
        async with client(front.port) as late:
            late.say(get("/a"))
            assert (await viewer.hear()).body == film
            await front.serving
            assert front.tally.requests == 1


async def test_a_stop_at_once_ends_what_is_being_answered(tmp_path: Path, film: bytes) -> None:
    app = Film(tmp_path / "film")
    async with fronted(app) as front, client(front.port, buffer_bytes=SMALL_BUFFER_BYTES) as viewer:
        viewer.say(get("/film"))
        await eventually(lambda: app.answering)
        front.serving.cancel()
        await asyncio.wait({front.serving})
        assert (app.cancelled, front.is_at_rest) == (1, True)


SCARCE = """
import asyncio
import os
import resource
from tests.support.fronts import fronted, open_descriptors

async def main():
    async with fronted() as front:
        most = open_descriptors() + 8
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        print(front.port, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_without_descriptors_accepting_waits_and_goes_on(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        SCARCE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        port = int(await process.stdout.readline())
        async with AsyncExitStack() as crowd:
            for _ in range(30):
                await crowd.enter_async_context(client(port))
            assert b"no connection can be accepted" in await process.stderr.readline()
            async with client(port) as waiting:
                waiting.say(get("/late"))
                await crowd.aclose()
                assert (await waiting.hear()).body == b"/late"
    finally:
        process.kill()
        await process.communicate()
