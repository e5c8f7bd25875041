"""Content steering against a real server on loopback: a table of what a player must make of what it is told.

Sources: draft-pantos-content-steering-01; DASH-IF CTS 001 (ETSI TS 103 998). Time leaps, so that waits are exact.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any, NamedTuple

import pytest

from matinee.policy.settings import PlayerSettings
from matinee.policy.steering import START_DEADLINE_MS
from matinee.runtime.player import Player
from tests.support.leaps import LeapingHttp
from tests.support.steering import (
    CUT_SHORT,
    HOUR_MS,
    SILENCE,
    Reply,
    SteeringServer,
    document,
    refusal,
    steering_server,
)

HEADLESS = PlayerSettings(decode=False)
JITTER_MS = HEADLESS.retry.first_ms
"""The most that one failure adds to a wait."""
DEFAULT = (300_000, 330_000)
"""The time to live of those who say none, and a tenth."""
IN_40_S = "Mon, 05 Jan 2026 09:00:40 GMT"
OK = document(TTL=60)


class Session:
    """A player, the server it asks, and the time between them."""

    def __init__(self, player: Player, server: SteeringServer, http: LeapingHttp) -> None:
        self.player = player
        self.server = server
        self._http = http

    async def asks(self, questions: int, *, most_ms: int = 2 * HOUR_MS) -> bool:
        """Whether so many questions come before `most_ms`."""
        return await self._leap(lambda: len(self.server.questions) >= questions, most_ms)

    async def fetches(self, pieces: int, *, most_ms: int = HOUR_MS) -> list[str]:
        """Where the next so many pieces of media are asked for."""
        before = len(self.server.media)
        await self._leap(lambda: len(self.server.media) >= before + pieces, most_ms)
        return self.server.places[before : before + pieces]

    async def settles(self) -> None:
        """Until the buffer is full."""
        await self._leap(lambda: self.player.state.buffer_ms >= HEADLESS.buffering.full_ms, HOUR_MS)

    async def _leap(self, condition: Any, most_ms: int) -> bool:
        return await self._http.leap_until(condition, most_ms=most_ms, held=lambda: self.server.held)


@asynccontextmanager
async def session(*script: Reply, **changes: Any) -> AsyncIterator[Session]:
    async with (
        LeapingHttp() as http,
        steering_server(http.leaping, *script, **changes) as server,
        Player.open(f"{server.url}/manifest.mpd", settings=HEADLESS, http=http) as player,
    ):
        yield Session(player, server, http)


class Waits(NamedTuple):
    what: str
    script: tuple[Reply, ...]
    waits_ms: tuple[tuple[int, int], ...]
    """The least and the most between one question and the next; none: no second question is asked."""


def after(*floors_ms: int) -> tuple[tuple[int, int], ...]:
    """Those times to live, each and up to a tenth more."""
    return tuple((floor_ms, floor_ms * 11 // 10) for floor_ms in floors_ms)


def hinted(floor_ms: int) -> tuple[tuple[int, int], ...]:
    return ((floor_ms, floor_ms + JITTER_MS),)


WAITS = [
    Waits("TTL", (document(TTL=10),), after(10_000, 10_000)),
    Waits("TTL with a point", (document(TTL=20.0),), after(20_000)),
    Waits("no TTL", (Reply(body=b'{"VERSION":1,"PATHWAY-PRIORITY":["a"]}'),), (DEFAULT,)),
    Waits("TTL of 0", (document(TTL=0),), (DEFAULT,)),
    Waits("negative TTL", (document(TTL=-5),), (DEFAULT,)),
    Waits("absurd TTL", (document(TTL=10**12),), after(HOUR_MS)),
    Waits("TTL changes", (document(TTL=10), document(TTL=40), OK), after(10_000, 40_000)),
    Waits("404 before any document", (refusal(404), OK), (DEFAULT, *after(60_000))),
    Waits("404 after a document", (document(TTL=20), refusal(404), OK), after(20_000, 20_000, 60_000)),
    Waits("500", (refusal(500), OK), (DEFAULT,)),
    Waits("500 after a document", (document(TTL=20), refusal(500), OK), after(20_000, 20_000)),
    Waits("cut short", (document(TTL=20), CUT_SHORT, OK), after(20_000, 20_000)),
    Waits("410", (refusal(410),), ()),
    Waits("410 with Retry-After", (refusal(410, "5"),), ()),
    Waits("429, seconds", (refusal(429, "17"), OK), hinted(17_000)),
    Waits("429, date", (refusal(429, IN_40_S), OK), hinted(40_000)),
    Waits("429, after a long TTL", (document(TTL=60), refusal(429, "17"), OK), (*after(60_000), *hinted(17_000))),
    Waits("429, past date", (refusal(429, "Mon, 05 Jan 2026 08:00:00 GMT"), OK), (DEFAULT,)),
    Waits("429, negative", (refusal(429, "-17"), OK), (DEFAULT,)),
    Waits("429, nonsense", (refusal(429, "soon"), OK), (DEFAULT,)),
    Waits("429, missing", (refusal(429), OK), (DEFAULT,)),
    Waits("429, absurd", (refusal(429, "9" * 30), OK), hinted(300_000)),
    Waits("429, hardly any", (refusal(429, "1"), OK), hinted(5_000)),
    Waits("503, seconds", (refusal(503, "17"), OK), hinted(17_000)),
    Waits("503, date", (refusal(503, IN_40_S), OK), hinted(40_000)),
    Waits("web page", (Reply(body=b"<html>"), OK), (DEFAULT,)),
    Waits("nothing", (Reply(), OK), (DEFAULT,)),
    Waits("too large", (document(x="x" * (1 << 20)), OK), (DEFAULT,)),
    Waits("VERSION 2", (document(VERSION=2, TTL=10), OK), (DEFAULT,)),
    Waits("VERSION 2 later", (document(TTL=20), document(VERSION=2, TTL=10), OK), after(20_000, 20_000)),
    Waits("no VERSION", (Reply(body=b'{"TTL":10,"PATHWAY-PRIORITY":["b"]}'), OK), (DEFAULT,)),
    Waits("a list that is none", (document(PATHWAY_PRIORITY="b"), OK), (DEFAULT,)),
]


@pytest.mark.parametrize("case", WAITS, ids=lambda case: case.what)
async def test_the_next_question_comes_in_time(case: Waits) -> None:
    async with session(*case.script) as it:
        it.player.pause()
        assert await it.asks(len(case.waits_ms) + 1)
        if not case.waits_ms:
            assert not await it.asks(2)
        at_ms = [question.now_ms for question in it.server.questions]
    waits = [later - earlier for earlier, later in pairwise(at_ms)]
    assert len(waits) == len(case.waits_ms)
    assert all(least <= wait <= most for wait, (least, most) in zip(waits, case.waits_ms, strict=True)), waits


class Addresses(NamedTuple):
    what: str
    reload_uris: tuple[str, ...]
    """Of one document after the other; empty: none."""
    asked: tuple[str, ...]
    """The paths of the questions after the first."""
    start: str = "steer/first"


ADDRESSES = [
    Addresses("no RELOAD-URI", ("",), ("/steer/first",)),
    Addresses("relative", ("next",), ("/steer/next",)),
    Addresses("relative to the last, not the first", ("../x/1", "2"), ("/x/1", "/x/2")),
    Addresses("absolute path", ("/else",), ("/else",)),
    Addresses("it persists", ("/else", "", ""), ("/else", "/else", "/else")),
    Addresses("with a query", ("/else?session=7",), ("/else?session=7&",)),
    Addresses("what the manifest says in the query stays", ("",), ("/steer?key=v%20w&",), start="steer?key=v%20w"),
    Addresses("a scheme that nobody asks by", ("ftp://127.0.0.1/", ""), ("/steer/first",)),
]


@pytest.mark.parametrize("case", ADDRESSES, ids=lambda case: case.what)
async def test_the_next_question_goes_where_the_last_document_said(case: Addresses) -> None:
    script = [document(RELOAD_URI=uri) if uri else document() for uri in case.reload_uris]
    async with session(*script, steering_path=case.start) as it:
        await it.settles()
        it.player.pause()
        assert await it.asks(len(case.asked) + 1)
        asked = [f"{question.path}?{question.query}" for question in it.server.questions[1:]]
    assert [url.partition("_DASH_")[0].rstrip("?") for url in asked] == list(case.asked)


async def test_a_relative_address_is_one_beside_what_answered_in_the_end() -> None:
    moved = Reply(302, headers={"Location": "/moved/steer"})
    async with session(moved, document(RELOAD_URI="next")) as it:
        it.player.pause()
        assert await it.asks(3)
        assert [question.path for question in it.server.questions] == ["/steer", "/moved/steer", "/moved/next"]


async def test_the_first_question_tells_nothing_and_the_next_who_delivered_and_how_fast() -> None:
    async with session(document(PATHWAY_PRIORITY=["b"]), attributes='queryBeforeStart="true"') as it:
        await it.settles()
        assert await it.asks(2)
        first, second = it.server.questions
    assert first.query == ""
    assert second.query.startswith("_DASH_pathway=%22b%22&_DASH_throughput=")


class Places(NamedTuple):
    what: str
    said: dict[str, Any]
    place: str
    """Where the first piece comes from once the document is here."""
    query: str = ""


def clone(of: str, name: str, **replacement: Any) -> dict[str, Any]:
    return {"BASE-ID": of, "ID": name, "URI-REPLACEMENT": replacement}


def named(*clones: object) -> dict[str, Any]:
    """The clone first, else `b`."""
    return {"PATHWAY_PRIORITY": ["c", "b"], "PATHWAY_CLONES": list(clones)}


C = clone("a", "c", HOST="localhost")
PLACES = [
    Places("the first named", {"PATHWAY_PRIORITY": ["b", "a"]}, "b"),
    Places("one that is named alone", {"PATHWAY_PRIORITY": ["b"]}, "b"),
    Places("unknown ones are passed over", {"PATHWAY_PRIORITY": ["x", "b", "a"]}, "b"),
    Places("twice is once", {"PATHWAY_PRIORITY": ["b", "b", "a"]}, "b"),
    Places("nobody is named", {"PATHWAY_PRIORITY": []}, "a"),
    Places("only unknown ones are named", {"PATHWAY_PRIORITY": ["x"]}, "a"),
    Places("clone by HOST", {"PATHWAY_PRIORITY": ["c"], "PATHWAY_CLONES": [C]}, "localhost"),
    Places("clone that is not named", {"PATHWAY_PRIORITY": ["b"], "PATHWAY_CLONES": [C]}, "b"),
    Places(
        "clone by PARAMS",
        {"PATHWAY_PRIORITY": ["c"], "PATHWAY_CLONES": [clone("b", "c", PARAMS={"z": "1%2F2", "k": "v"})]},
        "b",
        "k=v&z=1%2F2",
    ),
    Places(
        "clone by both",
        {"PATHWAY_PRIORITY": ["c"], "PATHWAY_CLONES": [clone("b", "c", HOST="localhost", PARAMS={"k": "v"})]},
        "localhost",
        "k=v",
    ),
    Places(
        "clone of a clone",
        {"PATHWAY_PRIORITY": ["d"], "PATHWAY_CLONES": [C, clone("c", "d", PARAMS={"k": "v"})]},
        "localhost",
        "k=v",
    ),
    Places("clone of nobody", named(clone("x", "c", HOST="localhost")), "b"),
    Places("clone by a name that is taken", named(clone("a", "b", HOST="localhost")), "b"),
    Places("HOST that is none", named(clone("a", "c", HOST="x/y@z")), "b"),
    Places("broken clones beside a good one", named(7, {"ID": "c"}, C), "localhost"),
]


@pytest.mark.parametrize("case", PLACES, ids=lambda case: case.what)
async def test_media_comes_from_where_the_document_says(case: Places) -> None:
    async with session(document(**case.said), attributes='queryBeforeStart="true"') as it:
        assert set(await it.fetches(3)) == {case.place}
        assert {asked.query for asked in it.server.media} == {case.query}


@pytest.mark.parametrize(("default", "place"), [("b", "b"), ("x b a", "b"), ("x", "a"), ("", "a")])
async def test_until_a_document_is_here_the_default_place_is_asked(default: str, place: str) -> None:
    async with session(refusal(404), attributes=f'defaultServiceLocation="{default}"') as it:
        assert set(await it.fetches(3)) == {place}


async def test_a_session_does_not_start_long_after_a_server_that_says_nothing() -> None:
    async with session(SILENCE, attributes='queryBeforeStart="true"') as it:
        assert await it.fetches(1) == ["a"]
        assert it.server.media[0].now_ms == START_DEADLINE_MS


async def test_a_session_starts_at_once_after_a_server_that_says_no() -> None:
    async with session(refusal(404), attributes='queryBeforeStart="true"') as it:
        assert await it.fetches(1) == ["a"]
        assert it.server.media[0].now_ms == 0


async def test_a_clone_that_a_later_document_does_not_tell_is_left() -> None:
    first = document(TTL=10, PATHWAY_PRIORITY=["c"], PATHWAY_CLONES=[C])
    async with session(first, document(TTL=600, PATHWAY_PRIORITY=["c", "b"]), attributes='queryBeforeStart="1"') as it:
        await it.settles()
        assert set(it.server.places) == {"localhost"}
        assert await it.asks(2)
        assert set(await it.fetches(3)) == {"b"}


async def test_a_place_that_fails_is_passed_over_for_its_cool_down_and_then_taken_again() -> None:
    steered = document(TTL=3_600, PATHWAY_PRIORITY=["b", "a"])
    async with session(steered, attributes='queryBeforeStart="true"') as it:
        await it.settles()
        it.server.away.add("b")
        assert (await it.fetches(4))[:3] == ["b", "a", "a"]
        failed_ms = it.server.media[-4].now_ms
        it.server.away.clear()
        while (await it.fetches(1)) == ["a"]:
            pass
        back_ms = it.server.media[-1].now_ms
    assert 60_000 <= back_ms - failed_ms <= 64_000
    assert it.player.report().stalls == 0
