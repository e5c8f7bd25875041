"""Which file is fetched next, and of whom."""

from collections import Counter
from collections.abc import Sequence

import pytest

from matinee.wire.title import MediaFile
from matinee_edge.fill.allowance import Allowance
from matinee_edge.fill.errands import (
    MAX_FAILURES,
    MAX_LACK_MS,
    MAX_REST_MS,
    PATIENCE_MS,
    PEER_ERRANDS,
    PEER_REST_MS,
    Errand,
    Errands,
    rest_ms,
)
from matinee_edge.fill.shares import fetchers

PEERS = ("isp-b", "isp-c")
FILES = [MediaFile(path=f"video/v1/{number}.m4s", size_bytes=1_000, sha256="ab" * 32) for number in range(30)]


def of(
    files: Sequence[MediaFile] = FILES,
    *,
    peers: Sequence[str] = (),
    parents: Sequence[str] = ("exchange",),
    at_a_time: int = 4,
    rate_kbps: int = 0,
) -> Errands:
    """Errands of isp-a for one title, which all peers should hold."""
    it = Errands(
        name="isp-a",
        peers=peers,
        parents=parents,
        allowance=Allowance(rate_kbps, now_ms=0),
        at_a_time=at_a_time,
        draw=lambda: 0,
        now_ms=0,
    )
    it.open("heat", files, holders=peers, now_ms=0)
    return it


def first_of(file: MediaFile, *among: str) -> str:
    return fetchers("heat", file.path, among=("isp-a", *among))[0]


def run(it: Errands, *, held: set[str], now_ms: int = 0, until_ms: int = 3_600_000) -> list[Errand]:
    """Every errand that lands, where parents deliver and peers hold the paths in `held`."""
    landed = list[Errand]()
    while it.titles and now_ms < until_ms:
        for errand in it.due(now_ms):
            if errand.is_of_peer and errand.file.path not in held:
                it.lacked(errand, now_ms=now_ms)
            else:
                it.landed(errand, now_ms=now_ms)
                landed.append(errand)
        now_ms += it.wakes_in_ms(now_ms) or 0
    return landed


def test_without_peers_everything_comes_from_the_parent_in_order_some_at_a_time() -> None:
    it = of(at_a_time=4)
    first = it.due(0)
    assert [errand.file for errand in first] == FILES[:4]
    assert {(errand.source, errand.is_of_peer) for errand in first} == {("exchange", False)}
    assert it.due(0) == []
    it.landed(first[2], now_ms=5)
    assert [errand.file for errand in it.due(5)] == FILES[4:5]


def test_a_title_is_done_when_its_last_file_has_landed() -> None:
    it = of(FILES[:2])
    one, other = it.due(0)
    it.landed(one, now_ms=1)
    assert list(it.titles) == ["heat"]
    it.landed(other, now_ms=2)
    assert list(it.titles) == []


def test_of_a_cluster_each_asks_the_parent_for_its_own_share_only() -> None:
    it = of(peers=PEERS)
    held = {file.path for file in FILES if first_of(file, *PEERS) != "isp-a"}
    landed = run(it, held=held)
    assert len(landed) == len(FILES)
    for errand in landed:
        turn = first_of(errand.file, *PEERS)
        assert (errand.source, errand.is_of_peer) == (("exchange", False) if turn == "isp-a" else (turn, True))


def test_a_peer_that_lacks_a_file_is_asked_again_later_and_the_parent_never() -> None:
    it = of([file for file in FILES if first_of(file, "isp-b") == "isp-b"], peers=["isp-b"])
    now_ms, waits = 0, []
    for _ in range(8):
        [errand, *_] = it.due(now_ms)
        for again in (errand, *_):
            it.lacked(again, now_ms=now_ms)
        waits.append(it.wakes_in_ms(now_ms))
        now_ms += waits[-1] or 0
    assert waits == sorted(waits, key=lambda wait_ms: wait_ms or 0)
    assert waits[-1] == MAX_LACK_MS
    assert len(it.due(now_ms)) == 1


def test_a_peer_that_brings_nothing_for_long_while_all_else_is_done_loses_its_turns() -> None:
    it = of(peers=["isp-b"])
    landed = run(it, held=set())
    assert Counter(errand.source for errand in landed) == {"exchange": len(FILES)}
    assert it.failing == ("isp-b",)


def test_a_peer_is_waited_for_without_end_while_the_parents_fail() -> None:
    """For then it cannot have the files: if each took the turns of the other, both would fetch everything."""
    it = of(peers=["isp-b"], at_a_time=1)
    now_ms = 0
    while now_ms < 4 * PATIENCE_MS:
        for errand in it.due(now_ms):
            back = it.lacked if errand.is_of_peer else it.failed
            back(errand, now_ms=now_ms)
        now_ms += it.wakes_in_ms(now_ms) or 1
    assert it.failing == ("exchange",)


def test_a_peer_that_does_not_answer_loses_its_turns_to_the_next_of_each_file() -> None:
    it = of(peers=PEERS)
    asked, now_ms = Counter[str](), 0
    landed = list[Errand]()
    while it.titles:
        for errand in it.due(now_ms):
            asked[errand.source] += 1
            if errand.source == "isp-b":
                it.failed(errand, now_ms=now_ms)
            elif errand.is_of_peer and first_of(errand.file, "isp-c") == "isp-a":
                it.lacked(errand, now_ms=now_ms)
            else:
                it.landed(errand, now_ms=now_ms)
                landed.append(errand)
        now_ms += it.wakes_in_ms(now_ms) or 0
    assert MAX_FAILURES <= asked["isp-b"] <= MAX_FAILURES + PEER_ERRANDS
    assert all(
        errand.source == ("exchange" if first_of(errand.file, "isp-c") == "isp-a" else "isp-c") for errand in landed
    )


def test_a_peer_that_lost_its_turns_has_those_of_titles_that_come_later() -> None:
    it = of(peers=["isp-b"])
    now_ms = 0
    while "isp-b" not in it.failing:
        for errand in it.due(now_ms):
            back = it.failed if errand.is_of_peer else it.landed
            back(errand, now_ms=now_ms)
    now_ms = PEER_REST_MS
    it.open("ronin", FILES, holders=["isp-b"], now_ms=now_ms)
    assert "isp-b" in {errand.source for errand in it.due(now_ms)}


def test_who_comes_late_fetches_its_own_share_from_a_peer_that_has_it() -> None:
    landed = run(of(peers=PEERS), held={file.path for file in FILES})
    assert "exchange" not in {errand.source for errand in landed}
    assert len(landed) == len(FILES)


def test_a_late_share_that_a_peer_holds_in_part_is_asked_of_the_parent_for_the_rest() -> None:
    own = [file for file in FILES if first_of(file, *PEERS) == "isp-a"]
    landed = run(of(own, peers=PEERS), held={file.path for file in own[:3]})
    sources = {errand.file.path: errand.source for errand in landed}
    assert "exchange" not in {sources[file.path] for file in own[:3]}
    assert {sources[file.path] for file in own[3:]} == {"exchange"}


@pytest.mark.parametrize("holds", [True, False])
def test_a_share_taken_over_from_a_peer_that_is_away_is_fetched_whole(holds: bool) -> None:
    it = of(peers=PEERS)
    now_ms = 0
    while "isp-b" not in it.failing:
        for errand in it.due(now_ms):
            back = it.failed if errand.source == "isp-b" else it.landed
            back(errand, now_ms=now_ms)
    others = [file for file in FILES if first_of(file, *PEERS) == "isp-b" and first_of(file, "isp-c") == "isp-a"]
    it.open("ronin", others, holders=PEERS, now_ms=now_ms)
    run(it, held={file.path for file in FILES} if holds else set())
    assert list(it.titles) == []


def test_a_parent_that_fails_is_left_alone_and_the_next_one_asked() -> None:
    it = of(parents=("near", "far"), at_a_time=1)
    sources = []
    for _ in range(6):
        [errand] = it.due(0)
        sources.append(errand.source)
        back = it.failed if errand.source == "near" else it.landed
        back(errand, now_ms=0)
    assert sources == ["near"] * MAX_FAILURES + ["far"] * 3
    assert it.failing == ("near",)
    assert [errand.source for errand in it.due(MAX_REST_MS)] == ["near"]


def test_when_all_parents_fail_they_rest_ever_longer() -> None:
    it, now_ms, waits = of(at_a_time=1), 0, list[int]()
    while len(waits) < 9:
        due = it.due(now_ms)
        for errand in due:
            it.failed(errand, now_ms=now_ms)
        if not due and (wait_ms := it.wakes_in_ms(now_ms)):
            waits.append(wait_ms)
            now_ms += wait_ms
    assert waits[:4] == [500, 1_000, 2_000, 4_000]
    assert waits[-1] == MAX_REST_MS // 2


def test_no_more_is_asked_of_the_parents_than_the_rate_allows() -> None:
    it, now_ms, asked = of(rate_kbps=8), 0, []
    while it.titles:
        for errand in it.due(now_ms):
            asked.append(now_ms)
            it.landed(errand, now_ms=now_ms)
        now_ms += it.wakes_in_ms(now_ms) or 0
    assert now_ms >= (len(FILES) - 2) * 1_000


def test_while_viewers_wait_one_file_at_a_time_is_asked_of_the_parents() -> None:
    it = of(at_a_time=4)
    assert len(it.due(0, is_pressed=True)) == 1
    assert it.due(0, is_pressed=True) == []
    assert len(it.due(0)) == 3


def test_rests_grow_stay_under_the_cap_and_are_spread() -> None:
    assert [rest_ms(times, draw=0) for times in (1, 2, 3)] == [500, 1_000, 2_000]
    assert rest_ms(1_000, draw=(1 << 30) - 1) <= MAX_REST_MS
    assert rest_ms(3, draw=1_234) == 3_234
