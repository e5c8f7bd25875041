"""A file that is followed while it lands: what may be sent when, and who is still there."""

import asyncio
from hashlib import sha256

import pytest

from matinee.errors import SegmentUnavailable
from matinee.wire.title import MediaFile
from matinee_edge.arriving import NEARLY_DONE_BYTES, WITHHELD_BYTES, Arriving, Fetch
from matinee_edge.landing import landing_in_memory
from matinee_edge.listing import Listing

CONTENT = b"segment" * 100_000
FILE = MediaFile(path="1.m4s", size_bytes=len(CONTENT), sha256=sha256(CONTENT).hexdigest())
LISTING = Listing("heat", {}, {}, frozenset())


def begun(got_bytes: int = 0) -> Fetch:
    fetch = Fetch(LISTING, FILE, urgency=3)
    fetch.landing = landing_in_memory(FILE)
    fetch.landing.write(CONTENT[:got_bytes])
    return fetch


async def test_what_has_landed_may_be_sent_but_for_the_end() -> None:
    fetch = begun(300_000)
    assert await Arriving(fetch).wait_beyond(0) == 300_000
    assert fetch.landing is not None
    fetch.landing.write(CONTENT[300_000:])
    assert await Arriving(fetch).wait_beyond(300_000) == len(CONTENT) - WITHHELD_BYTES


async def test_the_end_may_be_sent_once_the_whole_is_verified() -> None:
    fetch = begun(len(CONTENT))
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(Arriving(fetch).wait_beyond(len(CONTENT) - WITHHELD_BYTES))
        await asyncio.sleep(0)
        assert not waiting.done()
        fetch.end(None)
    assert waiting.result() == len(CONTENT)


async def test_all_who_wait_hear_why_it_failed() -> None:
    fetch = begun(300_000)
    waits = [asyncio.ensure_future(Arriving(fetch).wait_beyond(300_000)) for _ in range(3)]  # noqa: TID251
    await asyncio.sleep(0)
    fetch.end(SegmentUnavailable("away"))
    outcomes = await asyncio.gather(*waits, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [SegmentUnavailable] * 3
    with pytest.raises(SegmentUnavailable):
        await fetch.wait_over()


async def test_a_follower_counts_for_as_long_as_somebody_refers_to_it() -> None:
    fetch = begun(1)
    follower = [Arriving(fetch)]
    seen = [fetch.is_deserted]
    follower.clear()
    assert [*seen, fetch.is_deserted] == [False, True]


async def test_a_fetch_that_a_fill_wants_or_that_is_nearly_done_is_never_deserted() -> None:
    wanted = begun(1)
    wanted.is_wanted = True
    assert not wanted.is_deserted
    assert not begun(len(CONTENT) - NEARLY_DONE_BYTES).is_deserted
