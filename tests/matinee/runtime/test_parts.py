"""A segment that is made while it comes."""

import pytest

from matinee.errors import MediaInvalid
from matinee.runtime.parts import Parts
from matinee.testing.cmaf import fragment, init_segment

CHUNKS = [fragment(10_000, start_ms=start_ms, duration_ms=500) for start_ms in (0, 500, 1_000, 1_500)]


def parts(init: bytes | None = init_segment("video")) -> Parts:
    return Parts(duration_ms=2_000, asked_ms=-100, init=lambda: init)


def test_more_can_be_played_with_each_chunk_that_is_whole_save_the_last() -> None:
    it = parts()
    halves = [half for chunk in CHUNKS for half in (chunk[:4_000], chunk[4_000:])]
    assert [it.feed(half, now_ms=0) for half in halves] == [0, 500, 500, 1_000, 1_000, 1_500, 1_500, 1_500]


def test_without_an_init_segment_nothing_can_be_played_and_nothing_is_lost() -> None:
    inits: list[bytes] = []
    it = Parts(duration_ms=2_000, asked_ms=0, init=lambda: inits[0] if inits else None)
    assert it.feed(CHUNKS[0], now_ms=0) == 0
    inits.append(init_segment("video"))
    assert it.feed(CHUNKS[1], now_ms=0) == 1_000
    assert it.body(from_ms=0, until_ms=None) == b"".join(CHUNKS[:2])


def test_its_body_is_the_chunks_that_are_new() -> None:
    it = parts()
    for chunk in CHUNKS:
        it.feed(chunk, now_ms=0)
    assert it.body(from_ms=0, until_ms=500) == CHUNKS[0]
    assert it.body(from_ms=500, until_ms=None) == b"".join(CHUNKS[1:])


def test_the_waits_for_the_next_chunk_say_nothing_of_the_link() -> None:
    it = parts()
    between = list[bool]()
    for number, chunk in enumerate(CHUNKS):
        it.feed(chunk[:5_000], now_ms=number * 500)
        between.append(it.is_between)
        it.feed(chunk[5_000:], now_ms=number * 500 + 20)
        between.append(it.is_between)
    assert (it.flowing_bytes, it.flowing_ms) == (20_000, 80)
    assert between == [False, True] * 4


def test_the_whole_takes_the_wait_for_its_first_byte_and_the_time_that_it_flows() -> None:
    it = parts()
    for number, chunk in enumerate(CHUNKS):
        it.feed(chunk[:5_000], now_ms=number * 500)
        it.feed(chunk[5_000:], now_ms=number * 500 + 20)
    assert it.elapsed_ms(40_000) == 100 + 160


def test_chunks_that_come_in_one_piece_each_tell_nothing() -> None:
    it = parts()
    for number, chunk in enumerate(CHUNKS):
        it.feed(chunk, now_ms=number * 500)
    assert (it.flowing_bytes, it.elapsed_ms(40_000)) == (0, 100)


def test_what_is_not_made_of_chunks_is_refused() -> None:
    with pytest.raises(MediaInvalid):
        parts().feed(bytes(64), now_ms=0)
