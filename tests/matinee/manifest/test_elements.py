import pytest

from matinee.errors import ManifestInvalid
from matinee.manifest.elements import MAX_DEPTH, MAX_DOCUMENT_BYTES, MAX_ELEMENTS, read_elements, shown


def test_a_document_becomes_a_tree_with_names_texts_and_lines() -> None:
    root = read_elements(b"<MPD>\n<Period id='p'> a <b/> c </Period>\n</MPD>")
    period = root.first("Period")
    assert period is not None
    assert (period.name, period.get("id"), period.text, period.line) == ("Period", "p", "a  c", 2)
    assert root.first("Absent") is None
    assert root.every("Absent") == []


def test_prefixes_do_not_matter_and_foreign_attributes_are_kept_apart() -> None:
    root = read_elements(b'<m:MPD xmlns:m="urn:m" xmlns:x="urn:x" type="static" x:type="simple"><m:Period/></m:MPD>')
    assert (root.name, root.get("type"), root.foreign("type"), root.foreign("href")) == ("MPD", "static", "simple", "")
    assert root.first("Period") is not None


def test_a_document_in_utf_16_is_read() -> None:
    assert read_elements('<MPD label="é"/>'.encode("utf-16")).get("label") == "é"


@pytest.mark.parametrize(
    "declared",
    [
        b"<!DOCTYPE html>",
        b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;&b;">]>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE a SYSTEM "http://elsewhere.example/a.dtd">',
    ],
)
def test_a_document_type_declaration_is_refused_and_with_it_every_entity(declared: bytes) -> None:
    with pytest.raises(ManifestInvalid, match="document type declaration at line 1"):
        read_elements(declared + b"<MPD>&b;&c;</MPD>")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "line 1: no element found"),
        (b"<MPD>\n<Period></MPD>", "line 2: mismatched tag"),
        (b"not xml", "line 1: syntax error"),
        (b"<MPD>&undeclared;</MPD>", "undefined entity"),
        (b"<a:MPD/>", "unbound prefix"),
        (b"<MPD>\xff</MPD>", "invalid token"),
        (b'<?xml version="1.0" encoding="klingon"?><MPD/>', "character encoding"),
        (b'<?xml version="1.0" encoding="shift_jis"?><MPD/>', "character encoding"),
    ],
)
def test_what_is_not_well_formed_is_refused_with_the_reason(document: bytes, reason: str) -> None:
    with pytest.raises(ManifestInvalid, match=reason):
        read_elements(document)


@pytest.mark.parametrize(
    ("document", "bound"),
    [
        (b" " * (MAX_DOCUMENT_BYTES + 1), f"{MAX_DOCUMENT_BYTES} are read at most"),
        (b"<a>" * 1_000_000, f"{MAX_DEPTH} levels"),
        (b"<a>" + b"<b/>" * MAX_ELEMENTS + b"</a>", f"{MAX_ELEMENTS} elements"),
    ],
    ids=["size", "depth", "elements"],
)
def test_size_depth_and_number_of_elements_are_bounded(document: bytes, bound: str) -> None:
    with pytest.raises(ManifestInvalid, match=bound):
        read_elements(document)


@pytest.mark.parametrize("text", ["-1", "", "1.5", "0x10", "1_000", "٣", "9" * 20])
def test_an_attribute_that_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(ManifestInvalid, match=r"line 1, S: d=.* is not a whole number"):
        read_elements(f'<S d="{text}"/>'.encode()).whole("d", 1)


def test_an_absent_number_has_its_default_and_zero_is_not_positive() -> None:
    element = read_elements(b'<S d="0"/>')
    assert (element.whole("t", 7), element.whole("d", 7)) == (7, 0)
    with pytest.raises(ManifestInvalid, match="d is 0"):
        element.positive("d", 1)


def test_an_error_quotes_no_more_than_a_line_can_hold() -> None:
    assert len(shown("x" * 10_000)) < 50
