"""What is said of files, and which bytes, by the conditions of a request."""

from base64 import b64encode
from hashlib import sha256

import pytest

from matinee.wire.title import MediaFile
from matinee_edge.answers import FOR_SEGMENTS, FOR_THE_REST, FileAnswer, answer_about
from matinee_edge.listing import Listing, etag_of
from matinee_edge.ranges import Conditions


def media(path: str, size_bytes: int, *, representation_id: str | None = "v1") -> MediaFile:
    return MediaFile(
        path=path,
        size_bytes=size_bytes,
        sha256=sha256(path.encode()).hexdigest(),
        representation_id=representation_id,
    )


SEGMENT = media("video/v1/1.m4s", 1_000)
NEXT = media("video/v1/2.m4s", 500)
MANIFEST = media("manifest.mpd", 70, representation_id=None)
LISTING = Listing("heat", {}, {}, frozenset({"a1"}))


def about(*files: MediaFile, **conditions: str) -> FileAnswer:
    return answer_about(files, Conditions(**conditions), listing=LISTING)


def test_the_whole_is_described_in_full() -> None:
    assert about(SEGMENT) == FileAnswer(
        200,
        {
            "ETag": f'"{SEGMENT.sha256}"',
            "Cache-Control": FOR_SEGMENTS,
            "Accept-Ranges": "bytes",
            "Timing-Allow-Origin": "*",
            "Content-Type": "video/mp4",
            "Repr-Digest": f"sha-256=:{b64encode(bytes.fromhex(SEGMENT.sha256)).decode()}:",
            "Content-Length": "1000",
        },
        0,
        1_000,
    )


def test_a_range_says_where_it_lies_and_what_the_whole_is() -> None:
    answer, whole = about(SEGMENT, range="bytes=100-299"), about(SEGMENT)
    assert (answer.status, answer.first, answer.length) == (206, 100, 200)
    expected = whole.headers | {"Content-Length": "200", "Content-Range": "bytes 100-299/1000"}
    assert answer.headers == expected


def test_a_range_over_several_files_counts_from_the_first_of_them() -> None:
    answer = about(SEGMENT, NEXT, range="bytes=900-1099")
    assert (answer.status, answer.first, answer.length) == (206, 900, 200)
    assert answer.headers["Content-Range"] == "bytes 900-1099/1500"
    assert answer.headers["ETag"] == etag_of((SEGMENT, NEXT))
    assert "Repr-Digest" not in answer.headers


def test_what_is_known_already_is_renewed_without_being_described() -> None:
    answer = about(SEGMENT, if_none_match=etag_of((SEGMENT,)))
    assert (answer.status, answer.first, answer.length) == (304, 0, 0)
    assert answer.headers.keys() == {"ETag", "Cache-Control", "Accept-Ranges", "Timing-Allow-Origin"}
    assert answer.headers.items() <= about(SEGMENT).headers.items()


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"range": "bytes=1000-"}, FileAnswer(416, {"Content-Range": "bytes */1000"}, 0, 0)),
        ({"if_match": '"other"'}, FileAnswer(412, {}, 0, 0)),
    ],
)
def test_a_refusal_says_no_more_than_it_must(conditions: dict[str, str], expected: FileAnswer) -> None:
    assert about(SEGMENT, **conditions) == expected


def test_segments_last_and_the_rest_is_asked_for_again() -> None:
    assert about(MANIFEST).headers["Cache-Control"] == FOR_THE_REST
    assert about(SEGMENT).headers["Cache-Control"] == FOR_SEGMENTS
