import pytest

import matinee.errors
from matinee.errors import (
    ERRORS_BY_CODE,
    AppError,
    MatineeError,
    OperatorError,
    SegmentUnavailable,
    ServiceUnavailable,
    ViewerError,
)

LEAVES = tuple(ERRORS_BY_CODE.values())


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_every_leaf_says_who_must_act_and_what_to_do(leaf: type[MatineeError]) -> None:
    assert sum(issubclass(leaf, party) for party in (ViewerError, AppError, OperatorError)) == 1
    assert leaf.what_to_do.endswith(".")


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_the_code_is_the_name_in_kebab_case(leaf: type[MatineeError]) -> None:
    assert "".join(word.capitalize() for word in leaf.code.split("-")) == leaf.__name__


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_every_leaf_is_exported_and_drawn_in_the_tree(leaf: type[MatineeError]) -> None:
    assert leaf.__name__ in matinee.errors.__all__
    assert f"── {leaf.__name__} " in (matinee.errors.__doc__ or "")


def test_an_error_reads_as_what_happened_and_what_to_do() -> None:
    error = SegmentUnavailable("Segment 7 came from nowhere.", segment=7, appliances=("a", "b"))
    assert str(error) == "Segment 7 came from nowhere. Check the appliances."
    assert error.facts == {"segment": 7, "appliances": ("a", "b")}


def test_a_fact_may_have_any_name() -> None:
    assert SegmentUnavailable("Gone.", what="segment", self="a").facts == {"what": "segment", "self": "a"}


def test_an_unavailable_service_says_when_to_come_back() -> None:
    error = ServiceUnavailable("Overloaded.", retry_after_ms=1_500, service="play")
    assert error.retry_after_ms == 1_500
    assert error.facts == {"retry_after_ms": 1_500, "service": "play"}
    assert ServiceUnavailable("Away.").retry_after_ms is None
