"""How foresight weighs what it foresees."""

from matinee.policy.abr.temper import DEEP, SHALLOW, temper_for


def test_what_can_be_buffered_makes_the_temper() -> None:
    assert temper_for(full_ms=60_000) == DEEP
    assert temper_for(full_ms=6_000) == SHALLOW
