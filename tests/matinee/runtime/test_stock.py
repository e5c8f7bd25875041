"""What was fetched and is not appended yet."""

import pytest

from matinee.core.messages import Append, InitTarget
from matinee.runtime.parts import Parts
from matinee.runtime.stock import Goods, Stock
from matinee.testing.cmaf import fragment, init_segment
from matinee.testing.playbook import init_of, segment_of, track

INIT, SEGMENT = init_of(track(), 0), segment_of(track(), 0, 0)
CHUNKS = [fragment(5_000, start_ms=start_ms, duration_ms=1_000) for start_ms in range(0, 4_000, 1_000)]


def append(*, start_ms: int = 0, end_ms: int = 4_000, is_part: bool = False) -> Append:
    return Append(2, SEGMENT, 1, start_ms=start_ms, end_ms=end_ms, run="0/0", is_last=False, is_part=is_part)


def stock(goods: Goods, init: InitTarget = INIT) -> Stock:
    it = Stock()
    it.put_init(1, init.resource, b"init")
    it.put(2, goods)
    return it


def test_a_segment_is_taken_once_with_its_init_segment_and_key() -> None:
    it = stock(Goods("video", b"body", b"key"))
    assert it.take(append()) == (b"init", b"body", b"key")
    with pytest.raises(KeyError):
        it.take(append())


def test_an_init_segment_is_found_until_it_is_forgotten() -> None:
    it = stock(Goods("video"))
    assert it.init_of(INIT.resource) == b"init"
    it.forget([1])
    assert it.init_of(INIT.resource) is None


@pytest.mark.parametrize("void", [lambda it: it.drop(2), lambda it: it.discard("video")])
def test_what_failed_or_is_void_is_gone(void: object) -> None:
    it = stock(Goods("video", b"body"))
    assert callable(void)
    void(it)
    with pytest.raises(KeyError):
        it.take(append())


def test_the_other_kinds_stay() -> None:
    it = stock(Goods("video", b"body"))
    it.discard("audio")
    assert it.take(append())[1] == b"body"


def test_a_segment_in_parts_is_taken_part_by_part() -> None:
    parts = Parts(duration_ms=4_000, asked_ms=0, init=lambda: init_segment("video"))
    for chunk in CHUNKS:
        parts.feed(chunk, now_ms=0)
    it = stock(Goods("video", parts=parts))
    assert it.take(append(end_ms=2_000, is_part=True))[1] == b"".join(CHUNKS[:2])
    assert it.take(append(start_ms=2_000))[1] == b"".join(CHUNKS[2:])
