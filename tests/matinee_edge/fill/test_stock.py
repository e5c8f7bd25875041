"""What a fill needs of its appliance."""

from matinee.errors import SegmentUnavailable
from matinee_edge.fill.stock import NOT_HELD, is_not_held


def test_a_peer_that_lacks_a_file_is_told_from_one_that_fails() -> None:
    assert is_not_held(SegmentUnavailable("Not here.", reason=NOT_HELD))
    assert not is_not_held(SegmentUnavailable("It broke."))
