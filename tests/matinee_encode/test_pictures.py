"""The poster and the thumbnail tiles."""

from pathlib import Path

import av
import msgspec
from av.video.frame import VideoFrame

from matinee_encode.pictures import make_pictures
from matinee_encode.plan import COLUMNS, ROWS, ThumbnailTrack
from matinee_encode.reading import survey
from matinee_encode.work import MakePictures
from tests.matinee_encode.films import film, luma

SIZE = "size=320x180:rate=25"
HALVES = f"gradients={SIZE}:c0=black:c1=white:x0=159:y0=0:x1=161:y1=0:n=2:speed=0.00001"
"""Black and white, side by side."""


def pictures_of(source: Path, folder: Path) -> ThumbnailTrack:
    folder.mkdir()
    task = MakePictures(source=str(source), mezzanine=survey(str(source)), folder=str(folder))
    count = make_pictures(task, advance=lambda _: None)
    track = msgspec.json.decode((folder / "track.json").read_bytes(), type=ThumbnailTrack)
    assert track.count == count
    return track


def film_of(folder: Path, first: str, second: str) -> Path:
    scenes = f"{first}[a];{second}[b];[a]format=yuv420p[c];[b]format=yuv420p[d];[c][d]concat"
    return film(folder / "a.mp4", "-filter_complex", scenes, "-c:v", "libx264")


def poster_of(source: Path) -> VideoFrame:
    pictures_of(source, source.parent / "p")
    with av.open(str(source.parent / "p" / "poster.jpg")) as container:
        return next(container.decode(video=0))


def test_every_two_seconds_have_a_thumbnail_on_a_sheet(reel: Path, tmp_path: Path) -> None:
    track = pictures_of(reel, tmp_path / "p")
    assert (track.count, track.interval_ms) == (3, 2000)
    assert (track.width, track.height) == (160 * COLUMNS, 90 * ROWS)
    with av.open(str(tmp_path / "p" / "tile-1.jpg")) as container:
        sheet = next(container.decode(video=0))
    assert (sheet.width, sheet.height) == (track.width, track.height)
    assert track.size_bytes == (tmp_path / "p" / "tile-1.jpg").stat().st_size


def test_more_thumbnails_than_a_sheet_holds_begin_another(tmp_path: Path) -> None:
    source = film(tmp_path / "a.mp4", "-f", "lavfi", "-i", "testsrc=size=64x36:rate=5:duration=53", "-c:v", "libx264")
    track = pictures_of(source, tmp_path / "p")
    assert track.count == 27
    assert sorted(path.name for path in (tmp_path / "p").glob("tile-*")) == ["tile-1.jpg", "tile-2.jpg"]


def test_the_poster_is_not_the_black_that_films_begin_with(tmp_path: Path) -> None:
    poster = poster_of(film_of(tmp_path, f"color=black:{SIZE}:duration=3", f"testsrc2={SIZE}:duration=6"))
    assert (poster.width, poster.height) == (320, 180)
    levels = luma(poster, width=32, height=18)
    assert max(levels) - min(levels) > 100


def test_the_poster_is_the_scene_and_not_what_has_the_most_contrast(tmp_path: Path) -> None:
    poster = poster_of(film_of(tmp_path, f"testsrc2={SIZE}:duration=4", f"{HALVES}:duration=4"))
    assert len(set(luma(poster, width=16, height=9))) > 20


def test_the_poster_does_not_tell_the_end(tmp_path: Path) -> None:
    poster = poster_of(film_of(tmp_path, f"{HALVES}:duration=6", f"testsrc2={SIZE}:duration=2"))
    assert len(set(luma(poster, width=16, height=9))) < 10
