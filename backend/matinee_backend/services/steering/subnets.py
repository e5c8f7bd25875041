"""Which sites are near to an address: announced subnets, looked up by the longest prefix, as routers do.

Overlapping prefixes are flattened into ranges that do not overlap, each with what covers it, so that a look-up is
one bisection of a sorted array: a microsecond, and a dozen bytes for each range. Such a map is never changed but
made anew, off the event loop where it is large.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network
from itertools import groupby
from socket import AF_INET, AF_INET6, inet_pton
from typing import NamedTuple

from matinee.errors import RequestInvalid

LONGEST_V6 = 56
"""What one household is given (RFC 6177); no network announces longer prefixes to its neighbours."""
MOST_GROUPS = 3
"""Prefixes around an address that are kept, the longest first."""

Reach = tuple[tuple[str, ...], ...]
"""The sites that announce an address, by prefix, the longest first."""

_LENGTH_BITS, _SITE_BITS = 8, 24
_V4_MAPPED = bytes(10) + b"\xff\xff"


class Prefixes(NamedTuple):
    """Subnets, packed: eight bytes each, the start of the range above the length of the prefix."""

    v4: "array[int]"
    v6: "array[int]"

    @property
    def number(self) -> int:
        return len(self.v4) + len(self.v6)


def packed(subnets: Iterable[str]) -> Prefixes:
    """Each of them once, in order. Raises RequestInvalid for what is no subnet, or one of a single household."""
    v4, v6 = set[int](), set[int]()
    for text in subnets:
        try:
            network = ip_network(text)
        except ValueError as error:
            raise RequestInvalid(f"{text} is no subnet: {error}.", subnet=text) from error
        start, length = int(network.network_address), network.prefixlen
        if network.version == 4:
            v4.add(start << _LENGTH_BITS | length)
        elif length <= LONGEST_V6:
            v6.add(start >> (128 - LONGEST_V6) << _LENGTH_BITS | length)
        else:
            raise RequestInvalid(f"{text} is longer than /{LONGEST_V6}.", subnet=text)
    return Prefixes(array("Q", sorted(v4)), array("Q", sorted(v6)))


class SubnetMap:
    """Immutable: a change makes another."""

    def __init__(self, announced: Mapping[str, Iterable[Prefixes]]) -> None:
        """`announced`: what each site's appliances announce."""
        reaches = _Interned()
        sites = sorted(announced)
        v4 = (_entries(number, (it.v4 for it in announced[site])) for number, site in enumerate(sites))
        v6 = (_entries(number, (it.v6 for it in announced[site])) for number, site in enumerate(sites))
        self._v4 = _flattened(sorted(key for keys in v4 for key in keys), sites, reaches, bits=32)
        self._v6 = _flattened(sorted(key for keys in v6 for key in keys), sites, reaches, bits=LONGEST_V6)
        self.reaches: tuple[Reach, ...] = tuple(reaches.numbers)
        """By number; number 0 is that of an address that nobody announces."""

    @property
    def is_empty(self) -> bool:
        """Whether nobody announces anything."""
        return len(self.reaches) == 1

    @property
    def size_bytes(self) -> int:
        """Of the ranges."""
        tables = (self._v4, self._v6)
        return sum(len(it.starts) * it.starts.itemsize + len(it.reach) * it.reach.itemsize for it in tables)

    def reach(self, address: str) -> Reach:
        """Who announces the address."""
        return self.reaches[self.reach_of(address)]

    def reach_of(self, address: str) -> int:
        """The number of the address's reach; 0 also for what is no address."""
        try:
            raw = inet_pton(AF_INET6 if ":" in address else AF_INET, address)
        except (OSError, ValueError):
            return 0
        if len(raw) == 4 or raw.startswith(_V4_MAPPED):
            table, value = self._v4, int.from_bytes(raw[-4:], "big")
        else:
            table, value = self._v6, int.from_bytes(raw[: LONGEST_V6 // 8], "big")
        return table.reach[bisect_right(table.starts, value) - 1]


def is_address(text: str) -> bool:
    """Whether the text is an address of IPv4 or IPv6."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


class _Table(NamedTuple):
    starts: "array[int]"
    """Where each range begins; it ends where the next begins."""
    reach: "array[int]"
    """The number of its reach."""


class _Interned:
    """Equal reaches share a number."""

    def __init__(self) -> None:
        self.numbers: dict[Reach, int] = {(): 0}
        self._reaches: list[Reach] = [()]

    def within(self, outer: int, sites: tuple[str, ...]) -> int:
        """The number of the reach of `sites`, inside that of the number `outer`."""
        reach = (sites, *self._reaches[outer])[:MOST_GROUPS]
        number = self.numbers.setdefault(reach, len(self._reaches))
        if number == len(self._reaches):
            self._reaches.append(reach)
        return number


def _entries(site: int, announced: Iterable["array[int]"]) -> Iterable[int]:
    return (key << _SITE_BITS | site for key in {key for keys in announced for key in keys})


def _flattened(entries: list[int], sites: list[str], reaches: _Interned, *, bits: int) -> _Table:
    """The ranges of sorted `entries`: prefixes nest, so those that are open make a stack."""
    starts, reach = array("Q" if bits > 32 else "I", [0]), array("I", [0])

    def begin(start: int, number: int) -> None:
        if start == starts[-1]:
            reach[-1] = number
        elif number != reach[-1]:
            starts.append(start)
            reach.append(number)

    still_open = [(1 << bits, 0)]
    for key, same in groupby(entries, lambda entry: entry >> _SITE_BITS):
        start, length = key >> _LENGTH_BITS, key & ((1 << _LENGTH_BITS) - 1)
        while still_open[-1][0] <= start:
            end, _ = still_open.pop()
            begin(end, still_open[-1][1])
        named = tuple(sites[entry & ((1 << _SITE_BITS) - 1)] for entry in same)
        number = reaches.within(still_open[-1][1], named)
        begin(start, number)
        still_open.append((start + (1 << (bits - length)), number))
    while len(still_open) > 1:
        end, _ = still_open.pop()
        if end < 1 << bits:
            begin(end, still_open[-1][1])
    return _Table(starts, reach)
