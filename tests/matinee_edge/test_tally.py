"""What an appliance counts."""

from matinee_edge.tally import MOST_WAITS, Tally


def test_waits_are_taken_once_and_only_the_last_are_kept() -> None:
    tally = Tally()
    tally.first_bytes_ms.extend(range(MOST_WAITS + 5))
    assert tally.take_first_bytes() == list(range(5, MOST_WAITS + 5))
    assert tally.take_first_bytes() == []
