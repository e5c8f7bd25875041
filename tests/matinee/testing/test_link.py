"""A link carries what its trace says, shared fairly, to the microsecond."""

import asyncio
from contextlib import suppress

import pytest

from matinee.errors import SettingsInvalid
from matinee.testing.clock import VirtualClock, run_virtual
from matinee.testing.link import Link, Stretch, Trace, read_trace

EIGHT_MBPS = (Stretch(duration_ms=10_000, bandwidth_kbps=8_000, latency_ms=30),)


def test_a_transfer_takes_its_size_over_the_bandwidth() -> None:
    assert arrivals(EIGHT_MBPS, (0, 1_000_000)) == [1_000]


def test_two_transfers_get_half_each_and_the_rest_goes_to_the_one_that_is_left() -> None:
    assert arrivals(EIGHT_MBPS, (0, 1_000_000), (0, 500_000)) == [1_500, 1_000]


def test_a_transfer_that_joins_late_slows_the_first_from_then_on() -> None:
    assert arrivals(EIGHT_MBPS, (0, 1_000_000), (500, 1_000_000)) == [1_500, 2_000]


def test_bandwidth_changes_in_mid_transfer_and_the_trace_begins_anew() -> None:
    trace = (Stretch(duration_ms=1_000, bandwidth_kbps=8_000), Stretch(duration_ms=1_000, bandwidth_kbps=0))
    assert arrivals(trace, (0, 2_500_000)) == [4_500]


def test_what_is_cancelled_leaves_its_share_to_the_others() -> None:
    async def story(clock: VirtualClock) -> int:
        link = Link(EIGHT_MBPS)

        async def impatient() -> None:
            with suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await link.carry(10_000_000)

        async with asyncio.TaskGroup() as group:
            group.create_task(impatient())
            await link.carry(1_000_000)
        return clock.now_ms()

    assert run_virtual(story) == 1_250


def test_a_cut_holds_up_what_is_under_way() -> None:
    async def story(clock: VirtualClock) -> int:
        link = Link(EIGHT_MBPS)
        link.cut(from_ms=400, until_ms=3_000)
        await link.carry(1_000_000)
        return clock.now_ms()

    assert run_virtual(story) == 3_600


def test_a_thousand_transfers_share_a_thin_link_without_losing_a_bit() -> None:
    trace = (Stretch(duration_ms=10_000, bandwidth_kbps=100),)
    assert arrivals(trace, *[(0, 125)] * 1_000) == [10_000] * 1_000


def test_the_latency_is_that_of_the_moment() -> None:
    async def story(clock: VirtualClock) -> list[int]:
        link = Link((*EIGHT_MBPS, Stretch(duration_ms=10_000, bandwidth_kbps=1, latency_ms=200)))
        before = link.latency_ms()
        await clock.wait_until(10_000)
        return [before, link.latency_ms()]

    assert run_virtual(story) == [30, 200]


def test_a_trace_is_read_as_sabre_writes_it() -> None:
    document = b'[{"duration_ms": 5000, "bandwidth_kbps": 320, "latency_ms": 20}]'
    assert read_trace(document) == (Stretch(duration_ms=5_000, bandwidth_kbps=320, latency_ms=20),)


@pytest.mark.parametrize(
    "document",
    [b"", b"[]", b"{}", b'[{"duration_ms": 5000}]', b'[{"duration_ms": 0, "bandwidth_kbps": 1}]',
     b'[{"duration_ms": 5000, "bandwidth_kbps": 0}]', b"\xff"],
)  # fmt: skip
def test_what_is_no_trace_is_refused(document: bytes) -> None:
    with pytest.raises(SettingsInvalid, match="trace"):
        read_trace(document)


def arrivals(trace: Trace, *transfers: tuple[int, int]) -> list[int]:
    """When transfers, each begun at a time and of a size, are complete; in ms, rounded up."""

    async def story(clock: VirtualClock) -> list[int]:
        link = Link(trace)

        async def carried(at_ms: int, size_bytes: int) -> int:
            await clock.wait_until(at_ms)
            await link.carry(size_bytes)
            return round(asyncio.get_running_loop().time() * 1000)

        return await asyncio.gather(*(carried(*transfer) for transfer in transfers))

    return run_virtual(story)
