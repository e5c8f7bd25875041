"""A catalog whose titles are asked for by Zipf's law, and what a shelf of its top titles answers.

Exact sums, no approximation of them. The shelf is static: it holds the top titles, as many as fit whole, which is what
the night's fill leaves there; a cache that follows the requests does worse on the same disk. A play brings bytes in
proportion to the size of its title, so the most popular are also those that answer most for each byte of disk.
Source of the law: Breslau et al., Web Caching and Zipf-like Distributions, INFOCOM 1999.
"""

from bisect import bisect_left, bisect_right
from functools import lru_cache
from itertools import accumulate
from math import pow

from matinee_edge.planning.region import Region


class Catalog:
    """Titles by rank, the most popular first."""

    def __init__(self, titles: int, *, alpha: float, title_bytes: tuple[int, ...]) -> None:
        """Sizes take turns down the ranks: the title of rank i has `title_bytes[(i - 1) % len(title_bytes)]`."""
        sizes = [title_bytes[index % len(title_bytes)] for index in range(titles)]
        plays = [pow(rank, -alpha) for rank in range(1, titles + 1)]
        self._sizes = tuple(accumulate(sizes, initial=0))
        self._plays = tuple(accumulate(plays, initial=0.0))
        self._bytes = tuple(accumulate((play * size for play, size in zip(plays, sizes, strict=True)), initial=0.0))

    @property
    def size_bytes(self) -> int:
        return self._sizes[-1]

    def held(self, shelf_bytes: int) -> int:
        """How many of the top titles fit whole."""
        return bisect_right(self._sizes, shelf_bytes) - 1

    def hit_ratio(self, shelf_bytes: int) -> float:
        """Of the bytes that are asked for, those on the shelf."""
        return self._bytes[self.held(shelf_bytes)] / self._bytes[-1]

    def play_hit_ratio(self, shelf_bytes: int) -> float:
        """Of the plays, those of titles on the shelf."""
        return self._plays[self.held(shelf_bytes)] / self._plays[-1]

    def shelf_bytes_for(self, hit_ratio: float) -> int:
        """The smallest shelf that answers that part of the bytes; the whole catalog if nothing less does."""
        titles = bisect_left(self._bytes, hit_ratio * self._bytes[-1])
        return self._sizes[min(titles, len(self._sizes) - 1)]


def catalog_of(region: Region) -> Catalog:
    return _catalog(region.catalog_titles, region.alpha, region.title_bytes)


@lru_cache(maxsize=4)  # A plan asks again and again for the one that it varies nothing of.
def _catalog(titles: int, alpha: float, title_bytes: tuple[int, ...]) -> Catalog:
    return Catalog(titles, alpha=alpha, title_bytes=title_bytes)
