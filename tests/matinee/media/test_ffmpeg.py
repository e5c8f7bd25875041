"""PyAV, where it is installed and where not."""

import subprocess
import sys

import av
import pytest

from matinee.media.ffmpeg import load_av, open_media
from tests.support.media import make_video


def test_it_is_the_module() -> None:
    assert load_av() is av


def test_media_is_opened_as_what_it_is_said_to_be_and_as_nothing_else() -> None:
    clip = make_video(seconds=1)
    with open_media(clip.whole, container="mp4") as container:
        assert container.streams.video[0].width == 64
    with pytest.raises(av.error.FFmpegError):
        open_media(clip.whole, container="mpegts")


def test_without_it_the_missing_extra_is_named() -> None:
    program = """
import sys
sys.modules["av"] = None
from matinee.errors import DependencyMissing
from matinee.media.ffmpeg import load_av
try:
    load_av()
except DependencyMissing as error:
    assert error.facts == {"extra": "media"}
    print("named")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "named\n"
