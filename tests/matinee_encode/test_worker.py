"""The worker program: a task in, answers out."""

import io
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from matinee_encode.ladder import LadderRung
from matinee_encode.reading import survey
from matinee_encode.work import (
    Advanced,
    EncodeVideo,
    Finished,
    MakePictures,
    Refused,
    Reply,
    Survey,
    Surveyed,
    Task,
)
from matinee_encode.worker import carry_out


def answers(task: Task) -> list[Reply]:
    command = [sys.executable, "-m", "matinee_encode.worker"]
    run = subprocess.run(command, input=msgspec.json.encode(task) + b"\n", capture_output=True, timeout=60, check=True)
    return [msgspec.json.decode(line, type=Reply) for line in run.stdout.splitlines()]


def test_a_survey_is_answered_with_what_was_found(reel: Path) -> None:
    assert answers(Survey(source=str(reel))) == [Surveyed(mezzanine=survey(str(reel)))]


def test_garbage_is_answered_with_a_typed_refusal(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"\0" * 5000)
    (answer,) = answers(Survey(source=str(tmp_path / "a.mp4")))
    assert isinstance(answer, Refused)
    assert answer.code == "mezzanine-invalid"


def test_an_encode_gives_signs_of_life(reel: Path, tmp_path: Path) -> None:
    task = EncodeVideo(
        source=str(reel),
        mezzanine=survey(str(reel)),
        rungs=(LadderRung(bitrate_kbps=235, width=160, height=90),),
        drafts=(str(tmp_path / "a.mp4"),),
        preset="ultrafast",
        threads=1,
    )
    *signs, last = answers(task)
    assert last == Finished(count=144)
    assert len(signs) > 5
    assert all(isinstance(sign, Advanced) for sign in signs)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_answered_as_such(reel: Path, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").symlink_to("/dev/full")
    task = EncodeVideo(
        source=str(reel),
        mezzanine=survey(str(reel)),
        rungs=(LadderRung(bitrate_kbps=235, width=160, height=90),),
        drafts=(str(tmp_path / "a.mp4"),),
        preset="ultrafast",
        threads=1,
    )
    last = answers(task)[-1]
    assert isinstance(last, Refused)
    assert last.code == "storage-full"


def test_a_task_writes_its_signs_where_it_is_told(reel: Path, tmp_path: Path) -> None:
    signs = io.BytesIO()
    task = MakePictures(source=str(reel), mezzanine=survey(str(reel)), folder=str(tmp_path))
    assert carry_out(task, signs) == Finished(count=3)
    assert signs.getvalue().count(b"\n") == 6
