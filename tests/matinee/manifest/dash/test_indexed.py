from typing import NamedTuple

import pytest

from matinee.errors import MediaInvalid
from matinee.manifest.dash.indexed import indexed_segments
from matinee.manifest.presentation import Period, Rendition, Resource, Segment, SingleFile

INIT = Resource(path="all.mp4", first_byte=0, last_byte=699)


class Reference(NamedTuple):
    first_byte: int
    size_bytes: int
    start_ms: int
    duration_ms: int


THREE = (Reference(900, 50, 0, 2_000), Reference(950, 70, 2_000, 2_000), Reference(1_020, 10, 4_000, 500))


def segments(
    *references: Reference,
    init: Resource | None = INIT,
    shift_ms: int = 0,
    start_ms: int = 0,
    end_ms: int | None = None,
) -> list[Segment]:
    rendition = Rendition(
        rendition_id="v1",
        bitrate_kbps=800,
        mime_type="video/mp4",
        index=Resource(path="all.mp4", first_byte=700, last_byte=899),
        single_file=SingleFile(init=init, shift_ms=shift_ms),
    )
    period = Period(start_ms=start_ms, end_ms=end_ms, tracks=())
    return list(indexed_segments(references, rendition=rendition, period=period))


def places(found: list[Segment]) -> list[tuple[int, int, int]]:
    return [(segment.number, segment.start_ms, segment.duration_ms) for segment in found]


def test_references_become_segments_with_their_bytes() -> None:
    found = segments(*THREE)
    assert places(found) == [(1, 0, 2_000), (2, 2_000, 2_000), (3, 4_000, 500)]
    assert found[1].resource == Resource(path="all.mp4", first_byte=950, last_byte=1_019)
    assert found[1].init == INIT


def test_without_a_stated_init_it_is_all_that_comes_before_the_media() -> None:
    assert segments(*THREE, init=None)[2].init == Resource(path="all.mp4", first_byte=0, last_byte=899)


def test_only_what_touches_the_period_is_played_and_on_its_timeline() -> None:
    found = segments(*THREE, shift_ms=10_000 - 2_500, start_ms=10_000, end_ms=11_700)
    assert places(found) == [(2, 9_500, 2_000), (3, 11_500, 200)]
    assert found[0].shift_ms == 7_500


@pytest.mark.parametrize(
    ("references", "reason"),
    [
        ((), "within its period"),
        ((Reference(9, 9, 90_000, 1),), "within its period"),
        ((THREE[1], THREE[0]), "follow one another"),
        ((Reference(9, 9, 1 << 60, 1),), "years"),
    ],
)
def test_an_index_that_leads_nowhere_is_refused(references: tuple[Reference, ...], reason: str) -> None:
    with pytest.raises(MediaInvalid, match=reason):
        segments(*references, end_ms=60_000)
