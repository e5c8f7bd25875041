"""Manifests that we did not make: FFmpeg and Shaka Packager write them, in as many shapes as they can, and we play."""

import asyncio

import pytest

from tests.engines.conftest import missing
from tests.foreign.packagers import FFMPEG
from tests.foreign.shapes import SHAPES
from tests.foreign.sources import SPOKEN
from tests.foreign.viewing import Viewing, watch_all

SOUND_TOLERANCE_MS = 100
"""Priming that a transport stream does not tell, and what FFmpeg's lists of equal durations put behind the end."""
LAST_PICTURE_MS = 600
"""A busy machine may drop pictures, but shows one every half second."""


Viewings = dict[str, Viewing | Exception]


@pytest.fixture(scope="module")
def viewings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Viewings:
    """All that is to be watched, side by side."""
    asked = {item.name for item in request.session.items if item.path == request.path}
    cases = {shape: case for shape, case in SHAPES.items() if any(f"[{shape}]" in name for name in asked)}
    cases = {shape: case for shape, case in cases.items() if FFMPEG or not case.needs_program}
    return asyncio.run(watch_all(cases, tmp_path_factory.mktemp("foreign")))


@pytest.mark.parametrize(
    "shape",
    [pytest.param(name, marks=pytest.mark.engines if case.needs_program else ()) for name, case in SHAPES.items()],
)
def test_a_manifest_that_we_did_not_make_is_played_to_its_end(shape: str, viewings: Viewings) -> None:
    case = SHAPES[shape]
    if shape not in viewings:
        missing("ffmpeg is not installed")
    seen = viewings[shape]
    if isinstance(seen, Exception):
        raise seen
    assert seen.pictures == case.pictures
    assert list(seen.positions) == sorted(set(seen.positions))
    assert seen.sound_ms == pytest.approx(case.sound_ms, abs=SOUND_TOLERANCE_MS)
    assert seen.subtitles == (SPOKEN if case.has_subtitles else set())
    assert not case.language or case.language in seen.languages
    assert (seen.report.ended, seen.report.stalls, seen.report.errors) == (True, 0, ())
    length_ms = max(case.pictures * 1000 // 24, case.sound_ms)
    assert seen.report.played_ms >= length_ms - SOUND_TOLERANCE_MS
    assert not seen.positions or seen.positions[-1] >= length_ms - LAST_PICTURE_MS
