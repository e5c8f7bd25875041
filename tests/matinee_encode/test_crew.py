"""The crew: workers run side by side, and none outlives its purpose."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from matinee.errors import MezzanineInvalid
from matinee_encode.crew import Crew, together
from matinee_encode.ladder import LadderRung
from matinee_encode.reading import survey
from matinee_encode.work import EncodeVideo, Finished, Survey, Surveyed


def long_task(reel: Path, folder: Path) -> EncodeVideo:
    """Seconds of work."""
    return EncodeVideo(
        source=str(reel),
        mezzanine=survey(str(reel)),
        rungs=(LadderRung(bitrate_kbps=5800, width=1920, height=1080),),
        drafts=(str(folder / "a.mp4"),),
        preset="veryslow",
        threads=1,
    )


def children() -> set[int]:
    task = Path(f"/proc/self/task/{os.getpid()}/children")
    return {int(pid) for pid in task.read_text().split()}


async def test_a_worker_answers(reel: Path) -> None:
    answer = await Crew(1).run(Survey(source=str(reel)))
    assert isinstance(answer, Surveyed)


async def test_a_refusal_is_raised_as_the_error_it_names(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"\0" * 5000)
    with pytest.raises(MezzanineInvalid, match=r"a\.mp4"):
        await Crew(1).run(Survey(source=str(tmp_path / "a.mp4")))


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for its children")
async def test_a_worker_that_dies_is_noticed(reel: Path, tmp_path: Path) -> None:
    before = children()

    def kill(_: int) -> None:
        for pid in children() - before:
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(MezzanineInvalid, match="SIGKILL"):
        await Crew(1).run(long_task(reel, tmp_path), advance=kill)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for its children")
async def test_a_cancelled_crew_leaves_no_worker(reel: Path, tmp_path: Path) -> None:
    before, begun = children(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        work = group.create_task(Crew(1).run(long_task(reel, tmp_path), advance=lambda _: begun.set()))
        async with asyncio.timeout(60):
            await begun.wait()
        assert children() - before
        work.cancel()
    assert children() - before == set()


async def test_the_first_error_ends_the_others_and_is_raised_as_itself(reel: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_bytes(b"\0" * 5000)
    crew, ended = Crew(2), []

    async def encode() -> None:
        try:
            await crew.run(long_task(reel, tmp_path))
        finally:
            ended.append("encode")

    async def fail() -> None:
        await crew.run(Survey(source=str(tmp_path / "bad.mp4")))

    with pytest.raises(MezzanineInvalid, match=r"bad\.mp4"):
        await together([encode(), fail()])
    assert ended == ["encode"]


async def test_jobs_together_are_all_done(reel: Path) -> None:
    answers: list[Surveyed | Finished] = []
    crew = Crew(1)

    async def ask() -> None:
        answers.append(await crew.run(Survey(source=str(reel))))

    await together([ask(), ask()])
    assert len(answers) == 2
