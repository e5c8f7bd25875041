from collections import Counter

from matinee.manifest.presentation import BaseUrl
from matinee.policy.places import ordered


def place(name: str, *, priority: int = 1, weight: int = 1) -> BaseUrl:
    return BaseUrl(url=f"http://{name}.example/", service_location=name, priority=priority, weight=weight)


def names(*places: BaseUrl, seed: int) -> list[str]:
    return [base_url.service_location for base_url in ordered(places, seed=seed)]


def test_priority_goes_before_weight() -> None:
    for seed in range(50):
        assert names(place("b", priority=2, weight=99), place("a"), seed=seed) == ["a", "b"]


def test_among_equals_the_first_is_drawn_by_weight() -> None:
    first = Counter(names(place("a", weight=3), place("b"), seed=seed)[0] for seed in range(4_000))
    assert 2_850 < first["a"] < 3_150


def test_the_same_seed_gives_the_same_order_and_nobody_is_lost() -> None:
    places = tuple(place(str(number), priority=number % 2, weight=number) for number in range(9))
    assert ordered(places, seed=7) == ordered(places, seed=7)
    assert sorted(ordered(places, seed=7), key=lambda it: it.url) == sorted(places, key=lambda it: it.url)


def test_a_weight_of_nothing_comes_last() -> None:
    for seed in range(50):
        assert names(place("a", weight=0), place("b", weight=0), place("c"), seed=seed)[0] == "c"


def test_without_a_word_of_weights_the_manifests_order_holds() -> None:
    for seed in range(50):
        assert names(place("b"), place("a"), place("c"), seed=seed) == ["b", "a", "c"]
