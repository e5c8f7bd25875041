import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import ERRORS_BY_CODE, MatineeError, NotEntitled, SegmentUnavailable, ServiceUnavailable
from matinee.wire.problem import TYPE_PREFIX, Problem, error_of, problem_of

Fact = str | int | float | bool | list[str] | None


def test_a_problem_says_what_happened_and_what_to_do() -> None:
    error = SegmentUnavailable("Segment 7 came from nowhere.", segment=7, appliances=("a", "b"), cause=OSError("reset"))
    assert problem_of(error, status=502) == Problem(
        type="urn:matinee:problem:segment-unavailable",
        title="Check the appliances.",
        status=502,
        detail="Segment 7 came from nowhere.",
        facts={"segment": 7, "appliances": ["a", "b"], "cause": "reset"},
    )


@pytest.mark.parametrize("leaf", ERRORS_BY_CODE.values(), ids=lambda leaf: leaf.__name__)
def test_every_error_comes_out_as_it_went_in(leaf: type[MatineeError]) -> None:
    sent = msgspec.json.encode(problem_of(leaf("It broke.", title="heist", tries=3), status=500))
    received = error_of(msgspec.json.decode(sent, type=Problem))
    assert type(received) is leaf
    assert str(received) == str(leaf("It broke."))
    assert {"title": "heist", "tries": 3}.items() <= received.facts.items()


def test_the_wish_to_wait_travels_in_milliseconds() -> None:
    problem = problem_of(ServiceUnavailable("Overloaded.", retry_after_ms=1_500), status=503)
    assert (problem.retry_after_ms, problem.facts) == (1_500, {})
    received = error_of(problem)
    assert isinstance(received, ServiceUnavailable)
    assert received.retry_after_ms == 1_500


def test_a_problem_that_nobody_here_knows_is_an_unavailable_service() -> None:
    received = error_of(Problem(type="about:blank", title="Bad Gateway", status=502))
    assert isinstance(received, ServiceUnavailable)
    assert (received.what, received.facts["status"]) == ("Bad Gateway", 502)


def test_what_is_left_out_by_default_does_not_travel() -> None:
    problem = problem_of(NotEntitled("Not in this region."), status=403)
    assert sorted(msgspec.to_builtins(problem)) == ["detail", "status", "title", "type"]


@given(
    st.sampled_from(["service-unavailable", "title-unknown", "of-tomorrow"]),
    st.dictionaries(st.sampled_from(["what", "self", "status", "retry_after_ms", "x"]), st.integers()),
)
def test_facts_of_any_name_are_received(code: str, facts: dict[str, Fact]) -> None:
    received = error_of(Problem(type=TYPE_PREFIX + code, title="t", status=503, retry_after_ms=7, facts=facts))
    assert received.what == "t"
    assert received.facts.get("x") == facts.get("x")
