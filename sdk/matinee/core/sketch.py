"""The sketch: how a quantity is spread over any number of sessions, in few counts; percentiles within one percent.

Buckets grow with the value, as in HdrHistogram (Tene, 2013): whole numbers only, so that the sketch of a fleet is the
same in whatever order its parts are added.
"""

from collections import Counter
from collections.abc import Iterable

import msgspec

_STEPS = 128
"""Buckets from any value to its double: no value is told more than one part in so many too high."""


class Sketch(msgspec.Struct, frozen=True):
    """Values >= 0, as counts of buckets."""

    counts: dict[int, int] = {}
    """By bucket; none is 0."""

    @property
    def count(self) -> int:
        """How many values there are."""
        return sum(self.counts.values())

    def percentile(self, percent: int) -> int:
        """The least value that so many percent of all do not exceed, 0 to 1/128 too high; 0 if there are none.

        `percent` in [0, 100].
        """
        rank, seen = max(1, -(-self.count * percent // 100)), 0
        for bucket in sorted(self.counts):
            seen += self.counts[bucket]
            if seen >= rank:
                return _highest_in(bucket)
        return 0

    @staticmethod
    def of(values: Iterable[int]) -> "Sketch":
        """A sketch of these; what is below 0 counts as 0."""
        return Sketch(dict(Counter(_bucket_of(max(0, value)) for value in values)))

    @staticmethod
    def merge(*sketches: "Sketch") -> "Sketch":
        """One of all their values."""
        counts = Counter[int]()
        for sketch in sketches:
            counts.update(sketch.counts)
        return Sketch(dict(counts))


def _bucket_of(value: int) -> int:
    shift = max(0, value.bit_length() - _STEPS.bit_length())
    return shift * _STEPS + (value >> shift)


def _highest_in(bucket: int) -> int:
    shift = max(0, bucket // _STEPS - 1)
    return ((bucket - shift * _STEPS + 1) << shift) - 1
