"""Which titles lie where in a group."""

import random

from matinee_backend.services.placement.rules import FAITH, Shelf, Wanted, by_turns, moved_bytes, plan

FOUR = ("isp-a", "isp-b", "isp-c", "isp-d")


def shelves(room_bytes: int, *names: str) -> list[Shelf]:
    return [Shelf(name, room_bytes) for name in names or FOUR]


def zipf(titles: int = 400, *, size_bytes: int = 10) -> list[Wanted]:
    """The first is wanted most."""
    return [Wanted(f"title-{rank:03}", size_bytes, 10_000 / rank) for rank in range(1, titles + 1)]


def test_what_is_wanted_most_lies_everywhere_and_the_tail_once() -> None:
    placed = plan(zipf(), shelves(500), held={})
    copies = [sum(title.title_id in titles for titles in placed.values()) for title in zipf()]
    assert copies[:2] == [4, 4]
    assert set(copies[2:190]) == {1}
    assert all(len(titles) == 50 for titles in placed.values())


def test_an_appliance_alone_holds_what_is_wanted_most() -> None:
    placed = plan(zipf(), shelves(500, "isp-a"), held={})
    assert placed == {"isp-a": tuple(title.title_id for title in zipf()[:50])}


def test_where_there_is_room_for_everything_everything_lies_everywhere() -> None:
    placed = plan(zipf(30), shelves(300), held={})
    assert all(len(titles) == 30 for titles in placed.values())


def test_no_shelf_is_filled_beyond_its_room() -> None:
    dice = random.Random(7)
    wanted = [Wanted(f"t{n}", dice.randrange(1, 90), dice.random()) for n in range(200)]
    sizes = {it.title_id: it.size_bytes for it in wanted}
    for titles in plan(wanted, shelves(1_000), held={}).values():
        assert 900 < sum(sizes[title_id] for title_id in titles) <= 1_000


def test_the_same_is_planned_again() -> None:
    once = plan(zipf(), shelves(500), held={})
    assert plan(zipf(), shelves(500), held=once) == once


def test_a_small_change_of_the_forecast_moves_few_titles() -> None:
    dice, wanted = random.Random(7), zipf()
    sizes = {it.title_id: it.size_bytes for it in wanted}
    once = plan(wanted, shelves(500), held={})
    shaken = [it._replace(viewers=it.viewers * dice.uniform(0.9, 1.1)) for it in wanted]
    faithful = moved_bytes(once, plan(shaken, shelves(500), held=once), sizes=sizes)
    fickle = moved_bytes(once, plan(shaken, shelves(500), held={}), sizes=sizes)
    assert faithful <= 40
    assert fickle >= 3 * faithful


def test_a_title_that_is_wanted_much_more_takes_the_place_of_another() -> None:
    wanted = [Wanted("old", 10, 10.0), Wanted("new", 10, 10.0 * FAITH + 1)]
    assert plan(wanted, shelves(10, "isp-a"), held={"isp-a": ("old",)}) == {"isp-a": ("new",)}
    wanted[1] = wanted[1]._replace(viewers=10.0 * FAITH - 1)
    assert plan(wanted, shelves(10, "isp-a"), held={"isp-a": ("old",)}) == {"isp-a": ("old",)}


def test_when_one_goes_the_others_keep_what_they_have() -> None:
    wanted = zipf()
    sizes = {it.title_id: it.size_bytes for it in wanted}
    once = plan(wanted, shelves(500), held={})
    after = plan(wanted, shelves(500, *FOUR[:3]), held=once)
    assert moved_bytes(once, after, sizes=sizes) < 500
    assert all(len(set(once[name]) & set(after[name])) > 35 for name in FOUR[:3])


def test_turns_stay_when_a_name_goes() -> None:
    assert [name for name in by_turns("heat", among=FOUR) if name != "isp-b"] == by_turns(
        "heat", among=[name for name in FOUR if name != "isp-b"]
    )


def test_only_what_comes_new_to_a_shelf_is_moved() -> None:
    assert moved_bytes({"a": ["x", "y"]}, {"a": ["y", "z"], "b": ["x"]}, sizes={"x": 1, "y": 2, "z": 4}) == 5
