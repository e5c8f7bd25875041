"""Which init segments of a stream are here."""

from matinee.core.inits import MOST_INITS, Inits
from matinee.manifest.presentation import Resource


def init(number: int) -> Resource:
    return Resource(path=f"init-{number}.mp4")


def test_each_is_wanted_once() -> None:
    it = Inits()
    assert [it.want(init(1)), it.want(init(2)), it.want(init(1))] == [True, True, False]


def test_one_that_arrived_is_known_by_its_request() -> None:
    it = Inits()
    it.want(init(1))
    assert it.request_id(init(1)) is None
    it.arrived(init(1), 7)
    assert it.request_id(init(1)) == 7


def test_those_under_way_are_wanted_anew_after_a_seek_those_here_are_not() -> None:
    it = Inits()
    it.want(init(1))
    it.want(init(2))
    it.arrived(init(1), 7)
    it.stop_waiting()
    assert [it.want(init(1)), it.want(init(2))] == [False, True]


def test_what_is_forgotten_is_told_once() -> None:
    it = Inits()
    it.want(init(1))
    it.arrived(init(1), 7)
    it.want(init(2))
    it.forget(keep=0)
    assert [it.take_forgotten(), it.take_forgotten()] == [(7,), ()]
    assert [it.want(init(1)), it.want(init(2))] == [True, False]


def test_the_oldest_make_room_for_new_ones() -> None:
    it = Inits()
    for number in range(MOST_INITS + 2):
        it.want(init(number))
        it.arrived(init(number), 100 + number)
    assert it.take_forgotten() == (100, 101)
