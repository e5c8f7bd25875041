import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import ManifestInvalid, MatineeError
from matinee.manifest.dash.mpd import read_mpd
from matinee.manifest.dash.patch import MAX_OPERATIONS, apply_patch
from matinee.manifest.elements import MAX_DEPTH, Element, read_elements
from matinee.manifest.presentation import Presentation

URL = "http://a.example/live.mpd"
THEN, NOW = "2024-01-01T00:00:10Z", "2024-01-01T00:00:14Z"
LIVE = f"""<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" id="news" publishTime="{THEN}" type="dynamic"
    availabilityStartTime="2024-01-01T00:00:00Z" minimumUpdatePeriod="PT2S">
  <PatchLocation ttl="60">live.mpp</PatchLocation>
  <Period id="p1" start="PT0S">
    <AdaptationSet id="1" mimeType="video/mp4">
      <SegmentTemplate timescale="1000" media="$Number$" startNumber="1">
        <SegmentTimeline><S t="0" d="2000" r="3"/><S d="1900"/></SegmentTimeline>
      </SegmentTemplate>
      <Representation id="v1" bandwidth="800000"/>
    </AdaptationSet>
  </Period>
</MPD>""".encode()
TIMELINE = "/MPD/Period[@id='p1']/AdaptationSet[@id=&quot;1&quot;]/SegmentTemplate[1]/SegmentTimeline"


def patch(operations: str, *, of: str = "news", as_of: str = THEN) -> bytes:
    return (
        f'<Patch xmlns="urn:mpeg:dash:schema:mpd-patch:2020" mpdId="{of}" originalPublishTime="{as_of}" '
        f'publishTime="{NOW}">{operations}</Patch>'
    ).encode()


def patched(*operations: str) -> Element:
    """The tree after a patch with these operations."""
    mpd = read_elements(LIVE)
    apply_patch(mpd, patch("".join(operations)))
    return mpd


def presented(mpd: Element) -> Presentation:
    return read_mpd(mpd, url=URL)


def segments(mpd: Element) -> list[tuple[int, int]]:
    """Number and start."""
    first = presented(mpd).periods[0].tracks[0].renditions[0].segments
    return [(segment.number, segment.start_ms) for segment in first]


def test_segments_are_added_and_old_ones_removed() -> None:
    mpd = patched(
        f'<replace sel="{TIMELINE}/S[1]/@t">4000</replace>',
        f'<replace sel="{TIMELINE}/S[1]/@r">1</replace>',
        f'<add sel="{TIMELINE}"><S d="2100"/></add>',
        "<replace sel=\"/MPD/Period[@id='p1']/AdaptationSet/SegmentTemplate/@startNumber\">3</replace>",
    )
    assert segments(mpd) == [(3, 4_000), (4, 6_000), (5, 8_000), (6, 9_900)]
    assert mpd.get("publishTime") == NOW


def test_operations_are_done_in_the_order_of_the_document() -> None:
    mpd = patched(
        f'<remove sel="{TIMELINE}/S[2]"/><add sel="{TIMELINE}"><S d="500"/></add><remove sel="{TIMELINE}/S[2]"/>'
        f'<add sel="{TIMELINE}"><S d="700"/></add>'
    )
    assert segments(mpd)[-1] == (5, 8_000)


@pytest.mark.parametrize(
    ("place", "starts_ms"),
    [('pos="before"', [0, 100, 2_100]), ('pos="after"', [0, 2_000, 2_100]), ('pos="prepend"', [0, 100, 2_100])],
)
def test_an_element_is_added_where_the_patch_wants_it(place: str, starts_ms: list[int]) -> None:
    selector = TIMELINE if "prepend" in place else f"{TIMELINE}/S[1]"
    mpd = patched(
        f'<replace sel="{TIMELINE}/S[1]"><S d="2000"/></replace>',
        f'<add sel="{selector}" {place}><S d="100"/></add>',
    )
    assert [start_ms for _, start_ms in segments(mpd)] == starts_ms


def test_a_period_follows_and_the_one_before_ends() -> None:
    following = (
        '<Period id="p2"><AdaptationSet mimeType="video/mp4"><SegmentTemplate duration="2" media="$Number$"/>'
        '<Representation id="x"/></AdaptationSet></Period>'
    )
    mpd = patched(
        '<add sel="/MPD/Period[1]" type="@duration">PT8S</add>',
        f'<add sel="/MPD/Period[1]" pos="after">{following}</add>',
    )
    assert [(period.period_id, period.start_ms, period.end_ms) for period in presented(mpd).periods] == [
        ("p1", 0, 8_000),
        ("p2", 8_000, None),
    ]


def test_an_attribute_is_removed() -> None:
    live = presented(patched('<remove sel="/MPD/@minimumUpdatePeriod"/>')).live
    assert live is not None
    assert live.refresh_ms is None


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"<MPD/>", "not Patch"),
        (patch("", of="sports"), "it is for 'sports'"),
        (patch("", as_of=NOW), "this is 'news' as of"),
        (patch('<add sel="/MPD/Period[9]"><x/></add>'), "leads to 0 elements"),
        (patch('<add sel="/MPD/Period[0]"><x/></add>'), "leads to 0 elements"),
        (patch(f'<remove sel="{TIMELINE}/S"/>'), "leads to 2 elements"),
        (patch('<remove sel="/Other/Period"/>'), "leads to 0 elements"),
        (patch('<remove sel="//S[1]"/>'), "not understood"),
        (patch('<remove sel="/MPD/Period[last()]"/>'), "not understood"),
        (patch("<remove/>"), "not understood"),
        (patch('<add sel="/MPD/@id"/>'), "added to an attribute"),
        (patch('<add sel="/MPD/Period" pos="after"><S/></add>'), "must be of its name"),
        (patch('<replace sel="/MPD/Period"/>'), "must be one as well"),
        (patch('<replace sel="/MPD/Period"><Period/><Period/></replace>'), "must be one as well"),
        (patch("<remove/>" * (MAX_OPERATIONS + 1)), "operations"),
        (patch(f'<add sel="{TIMELINE}">{"<x>" * (MAX_DEPTH - 3)}{"</x>" * (MAX_DEPTH - 3)}</add>'), "levels"),
        (patch("".join(f'<add sel="/MPD" type="@a{n}">1</add>' for n in range(101))), "attributes"),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_a_patch_that_does_not_fit_is_refused_so_that_the_whole_is_read_anew(document: bytes, reason: str) -> None:
    with pytest.raises(ManifestInvalid, match=re.escape(reason)):
        apply_patch(read_elements(LIVE), document)


def test_selectors_that_look_at_everything_again_and_again_are_refused() -> None:
    mpd = read_elements(LIVE)
    apply_patch(mpd, patch(f'<add sel="{TIMELINE}">{"<S/>" * 10_000}</add>'))
    again = f'<add sel="{TIMELINE}/S[@t=\'0\']" type="@r">2</add>' * 200
    with pytest.raises(ManifestInvalid, match="look at more than"):
        apply_patch(mpd, patch(again, as_of=NOW))


def test_patch_after_patch_does_not_grow_beyond_the_bound() -> None:
    mpd, as_of = read_elements(LIVE), THEN
    more = patch(f'<add sel="{TIMELINE}">{"<S/>" * 100_000}</add>')
    apply_patch(mpd, more)
    with pytest.raises(ManifestInvalid, match="elements"):
        apply_patch(mpd, more.replace(as_of.encode(), NOW.encode()))


@given(st.lists(st.tuples(st.integers(0, 1 << 16), st.binary(max_size=6)), max_size=4))
def test_damaged_patches_are_carried_out_or_refused(wounds: list[tuple[int, bytes]]) -> None:
    document = patch(
        f'<replace sel="{TIMELINE}/S[1]/@t">4000</replace><add sel="{TIMELINE}" pos="prepend"><S d="2100"/></add>'
        f'<remove sel="{TIMELINE}/S[2]"/><add sel="/MPD/Period[1]" pos="after"><Period id="p2"/></add>'
    )
    for start, with_bytes in wounds:
        at = start % len(document)
        document = document[:at] + with_bytes + document[at + len(with_bytes) :]
    mpd = read_elements(LIVE)
    try:
        apply_patch(mpd, document)
        presented(mpd)
    except MatineeError:
        return
    assert mpd.name == "MPD"
