"""How much each title will be watched tomorrow. Pure.

A title's level is the mean of its days, the later the heavier, each freed of its weekday: Saturdays say no more of a
title than Tuesdays do. What is new has few days of its own; until then the launches of late speak for it.
"""

from collections.abc import Iterable, Mapping, Sequence

from matinee_backend.records import DailyViewers

SEEN_DAYS = 28
"""Whole weeks, and no older habits."""
KEPT = 0.85
"""What a day counts of the one after it: half after some four days."""
_DOUBT_WEEKS = 1.0
"""A weekday is taken for an ordinary day with the weight of so many of its kind."""
_LAUNCH_DAYS = 3.0
"""The launches of late count as so many days of a title's own."""


def forecast(
    viewers: Iterable[DailyViewers], *, day: int, first_days: Mapping[str, int], countries: Sequence[str] = ()
) -> dict[str, float]:
    """Viewers expected on `day` of each title in `first_days`, by what is known of the days before it.

    `first_days`: since when each title could be watched; `day` or later for one that nobody has seen yet.
    `countries`: whose viewers count; none: everybody's.
    """
    by_title: dict[str, dict[int, int]] = {title_id: {} for title_id in first_days}
    for it in viewers:
        if day - SEEN_DAYS <= it.day < day and it.title_id in by_title and (not countries or it.country in countries):
            days = by_title[it.title_id]
            days[it.day] = days.get(it.day, 0) + it.viewers
    factors = _weekday_factors(by_title.values(), day=day)
    launch = _launch_level(by_title, first_days, day=day, factors=factors)
    return {
        title_id: factors[day % 7]
        * _level(days, first_day=first_days[title_id], day=day, factors=factors, launch=launch)
        for title_id, days in by_title.items()
    }


def _weekday_factors(titles: Iterable[Mapping[int, int]], *, day: int) -> list[float]:
    """Of each `day % 7`: how much is watched on it, against an ordinary day."""
    totals = dict.fromkeys(range(day - SEEN_DAYS, day), 0)
    for days in titles:
        for each, viewers in days.items():
            totals[each] += viewers
    seen = {each: total for each, total in totals.items() if total}
    if not seen:
        return [1.0] * 7
    mean = sum(seen.values()) / len(seen)
    factors = []
    for weekday in range(7):
        own = [total for each, total in seen.items() if each % 7 == weekday]
        factors.append((sum(own) + _DOUBT_WEEKS * mean) / ((len(own) + _DOUBT_WEEKS) * mean))
    return factors


def _launch_level(
    by_title: Mapping[str, Mapping[int, int]], first_days: Mapping[str, int], *, day: int, factors: Sequence[float]
) -> float:
    """A first day, as the titles of the last weeks had it; 0 without any."""
    firsts = [
        days.get(first_days[title_id], 0) / factors[first_days[title_id] % 7]
        for title_id, days in by_title.items()
        if day - SEEN_DAYS <= first_days[title_id] < day
    ]
    return sum(firsts) / len(firsts) if firsts else 0.0


def _level(days: Mapping[int, int], *, first_day: int, day: int, factors: Sequence[float], launch: float) -> float:
    """Viewers on an ordinary day."""
    is_old = first_day < day - SEEN_DAYS
    weighed, weight, each_weight = 0.0, 0.0, 1.0
    for each in range(day - 1, max(first_day, day - SEEN_DAYS) - 1, -1):
        weighed += each_weight * days.get(each, 0) / factors[each % 7]
        weight += each_weight
        each_weight *= KEPT
    if is_old:
        return weighed / weight
    known_days = max(0, day - first_day)
    doubt = max(0.0, _LAUNCH_DAYS - known_days)
    total = weight + doubt
    return (weighed + doubt * launch) / total if total else 0.0
