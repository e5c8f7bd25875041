"""What a fill needs of its appliance."""

from matinee.errors import SegmentUnavailable
from matinee_edge.fill.stock import is_not_held
from matinee_edge.parent import NOT_HELD


def test_a_peer_that_lacks_a_file_is_told_from_one_that_fails() -> None:
    assert is_not_held(SegmentUnavailable("Not here.", reason=NOT_HELD))
    assert not is_not_held(SegmentUnavailable("It broke."))
