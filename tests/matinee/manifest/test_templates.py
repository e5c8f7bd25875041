import pytest

from matinee.errors import FormatUnsupported, ManifestInvalid
from matinee.manifest.elements import read_elements
from matinee.manifest.references import MAX_REFERENCE_CHARS
from matinee.manifest.templates import Template, read_template

HERE = read_elements(b"<SegmentTemplate/>")


def template(text: str, *, representation_id: str = "v1") -> Template:
    return read_template(text, representation_id=representation_id, bandwidth=800_000, at=HERE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$RepresentationID$/$Number$.m4s", "v1/42.m4s"),
        ("$Number%05d$-$Time%012d$", "00042-000000090000"),
        ("$Number%01d$", "42"),
        ("$Bandwidth$/$Bandwidth%08d$", "800000/00800000"),
        ("$$/100%/$Time$", "$/100%/90000"),
        ("whole.mp4", "whole.mp4"),
    ],
)
def test_identifiers_are_replaced(text: str, expected: str) -> None:
    assert template(text).path(number=42, time=90_000) == expected


def test_a_representation_id_is_taken_literally() -> None:
    assert template("$RepresentationID$/$Number$", representation_id="$Time$%d").path(number=1, time=2) == "$Time$%d/1"


@pytest.mark.parametrize("text", ["$Number", "$number$", "$Number%5$", "$Number%0999d$", "a$b", "$Unknown$"])
def test_a_dollar_that_begins_no_identifier_is_refused(text: str) -> None:
    with pytest.raises(ManifestInvalid, match=r"a \$ that belongs to no known identifier"):
        template(text)


def test_parts_of_segments_are_not_played() -> None:
    with pytest.raises(FormatUnsupported, match="SubNumber"):
        template("$Number$.$SubNumber$")


def test_a_template_that_grows_beyond_any_url_is_refused() -> None:
    with pytest.raises(ManifestInvalid, match="too long"):
        template("$RepresentationID$" * 100, representation_id="x" * (MAX_REFERENCE_CHARS // 10))
