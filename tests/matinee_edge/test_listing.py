"""What a title lists, and what it may not."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import MediaInvalid, TitleUnknown
from matinee.wire.title import MediaFile, Rung, TitleIndex
from matinee_edge.listing import etag_of, known_title_id, listing_of

RUNG = Rung(representation_id="v1", width=2, height=2, bitrate_kbps=1, codec="avc1.42c00a")


def raw_index(*paths: str, title_id: str = "heat") -> bytes:
    files = tuple(MediaFile(path=path, size_bytes=1, sha256="0" * 64, representation_id="v1") for path in paths)
    return msgspec.json.encode(TitleIndex(title_id=title_id, name="x", duration_ms=1, ladder=(RUNG,), files=files))


def test_the_index_lists_itself_and_representations_in_playing_order() -> None:
    listing = listing_of(raw_index("b/init.mp4", "b/2.m4s", "b/1.m4s"), title_id="heat")
    assert listing.index.path == "title.json"
    assert [file.path for file in listing.representations["v1"]] == ["b/init.mp4", "b/2.m4s", "b/1.m4s"]


@pytest.mark.parametrize("path", ["../x", "a/../x", "/etc/passwd", "a//b", "", ".", "a/", "a\\b", "a\0b", "title.json"])
def test_a_path_that_could_lead_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(MediaInvalid):
        listing_of(raw_index(path), title_id="heat")


def test_a_path_listed_twice_is_refused() -> None:
    with pytest.raises(MediaInvalid):
        listing_of(raw_index("a", "a"), title_id="heat")


def test_the_index_of_another_title_is_refused() -> None:
    with pytest.raises(MediaInvalid, match="alien"):
        listing_of(raw_index(title_id="alien"), title_id="heat")


@given(raw=st.binary(max_size=200))
def test_bytes_that_are_no_index_are_refused_by_name(raw: bytes) -> None:
    with pytest.raises(MediaInvalid):
        listing_of(raw, title_id="heat")


@pytest.mark.parametrize("text", ["..", ".landing", "a/b", "", "A", "-x", "a" * 65, "a\n"])
def test_a_folder_name_that_is_no_title_id_is_refused(text: str) -> None:
    with pytest.raises(TitleUnknown):
        known_title_id(text)


def test_content_types_follow_the_extension_and_the_track() -> None:
    index = msgspec.json.decode(raw_index("a.m4s", "m.mpd", "x.bin"), type=TitleIndex)
    listing = listing_of(msgspec.json.encode(index), title_id="heat")
    types = {path: listing.content_type(file) for path, file in listing.files.items()}
    assert types == {
        "a.m4s": "video/mp4",
        "m.mpd": "application/dash+xml",
        "x.bin": "application/octet-stream",
        "title.json": "application/json",
    }


def test_the_tag_of_one_file_is_its_hash_and_of_several_depends_on_their_order() -> None:
    one, two = (MediaFile(path=name, size_bytes=1, sha256=name * 64) for name in "ab")
    assert etag_of((one,)) == f'"{"a" * 64}"'
    assert len({etag_of((one, two)), etag_of((two, one)), etag_of((one,))}) == 3
