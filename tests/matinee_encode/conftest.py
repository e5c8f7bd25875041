"""One reel and one title made of it, shared by the tests that only look."""

from pathlib import Path

import pytest

from matinee.wire.title import TitleIndex
from matinee_encode.pipeline import make_title
from matinee_encode.reel import make_reel
from matinee_encode.settings import settings_for

SUBTITLES = "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nGood evening.\n"


@pytest.fixture(scope="session")
def reel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds, 320×180, 24 frames a second, with sound."""
    path = tmp_path_factory.mktemp("reel") / "reel.mkv"
    make_reel(path, seconds=6, width=320, height=180)
    return path


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, reel: Path) -> tuple[Path, TitleIndex]:
    """A state directory and the title in it."""
    state = tmp_path_factory.mktemp("made")
    webvtt = state / "evening.vtt"
    webvtt.write_text(SUBTITLES)
    settings = settings_for(
        name="The Reel", state=state, workers=2, preset="ultrafast", subtitles=(("en", webvtt),), genres=("Test",)
    )
    return state, make_title(reel, settings)
