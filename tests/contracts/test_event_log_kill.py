"""The event log under `kill -9`, and against a model: what was acknowledged is there, whole and once."""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from matinee_backend.adapters.event_log import DiskEventLog
from matinee_backend.settings import EventLogSettings

KILLS = 12
SMALL = EventLogSettings(segment_bytes=4_000)
WRITER = """
import asyncio, sys
from pathlib import Path
from matinee_backend.adapters.event_log import DiskEventLog
from matinee_backend.settings import EventLogSettings

async def main() -> None:
    log = DiskEventLog(Path(sys.argv[1]), EventLogSettings(segment_bytes=4_000))
    number = int(sys.argv[2])
    while True:
        group = [b"%d:" % it + b"x" * (it % 700) for it in range(number, number + 1 + number % 9)]
        await log.append(group, wall_ms=number)
        number += len(group)
        print(number, flush=True)

asyncio.run(main())
"""


def test_what_was_acknowledged_before_a_kill_is_there_whole_and_once(tmp_path: Path) -> None:
    dice, acknowledged = Random(7), 0
    for _ in range(KILLS):
        argv = [sys.executable, "-c", WRITER, str(tmp_path), str(acknowledged)]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(dice.randrange(1, 60)):
                acknowledged = int(process.stdout.readline())
            process.kill()
            rest = process.stdout.read().split("\n")[:-1]
        acknowledged = int(rest[-1]) if rest else acknowledged
        values = asyncio.run(_numbers(tmp_path))
        assert values == list(range(len(values)))
        assert len(values) >= acknowledged
        # The next one goes on where the log is: a group that was not acknowledged may be there in part.
        acknowledged = len(values)


async def _numbers(folder: Path) -> list[int]:
    """Of all records, each of which is what it was."""
    log = DiskEventLog(folder, SMALL)
    numbers = list[int]()
    while records := await log.read(len(numbers), limit=37):
        for record in records:
            number, _, filling = record.value.partition(b":")
            assert filling == b"x" * (int(number) % 700)
            assert record.offset == len(numbers)
            numbers.append(int(number))
    await log.close()
    return numbers


class LogBesideAModel(RuleBasedStateMachine):
    """A log that is written, read, torn at its end and opened again, beside a list."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._runner = asyncio.Runner()
        self._log = self._opened()
        self._model: list[tuple[int, bytes]] = []
        self._places: dict[str, int] = {}
        self._wall_ms = 0

    @rule(values=st.lists(st.binary(max_size=60), min_size=1, max_size=4), later_ms=st.integers(-5, 50))
    def append(self, values: list[bytes], later_ms: int) -> None:
        wall_ms = max(1, self._wall_ms + later_ms)
        first = self._runner.run(self._log.append(values, wall_ms=wall_ms))
        assert first == len(self._model)
        self._wall_ms = max(self._wall_ms, wall_ms)
        self._model += ((self._wall_ms, value) for value in values)

    @rule(offset=st.integers(0, 40), limit=st.integers(1, 9))
    def read(self, offset: int, limit: int) -> None:
        records = self._runner.run(self._log.read(offset, limit=limit))
        expected = self._model[offset : offset + limit]
        assert [(it.wall_ms, it.value) for it in records] == expected
        assert [it.offset for it in records] == list(range(offset, offset + len(expected)))

    @rule(wall_ms=st.integers(0, 500))
    def replay(self, wall_ms: int) -> None:
        expected = sum(kept_ms < wall_ms for kept_ms, _ in self._model)
        assert self._runner.run(self._log.offset_since(wall_ms)) == expected

    @rule(group=st.sampled_from(["history", "quality"]), offset=st.integers(0, 40))
    def keep_place(self, group: str, offset: int) -> None:
        self._runner.run(self._log.keep_place(group, offset))
        self._places[group] = offset

    @rule(torn=st.binary(max_size=40))
    def die_while_writing(self, torn: bytes) -> None:
        """What is left at the end is no record; the writer that comes next cuts it off."""
        self._runner.run(self._log.close())
        if segments := sorted(Path(self._folder.name).glob("*.events")):
            with segments[-1].open("ab") as file:
                file.write(torn)
        self._log = self._opened()

    @invariant()
    def places_are_kept(self) -> None:
        for group, offset in self._places.items():
            assert self._runner.run(self._log.place(group)) == offset

    def teardown(self) -> None:
        self._runner.run(self._log.close())
        self._runner.close()
        self._folder.cleanup()

    def _opened(self) -> DiskEventLog:
        log = DiskEventLog(Path(self._folder.name), EventLogSettings(segment_bytes=120))
        log.open()
        return log


LogBesideAModel.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestLogBesideAModel: Any = LogBesideAModel.TestCase
