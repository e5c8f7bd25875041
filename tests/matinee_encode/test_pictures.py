"""The poster and the thumbnail tiles."""

from pathlib import Path

import av
import msgspec

from matinee_encode.pictures import make_pictures
from matinee_encode.plan import COLUMNS, ROWS, ThumbnailTrack
from matinee_encode.reading import survey
from matinee_encode.work import MakePictures
from tests.matinee_encode.films import film, luma


def pictures_of(source: Path, folder: Path) -> ThumbnailTrack:
    folder.mkdir()
    task = MakePictures(source=str(source), mezzanine=survey(str(source)), folder=str(folder))
    count = make_pictures(task, advance=lambda _: None)
    track = msgspec.json.decode((folder / "track.json").read_bytes(), type=ThumbnailTrack)
    assert track.count == count
    return track


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
    black = "color=black:size=320x180:rate=25:duration=3[a];testsrc2=size=320x180:rate=25:duration=6[b];[a][b]concat"
    source = film(tmp_path / "a.mp4", "-filter_complex", black, "-c:v", "libx264")
    pictures_of(source, tmp_path / "p")
    with av.open(str(tmp_path / "p" / "poster.jpg")) as container:
        poster = next(container.decode(video=0))
    assert (poster.width, poster.height) == (320, 180)
    levels = luma(poster, width=32, height=18)
    assert max(levels) - min(levels) > 100
