"""In which order the files of a title are pulled."""

from pathlib import Path

from matinee_edge.fill.order import FIRST_FILES, pull_order
from matinee_edge.listing import listing_of
from tests.support.titles import write_title


def test_manifests_come_first_then_what_starts_every_rung_then_the_rest_side_by_side(tmp_path: Path) -> None:
    write_title(tmp_path, "heat", rungs=2, segments=4)
    listing = listing_of((tmp_path / "heat/title.json").read_bytes(), title_id="heat")
    order = [file.path for file in pull_order(listing, list(listing.files.values()))]
    assert order[:3] == ["title.json", "manifest.mpd", "master.m3u8"]
    starts = order[3 : 3 + 3 * FIRST_FILES]
    assert starts == [
        f"{folder}/{name}" for name in ("init.mp4", "1.m4s", "2.m4s") for folder in ("video/v1", "video/v2", "audio/a1")
    ]
    assert order[12:14] == ["poster.jpg", "text/en.vtt"]
    assert order[14:] == [
        f"{folder}/{name}" for name in ("3.m4s", "4.m4s") for folder in ("video/v1", "video/v2", "audio/a1")
    ]
