"""The scripted network answers as a real one would, and fails as it is told."""

import asyncio

import pytest
from msgspec.structs import replace

from matinee.runtime.http import Answer, FetchFailure, Request
from matinee.testing.clock import VirtualClock, run_virtual
from matinee.testing.faults import (
    Corrupt,
    Fault,
    Late,
    Refusal,
    Refused,
    Reset,
    Silent,
    Slow,
    Truncated,
    Unresolved,
)
from matinee.testing.link import Stretch
from matinee.testing.network import Exchange, Growing, HostRequest, ScriptedNetwork

FILE = bytes(range(256)) * 1_000
ASKED = Request(url="http://a.test/file", most_bytes=1 << 20, deadline_ms=5_000)
LINK = (Stretch(duration_ms=60_000, bandwidth_kbps=2_048, latency_ms=40),)
"""On it the file takes a second."""


def host(request: HostRequest) -> bytes | None:
    return FILE if request.path == "/file" else None


def test_a_file_comes_whole_after_latency_and_transfer() -> None:
    answer, network = fetched()
    assert (answer.body, answer.elapsed_ms) == (FILE, 1_040)
    assert network.exchanges == [Exchange(0, "a.test", "/file", "done", len(FILE), 1_040)]


def test_progress_is_told_for_each_piece() -> None:
    at_ms: list[int] = []

    async def story(clock: VirtualClock) -> None:
        def progressed(_piece: bytes, _received: int, _size: int) -> None:
            at_ms.append(clock.now_ms())

        network = network_on(clock)
        await network.fetch(ASKED, on_piece=progressed)

    run_virtual(story)
    assert at_ms == [296, 552, 808, 1_040]


def test_an_answer_that_is_made_while_it_is_sent_comes_piece_by_piece() -> None:
    came: list[tuple[int, bytes]] = []

    async def story(clock: VirtualClock) -> Answer:
        made = Growing(((clock.wall_ms() + 500, b"one"), (clock.wall_ms() + 1_000, b"two")))
        network = ScriptedNetwork(clock, hosts={"a.test": lambda _: made}, trace=LINK)
        return await network.fetch(ASKED, on_piece=lambda piece, *_: came.append((clock.now_ms(), piece)))

    assert run_virtual(story).body == b"onetwo"
    assert came == [(500, b"one"), (1_000, b"two")]


def test_a_byte_range_is_all_that_is_carried() -> None:
    async def story(clock: VirtualClock) -> Answer:
        return await network_on(clock).fetch(replace(ASKED, byte_range=(10, 265)))

    assert run_virtual(story) == Answer(bytes(range(10, 256)) + bytes(range(10)), 41, "http://a.test/file")


@pytest.mark.parametrize(
    ("fault", "reason", "at_ms", "size_bytes"),
    [
        (Refused(), "refused", 40, 0),
        (Unresolved(), "unresolved", 0, 0),
        (Reset(), "reset", 40, 0),
        (Reset(after_bytes=128_000), "reset", 540, 128_000),
        (Silent(), "timeout", 5_000, 0),
        (Silent(after_bytes=128_000), "timeout", 5_000, 128_000),
        (Refusal(503), "http-503", 40, 0),
        (Slow(kbps=256), "timeout", 5_000, 131_072),
        (Late(by_ms=6_000), "timeout", 5_000, 0),
    ],
)  # fmt: skip
def test_a_fault_is_a_reason_at_its_time(fault: Fault, reason: str, at_ms: int, size_bytes: int) -> None:
    async def story(clock: VirtualClock) -> tuple[str, int, list[Exchange]]:
        network = network_on(clock)
        network.fail(fault)
        return await failure_of(network), clock.now_ms(), network.exchanges

    assert run_virtual(story) == (reason, at_ms, [Exchange(0, "a.test", "/file", reason, size_bytes, at_ms)])


def test_a_truncated_answer_looks_whole() -> None:
    answer, _ = fetched(Truncated(after_bytes=1_000))
    assert answer.body == FILE[:1_000]


def test_a_corrupt_answer_differs_where_it_was_told_to() -> None:
    answer, _ = fetched(Corrupt(first_byte=2, count=3))
    assert answer.body[:6] == bytes([0, 1, 0xFD, 0xFC, 0xFB, 5])
    assert answer.body[6:] == FILE[6:]


def test_a_late_or_slow_host_takes_its_time() -> None:
    assert fetched(Late(by_ms=300))[0].elapsed_ms == 1_340
    assert fetched(Slow(kbps=1_024))[0].elapsed_ms == 2_040


@pytest.mark.parametrize(
    ("retry_after", "hint_ms"),
    [("7", 7_000), ("", 0), ("soon", 0), ("Mon, 05 Jan 2026 09:02:00 GMT", 119_960)],
)
def test_a_refusal_says_when_to_come_back_by_the_virtual_calendar(retry_after: str, hint_ms: int) -> None:
    async def story(clock: VirtualClock) -> int:
        network = network_on(clock)
        network.fail(Refusal(429, retry_after=retry_after))
        with pytest.raises(FetchFailure) as failure:
            await network.fetch(ASKED)
        return failure.value.hint_ms

    assert run_virtual(story) == hint_ms


def test_what_a_host_does_not_have_is_404_and_a_host_that_is_none_does_not_resolve() -> None:
    async def story(clock: VirtualClock) -> list[str]:
        network = network_on(clock)
        return [await failure_of(network, url) for url in ("http://a.test/other", "http://nowhere.test/file")]

    assert run_virtual(story) == ["http-404", "unresolved"]


def test_a_host_is_told_what_was_asked_and_may_refuse() -> None:
    heard: list[HostRequest] = []

    def license_server(request: HostRequest) -> Refusal:
        heard.append(request)
        return Refusal(403, body=b"no")

    async def story(clock: VirtualClock) -> bytes:
        network = ScriptedNetwork(clock, hosts={"l.test:81": license_server})
        asked = replace(ASKED, url="http://l.test:81/keys?a=1", method="POST", body=b"{}", headers={"Accept": "*/*"})
        with pytest.raises(FetchFailure) as failure:
            await network.fetch(asked)
        return failure.value.body

    assert run_virtual(story, wall_ms=5_000) == b"no"
    said = HostRequest(
        host="l.test:81", path="/keys", query="a=1", method="POST", headers={"Accept": "*/*"}, body=b"{}", wall_ms=5_020
    )
    assert heard == [said]


def test_too_much_is_not_read_to_its_end() -> None:
    async def story(clock: VirtualClock) -> tuple[str, int]:
        network = network_on(clock)
        with pytest.raises(FetchFailure) as failure:
            await network.fetch(replace(ASKED, most_bytes=70_000))
        return failure.value.reason, network.exchanges[0].size_bytes

    assert run_virtual(story) == ("too-large", 131_072)


def test_hosts_share_the_link_save_those_with_one_of_their_own() -> None:
    async def story(clock: VirtualClock) -> list[int]:
        network = network_on(clock)
        network.put("b.test", host)
        network.put("far.test", host, trace=(Stretch(duration_ms=1_000, bandwidth_kbps=1_024, latency_ms=40),))
        urls = [f"http://{name}.test/file" for name in ("a", "b", "far")]
        answers = await asyncio.gather(*(network.fetch(replace(ASKED, url=url)) for url in urls))
        return [answer.elapsed_ms for answer in answers]

    assert run_virtual(story) == [2_040, 2_040, 2_040]


def test_the_first_rule_that_meets_a_request_counts() -> None:
    async def story(clock: VirtualClock) -> list[str]:
        network = network_on(clock)
        network.fail(Reset(), most=1)
        network.fail(Refused(), spared=2, most=1)
        return [await failure_of(network) for _ in range(4)]

    assert run_virtual(story) == ["reset", "", "refused", ""]


def test_while_the_network_is_away_no_name_resolves_and_what_is_under_way_waits() -> None:
    async def story(clock: VirtualClock) -> tuple[int, str, str]:
        network = network_on(clock)
        network.go_away(from_ms=500, until_ms=3_000)

        async def asked_at(ms: int) -> str:
            await clock.wait_until(ms)
            return await failure_of(network)

        first = network.fetch(ASKED)
        answer, away, back = await asyncio.gather(first, asked_at(2_999), asked_at(3_600))
        return answer.elapsed_ms, away, back

    assert run_virtual(story) == (3_540, "unresolved", "")


def test_what_nobody_waits_for_any_more_is_told_as_cancelled() -> None:
    async def story(clock: VirtualClock) -> list[Exchange]:
        network = network_on(clock)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await failure_of(network)
        return network.asked("a.test")

    assert run_virtual(story) == [Exchange(0, "a.test", "/file", "cancelled", 65_536, 500)]


def test_dice_fall_by_the_seed() -> None:
    async def story(clock: VirtualClock) -> list[list[int]]:
        return [[network.draw() for _ in range(3)] for network in (ScriptedNetwork(clock, seed=n) for n in (5, 5, 6))]

    first, same, other = run_virtual(story)
    assert first == same != other


def network_on(clock: VirtualClock) -> ScriptedNetwork:
    return ScriptedNetwork(clock, hosts={"a.test": host}, trace=LINK)


def fetched(fault: Fault | None = None) -> tuple[Answer, ScriptedNetwork]:
    async def story(clock: VirtualClock) -> tuple[Answer, ScriptedNetwork]:
        network = network_on(clock)
        if fault is not None:
            network.fail(fault)
        return await network.fetch(ASKED), network

    return run_virtual(story)


async def failure_of(network: ScriptedNetwork, url: str = "http://a.test/file") -> str:
    """The reason why it cannot be had; empty if it can."""
    try:
        await network.fetch(replace(ASKED, url=url))
    except FetchFailure as failure:
        return failure.reason
    return ""
