"""What an appliance is told of what it should hold."""

import msgspec
import pytest

from matinee.wire.placement import FillWindow, PlacedTitle, Placement, placement_digest

PLACEMENT = Placement(titles=(PlacedTitle(title_id="heat"), PlacedTitle(title_id="alien")))


def test_a_digest_is_that_of_equal_placements_and_of_no_other() -> None:
    read = msgspec.json.decode(msgspec.json.encode(PLACEMENT), type=Placement)
    assert placement_digest(read) == placement_digest(PLACEMENT)
    others = (
        Placement(titles=PLACEMENT.titles[::-1]),
        Placement(titles=PLACEMENT.titles, rate_kbps=1),
        Placement(titles=PLACEMENT.titles, windows=(FillWindow(),)),
    )
    assert len({placement_digest(it) for it in (PLACEMENT, *others)}) == 4


@pytest.mark.parametrize("minute", [-1, 1441])
def test_a_minute_is_one_of_a_day(minute: int) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode({"from_minute": minute}), type=FillWindow)
