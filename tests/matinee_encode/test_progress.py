"""The line that shows how making a title goes."""

from matinee_encode.progress import Advanced, Meter, UnitFinished, UnitKept


def test_a_bar_shows_fraction_speed_and_time_left() -> None:
    meter = Meter(now_ms=0)
    meter.line(Advanced(done_ratio=0.0, frames=1000), now_ms=0)
    line = meter.line(Advanced(done_ratio=0.25, frames=1000), now_ms=10_000)
    assert line == "[######..................]  25%  25.0 frames/s  0:30 left"


def test_what_was_found_finished_does_not_count_as_speed() -> None:
    meter = Meter(now_ms=0)
    meter.line(Advanced(done_ratio=0.8, frames=1000), now_ms=5_000)
    assert "10.0 frames/s  0:10 left" in meter.line(Advanced(done_ratio=0.9, frames=1000), now_ms=15_000)


def test_a_film_of_unknown_length_has_no_speed() -> None:
    meter = Meter(now_ms=0)
    assert meter.line(Advanced(done_ratio=0.0, frames=0), now_ms=9_000).endswith("0%")


def test_units_say_whether_they_were_done_again() -> None:
    meter = Meter(now_ms=0)
    assert meter.line(UnitKept("audio en"), now_ms=0) == "audio en: kept from before"
    assert meter.line(UnitFinished("audio en"), now_ms=0) == "audio en: done"
