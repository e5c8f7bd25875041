"""How much each title will be watched tomorrow."""

import random

import pytest

from matinee_backend.records import DailyViewers
from matinee_backend.services.placement.forecast import forecast

WEEKDAYS = (0.8, 0.8, 0.85, 0.9, 1.2, 1.5, 1.3)


def seen(title_id: str, day: int, viewers: int, country: str = "US") -> DailyViewers:
    return DailyViewers(title_id=title_id, country=country, day=day, viewers=viewers)


def history(*, titles: int, days: int, seed: int) -> tuple[list[DailyViewers], dict[str, int]]:
    """Titles of Zipf's popularity that fades from their launch, weekdays, and the noise of counts."""
    dice, viewers = random.Random(seed), []
    first_days = {f"t{n}": dice.randrange(-60, days) for n in range(titles)}
    for rank, (title_id, first_day) in enumerate(first_days.items(), start=1):
        fading = dice.uniform(5, 60)
        for day in range(max(0, first_day), days + 1):
            level = 3_000 / rank * (0.25 + 0.75 / (1 + (day - first_day) / fading)) * WEEKDAYS[day % 7]
            count = round(max(0.0, dice.gauss(level, level**0.5 * 1.5)))
            if count:
                viewers.append(seen(title_id, day, count))
    return viewers, first_days


@pytest.mark.parametrize("seed", range(3))
def test_it_is_nearer_to_what_comes_than_the_counts_of_yesterday(seed: int) -> None:
    viewers, first_days = history(titles=300, days=70, seed=seed)
    ours = naive = 0.0
    for day in range(42, 70):
        known = {title_id: first for title_id, first in first_days.items() if first < day}
        truth = {it.title_id: it.viewers for it in viewers if it.day == day}
        yesterday = {it.title_id: it.viewers for it in viewers if it.day == day - 1}
        expected = forecast([it for it in viewers if it.day < day], day=day, first_days=known)
        for title_id in known:
            ours += abs(expected[title_id] - truth.get(title_id, 0))
            naive += abs(yesterday.get(title_id, 0) - truth.get(title_id, 0))
    assert ours < 0.6 * naive


def test_it_knows_weekends() -> None:
    viewers = [seen("a", day, round(1_000 * WEEKDAYS[day % 7])) for day in range(40)]
    quiet, loud = (forecast(viewers, day=day, first_days={"a": -100})["a"] for day in (35, 40))
    assert 750 < quiet < 900
    assert 1_350 < loud < 1_550


def test_late_days_weigh_more_than_early_ones() -> None:
    rising = [seen("a", day, 10 * day) for day in range(1, 28)]
    falling = [seen("b", day, 280 - 10 * day) for day in range(1, 28)]
    expected = forecast([*rising, *falling], day=28, first_days={"a": -100, "b": -100})
    assert expected["a"] > 1.8 * expected["b"]


def test_a_title_that_nobody_has_seen_yet_is_expected_to_do_as_the_last_launches() -> None:
    viewers = [seen("hit", day, 300) for day in range(20, 28)] + [seen("dud", day, 100) for day in range(20, 28)]
    expected = forecast(viewers, day=28, first_days={"hit": 20, "dud": 20, "new": 28, "old": -100})
    assert 150 < expected["new"] < 260
    assert expected["old"] == 0


def test_only_the_countries_of_the_region_count() -> None:
    viewers = [seen("a", day, 100, "FR") for day in range(28)] + [seen("b", day, 50, "US") for day in range(28)]
    assert forecast(viewers, day=28, first_days={"a": -9, "b": -9}, countries=["US"])["a"] == 0
    everywhere = forecast(viewers, day=28, first_days={"a": -90, "b": -90})
    assert everywhere["a"] > everywhere["b"] > 0


def test_without_any_history_nothing_is_expected() -> None:
    assert forecast([], day=28, first_days={"a": 3, "b": 28}) == {"a": 0, "b": 0}
