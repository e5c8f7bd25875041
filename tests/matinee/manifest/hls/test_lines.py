from collections.abc import Callable

import pytest

from matinee.errors import ManifestInvalid
from matinee.manifest.elements import MAX_DOCUMENT_BYTES
from matinee.manifest.hls.lines import (
    MAX_EXPANDED_CHARS,
    MAX_LINE_CHARS,
    MAX_LINES,
    Line,
    Variables,
    byte_range_of,
    bytes_of,
    microseconds_of,
    read_lines,
    unsupported,
    whole_of,
)
from tests.support.playlists import playlist

URL = "http://a.example/x/master.m3u8?token=t%22&cdn=b"


def lines_of(document: bytes, **imported: str) -> list[Line]:
    return list(read_lines(document, variables=Variables(url=URL, imported=imported)))


def only_line(*lines: str, **imported: str) -> Line:
    (line,) = lines_of(playlist(*lines), **imported)
    return line


HERE = Line(line=7, name="EXTINF", text="", variables=Variables(url=URL, imported={}))


def test_tags_and_uris_are_read_and_comments_left_out() -> None:
    found = lines_of(b"\xef\xbb\xbf#EXTM3U\r\n# a comment\r\n\r\n#EXTINF:4,a:b\r\n  1.ts \n#EXT-X-ENDLIST")
    assert [(each.line, each.name, each.text) for each in found] == [
        (4, "EXTINF", "4,a:b"),
        (5, "", "1.ts"),
        (6, "EXT-X-ENDLIST", ""),
    ]


def test_only_a_newline_ends_a_line() -> None:
    assert only_line("a\u2028b\x0bc").text == "a\u2028b\x0bc"


def test_attributes_may_hold_commas_in_quotes() -> None:
    attributes = only_line('#EXT-X-MEDIA:NAME="a, b=c",DEFAULT=YES, X-EMPTY="",LAYOUT=9x4,N=07').attributes()
    assert attributes.values == {"NAME": "a, b=c", "DEFAULT": "YES", "X-EMPTY": "", "LAYOUT": "9x4", "N": "07"}
    assert (attributes.is_yes("DEFAULT"), attributes.is_yes("FORCED"), attributes.sides("LAYOUT")) == (
        True,
        False,
        (9, 4),
    )
    assert (attributes.whole("N"), attributes.whole("M", 3), attributes.microseconds("M")) == (7, 3, None)
    with pytest.raises(ManifestInvalid, match="it has no X-EMPTY"):
        attributes.required("X-EMPTY")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("A", "no attribute"),
        ('A="b', "follows an attribute"),
        ('A="b"c', "follows"),
        ("A=1,A=2", "twice"),
        (",", "no attr"),
    ],
)
def test_what_is_no_list_of_attributes_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ManifestInvalid, match=f"line 2, EXT-X-MEDIA: .*{reason}"):
        only_line(f"#EXT-X-MEDIA:{text}").attributes()


def test_variables_are_filled_into_uris_and_attributes() -> None:
    defined = ('#EXT-X-DEFINE:NAME="a",VALUE="x"', '#EXT-X-DEFINE:NAME="b",VALUE="{$a}y"')
    assert only_line(*defined, "{$b}/{$a}.ts{$").uri() == "xy/x.ts{$"
    assert only_line(*defined, '#EXT-X-MAP:URI="{$b}.mp4"').attributes().get("URI") == "xy.mp4"
    assert only_line('#EXT-X-DEFINE:QUERYPARAM="cdn"', "{$cdn}.ts").uri() == "b.ts"
    assert only_line('#EXT-X-DEFINE:IMPORT="i"', "{$i}.ts", i="from-above").uri() == "from-above.ts"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["{$a}.ts"], "'a' is not defined"),
        (['#EXT-X-DEFINE:NAME="a",VALUE="1"', '#EXT-X-DEFINE:NAME="a",VALUE="2"'], "defined twice"),
        (['#EXT-X-DEFINE:QUERYPARAM="absent"'], "nothing says what 'absent'"),
        (['#EXT-X-DEFINE:QUERYPARAM="token"'], "what cannot stand"),
        (['#EXT-X-DEFINE:IMPORT="i"'], "nothing says what 'i'"),
        (['#EXT-X-DEFINE:NAME="a"'], "nothing says what 'a'"),
        (["#EXT-X-DEFINE:"], "no QUERYPARAM"),
    ],
)
def test_a_variable_that_stands_for_nothing_or_twice_is_refused(lines: list[str], reason: str) -> None:
    with pytest.raises(ManifestInvalid, match=reason):
        for line in read_lines(playlist(*lines), variables=Variables(url=URL, imported={})):
            line.uri()


def test_variables_do_not_explode() -> None:
    doubling = ['#EXT-X-DEFINE:NAME="v0",VALUE="xxxxxxxx"']
    doubling += [f'#EXT-X-DEFINE:NAME="v{n}",VALUE="{{$v{n - 1}}}{{$v{n - 1}}}"' for n in range(1, 100)]
    with pytest.raises(ManifestInvalid, match=f"more than {MAX_LINE_CHARS} characters"):
        lines_of(playlist(*doubling))
    many = [f'#EXT-X-DEFINE:NAME="v",VALUE="{"x" * 60_000}"'] + ["{$v}"] * 1_000
    with pytest.raises(ManifestInvalid, match=f"more than {MAX_EXPANDED_CHARS} characters"):
        for line in read_lines(playlist(*many), variables=Variables(url=URL, imported={})):
            line.uri()


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "does not begin with #EXTM3U"),
        (b"#EXTM3U8\n", "does not begin with #EXTM3U"),
        (b"#EXTM3U\n\xff", "not in UTF-8"),
        (b"#EXTM3U" + b"\n" * MAX_LINES, f"more than {MAX_LINES} lines"),
        (b"#EXTM3U\n" + b"a" * (MAX_LINE_CHARS + 1), f"line 2, URI: it has more than {MAX_LINE_CHARS}"),
        (b"#EXTM3U\n" + b" " * MAX_DOCUMENT_BYTES, f"{MAX_DOCUMENT_BYTES} are read at most"),
    ],
    ids=["empty", "other", "encoding", "lines", "line", "size"],
)
def test_what_is_no_playlist_or_exceeds_a_bound_is_refused(document: bytes, reason: str) -> None:
    with pytest.raises(ManifestInvalid, match=reason):
        lines_of(document)


def test_numbers_are_read_exactly() -> None:
    assert whole_of(" 42 ", at=HERE) == 42
    assert microseconds_of("10.0000019", at=HERE) == 10_000_001
    assert (microseconds_of("10.", at=HERE), microseconds_of("7", at=HERE)) == (10_000_000, 7_000_000)
    assert (byte_range_of("10@5", at=HERE), byte_range_of("10", at=HERE)) == ((10, 5), (10, None))
    assert bytes_of("0X1f", size=2, at=HERE) == b"\x00\x1f"


@pytest.mark.parametrize(
    ("read", "text"),
    [
        *((whole_of, text) for text in ("", "-1", "1.5", "٣", "9" * 20)),
        *((microseconds_of, text) for text in ("", "-1", "1e3", "inf", "NaN", "1,5", "9" * 10, "٣.٣")),
        *((byte_range_of, text) for text in ("", "0@1", "1@-1", f"1@{2**63}", "@1", "9" * 20)),
        *(
            (lambda text, *, at: bytes_of(text, size=2, at=at), text)
            for text in ("", "1f", "0x", "0x111ff", "0x g", "0xzz")
        ),
    ],
)
def test_what_is_no_number_is_refused(read: Callable[..., object], text: str) -> None:
    with pytest.raises(ManifestInvalid, match="line 7, EXTINF"):
        read(text, at=HERE)


def test_what_is_not_played_is_said_with_its_line() -> None:
    assert unsupported("a thing", at=HERE).what == "The manifest has a thing at line 7, which is not played."
