"""Who of a cluster fetches a file from outside: each finds the same answer for itself. Pure.

Highest random weight (Thaler and Ravishankar, 1998): when a member goes, only its files pass on to others.
"""

from collections.abc import Iterable
from hashlib import blake2b


def fetchers(title_id: str, path: str, *, among: Iterable[str]) -> tuple[str, ...]:
    """The members by their turn to fetch the file: the first does, the next one if that is away, and so on."""
    file = f"{title_id}/{path}\0".encode()
    return tuple(sorted(among, key=lambda name: blake2b(file + name.encode(), digest_size=8).digest()))
