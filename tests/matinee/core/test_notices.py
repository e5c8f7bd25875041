"""A failure told is the error raised."""

from matinee.core.notices import Failed
from matinee.errors import OperatorError, SegmentUnavailable, ServiceUnavailable


def test_a_failure_is_the_leaf_of_its_code_with_its_facts() -> None:
    error = Failed(SegmentUnavailable.code, "Nobody has it.", {"appliances": ("a", "b")}).error
    assert isinstance(error, SegmentUnavailable)
    assert (error.what, error.category, error.facts) == ("Nobody has it.", "operator", {"appliances": ("a", "b")})


def test_an_unavailable_service_keeps_when_to_come_back() -> None:
    error = Failed(ServiceUnavailable.code, "Away.", {"retry_after_ms": 1_500}).error
    assert isinstance(error, ServiceUnavailable)
    assert error.retry_after_ms == 1_500


def test_a_code_of_tomorrow_is_still_an_error() -> None:
    assert type(Failed("of-tomorrow", "Something new.").error) is OperatorError
