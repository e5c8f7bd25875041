"""PyAV, where it is installed and where not."""

import subprocess
import sys

import av

from matinee.media.ffmpeg import load_av


def test_it_is_the_module() -> None:
    assert load_av() is av


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
