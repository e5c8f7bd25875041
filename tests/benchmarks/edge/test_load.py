"""What is asked of both servers lies within the files that both have."""

from pathlib import Path

from benchmarks.edge.load import ranges, segments
from benchmarks.edge.servers import TITLE, Site
from tests.support.edge import Issuer
from tests.support.titles import write_title


def site(folder: Path) -> Site:
    return Site(folder, write_title(folder / "shelf", TITLE, segments=2, segment_bytes=10_000), Issuer(folder))


def test_segments_are_asked_whole_and_each_once(tmp_path: Path) -> None:
    at = site(tmp_path)
    asks = segments(at)
    assert sorted(ask.path for ask in asks) == sorted(it.path for it in at.title.files if it.path.endswith(".m4s"))
    assert all(ask.end == (at.shelf / TITLE / ask.path).stat().st_size and not ask.range for ask in asks)


def test_ranges_are_of_one_length_and_within_their_file(tmp_path: Path) -> None:
    at = site(tmp_path)
    asks = ranges(at, length=1_000)
    sizes = {it.path: it.size_bytes for it in at.title.files}
    assert len(asks) == len(set(asks)) == 6 * 10
    assert all(ask.end - ask.first == 1_000 and ask.end <= sizes[ask.path] for ask in asks)
    assert all(ask.range == f"bytes={ask.first}-{ask.end - 1}" for ask in asks)
