"""A player's question, read from its address."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from matinee.wire.steering import Heard, question_url
from matinee_backend.services.steering.question import NOTHING_TOLD, Question, question_of, steering_url, told


def asked(url: str) -> Question:
    return question_of(dict(parse_qsl(urlsplit(url).query)))


@pytest.mark.parametrize("dialect", ["DASH", "HLS"])
def test_what_our_own_player_tells_is_understood(dialect: str) -> None:
    heard = (Heard("isp-a", 9_000), Heard("isp-b", 8_000))
    url = question_url("http://c.example/s?token=t", dialect=dialect, heard=heard)  # type: ignore[arg-type]
    assert asked(url) == Question(current="isp-b")


def test_who_was_much_slower_than_another_is_remembered_in_the_next_address() -> None:
    heard = (Heard("isp-a", 900), Heard("isp-b", 8_000))
    url = question_url("http://c.example/s?token=t", dialect="DASH", heard=heard)
    question = asked(url)
    assert question == Question(current="isp-b", slow=("isp-a",))
    later = steering_url("http://c.example", session_id="s1", token="t", question=question)
    assert asked(question_url(later, dialect="DASH", heard=heard[1:])) == question


def test_one_alone_is_not_slow_the_clients_own_link_may_be() -> None:
    assert question_of({"_DASH_pathway": '"isp-a"', "_DASH_throughput": "90000"}).slow == ()


def test_who_is_slow_is_forgotten_once_there_are_many() -> None:
    slow = question_of({"slow": "a,b,c,d", "_DASH_pathway": "e,f", "_DASH_throughput": "1000,9000000"}).slow
    assert slow == ("b", "c", "d", "e")


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"_DASH_pathway": '"' * 5_000},
        {"_DASH_pathway": "A B", "_DASH_throughput": "x,-1,1e9,"},
        {"_HLS_pathway": "../..", "_HLS_throughput": "9" * 40, "slow": ",,%00", "base": "ü"},
    ],
)
def test_nonsense_is_passed_over(parameters: dict[str, str]) -> None:
    assert question_of(parameters) == NOTHING_TOLD


def test_of_many_places_the_first_are_read() -> None:
    assert len(told({"_DASH_pathway": ",".join(f"a{n}" for n in range(100))})) == 16


def test_the_address_of_the_next_question_keeps_what_clones_are_made_of() -> None:
    url = steering_url("http://c.example", session_id="s1", token="tok", question=Question(base="isp-a"))
    assert url == "http://c.example/v1/steering/s1?token=tok&base=isp-a"
    assert asked(url).base == "isp-a"
