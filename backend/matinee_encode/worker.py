"""The worker program: one task on standard input, answers on standard output, then it ends.

Run as `python -m matinee_encode.worker`. It outlives nobody: when the pipeline is gone, the next answer
cannot be written and the worker ends. Whatever a hostile file does, it does here.
"""

import os
import signal
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec

from matinee.errors import MatineeError
from matinee.files import needing_room
from matinee_encode.audio import encode_audio
from matinee_encode.checkpoints import DRAFT_SUFFIX
from matinee_encode.pictures import make_pictures
from matinee_encode.reading import survey
from matinee_encode.subtitles import extract_text
from matinee_encode.video import encode_rungs
from matinee_encode.work import (
    Advanced,
    EncodeAudio,
    EncodeVideo,
    ExtractText,
    Finished,
    MakePictures,
    Refused,
    Reply,
    Survey,
    Surveyed,
    Task,
)


def main() -> int:
    """Carries out the task on standard input; 0 once an answer was given, whatever it says."""
    # Ctrl-C reaches the whole foreground group: the pipeline decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        # What a library prints must not pass for an answer.
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        task = msgspec.json.decode(sys.stdin.buffer.readline(), type=Task)
        try:
            _say(answers, carry_out(task, answers))
        except MatineeError as error:
            _say(answers, Refused(code=error.code, what=error.what))
    return 0


def carry_out(task: Task, answers: BinaryIO) -> Reply:
    """Does the task, with signs of life to `answers`; the final answer."""

    def advance(frames: int) -> None:
        _say(answers, Advanced(frames=frames))

    match task:
        case Survey():
            return Surveyed(mezzanine=survey(task.source))
        case EncodeVideo():
            with needing_room(_disk(task.drafts[0])):
                return Finished(count=encode_rungs(task, advance=advance))
        case EncodeAudio():
            with needing_room(_disk(task.draft)):
                return Finished(count=encode_audio(task, advance=advance))
        case MakePictures():
            with needing_room(_disk(task.folder)):
                return Finished(count=make_pictures(task, advance=advance))
        case ExtractText():
            with needing_room(_disk(task.draft)):
                return Finished(count=extract_text(task, advance=advance))


def _disk(draft: str) -> Path:
    """The folder of checkpoints: what is inside comes and goes."""
    return next(folder for folder in Path(draft).parents if folder.suffix != DRAFT_SUFFIX)


def _say(answers: BinaryIO, reply: Reply) -> None:
    answers.write(msgspec.json.encode(reply) + b"\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
