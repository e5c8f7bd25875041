"""Places: in which order those that a manifest names are asked."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from matinee.manifest.presentation import BaseUrl
from matinee.policy.dice import draw, next_state


def ordered(base_urls: Iterable[BaseUrl], *, seed: int) -> tuple[BaseUrl, ...]:
    """By priority, the lowest first; among equals by lot, each with the chances of its weight.

    Equals that all weigh 1, as they do where nobody says anything of weights, stay in the manifest's order: outside
    DVB that order is a wish (ISO/IEC 23009-1, section 5.6.5, and every player).
    `seed` in [0, 2**64). Source: ETSI TS 103 285, section 10.8.2.
    """
    by_priority = sorted(base_urls, key=_priority)
    state, found = seed, list[BaseUrl]()
    for _, equals in groupby(by_priority, key=_priority):
        state = next_state(state)
        group = list(equals)
        found += group if all(it.weight == 1 for it in group) else _by_lot(group, state=state)
    return tuple(found)


def _by_lot(left: list[BaseUrl], *, state: int) -> Iterator[BaseUrl]:
    while left:
        lot = draw(state) % max(1, sum(base_url.weight for base_url in left))
        state = next_state(state)
        at = 0
        while at < len(left) - 1 and lot >= left[at].weight:
            lot -= left[at].weight
            at += 1
        yield left.pop(at)


def _priority(base_url: BaseUrl) -> int:
    return base_url.priority
