"""A player's question: who delivered to it and how fast, read from its address; whatever is odd in it is passed over.

The names are those of ETSI TS 103 998 and draft-pantos-content-steering: `_DASH_pathway` and `_DASH_throughput` name
all that were used, the last of them in use, `_HLS_…` the one in use; in quotation marks, and in bits per second.
What must be remembered from one question to the next stands in the address of the next, so that nobody keeps it.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import quote

from matinee.wire.steering import Heard

MOST_TOLD = 16
SLOWER_BY = 2
"""Who delivered so many times slower than another did is left alone by this session."""
MOST_SLOW = 4
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_RATE = re.compile(r"[0-9]{1,12}")


class Question(NamedTuple):
    current: str = ""
    """Where the player fetches now; empty if it did not say."""
    slow: tuple[str, ...] = ()
    """Who served this session slowly, now or before, the latest last."""
    base: str = ""
    """The place of the manifest that clones are made of; empty if none are wanted."""


NOTHING_TOLD = Question()


def question_of(parameters: Mapping[str, str]) -> Question:
    """What the query says."""
    heard = told(parameters)
    current = heard[-1].appliance if heard else ""
    before = [it for it in parameters.get("slow", "").split(",")[:MOST_SLOW] if _NAME.fullmatch(it)]
    base = parameters.get("base", "")
    slow = dict.fromkeys([*before, *slow_among(heard)])
    return Question(current, tuple(slow)[-MOST_SLOW:], base if _NAME.fullmatch(base) else "")


def told(parameters: Mapping[str, str]) -> tuple[Heard, ...]:
    """Who delivered, and how fast; a rate that is missing or none is 0."""
    dialect = "DASH" if "_DASH_pathway" in parameters else "HLS"
    names = parameters.get(f"_{dialect}_pathway", "").replace('"', "").split(",")[:MOST_TOLD]
    rates = parameters.get(f"_{dialect}_throughput", "").split(",")
    paired = zip(names, [*rates, *[""] * len(names)], strict=False)
    return tuple(
        Heard(name, int(rate) // 1000 if _RATE.fullmatch(rate) else 0) for name, rate in paired if _NAME.fullmatch(name)
    )


def slow_among(heard: Iterable[Heard]) -> tuple[str, ...]:
    """Who was much slower than the fastest. One alone says nothing: the client's own link may be slow."""
    rates = {it.appliance: it.throughput_kbps for it in heard if it.throughput_kbps}
    return tuple(name for name, kbps in rates.items() if kbps * SLOWER_BY < max(rates.values()))


def steering_url(public_url: str, *, session_id: str, token: str, question: Question = NOTHING_TOLD) -> str:
    """Complete: any player that knows content steering can follow it. The media token is its ticket here too."""
    url = f"{public_url}/v1/steering/{session_id}?token={token}"
    slow = f"&slow={quote(','.join(question.slow), safe=',')}" if question.slow else ""
    return url + slow + (f"&base={question.base}" if question.base else "")
