"""Crowds under steering, in virtual time: a killed appliance, too much for a site, a flash crowd, and calm after."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from benchmarks.bars import Measured, at_most
from tests.support.crowds import SESSION_KBPS, Crowd, by_site, town

BAR_ELSEWHERE_MS = 5_000
BAR_SWING_PERCENT = 10
"""Of the crowd: the share of a site varies by no more over ten minutes."""
BAR_MOVES = 1
"""Of a session in these ten minutes."""
BAR_OFF_PERCENT = 13
"""What a full site serves, off from eighty percent of its links: from seventy on nothing moves."""
LINK_KBPS = 1_000_000
PLACES = ("home", "helper", "exchange", "cheap", "dear")
SHOWN_EVERY_MS = 60_000


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """How one story went."""

    name: str
    sessions: int
    heartbeat_delay_ms: int
    elsewhere_ms: int = 0
    """From the death of the appliance until the last of its clients had a segment from another."""
    swing_percent: float
    """The share of a site at its most and at its least after settling, apart by so much of the crowd."""
    moves: float
    """Of a session, after settling."""
    off_percent: float = 0
    """The worst of full sites, off from eighty percent of its links."""
    minutes: list[dict[str, int]]
    """Sessions by place, each minute."""


def measured(*, is_smoke: bool) -> Measured:
    """Thousands of sessions for a quarter of an hour; in a smoke a tenth of them."""
    links = 1 if is_smoke else 3
    stories = [
        _killed(links, heartbeat_delay_ms=100),
        _killed(links, heartbeat_delay_ms=4_000),
        _grown(links, heartbeat_delay_ms=100),
        _grown(links, heartbeat_delay_ms=4_000),
        _flashed(links),
    ]
    for it in stories:
        _show(it)
    clauses = [
        at_most(
            "steered: clients of a killed appliance elsewhere",
            max(it.elsewhere_ms for it in stories),
            bar=BAR_ELSEWHERE_MS,
            unit="ms",
        ),
        at_most(
            "steered: swing of a site in ten minutes, of the crowd",
            max(it.swing_percent for it in stories),
            bar=BAR_SWING_PERCENT,
            unit="%",
        ),
        at_most("steered: moves of a session in ten minutes", max(it.moves for it in stories), bar=BAR_MOVES),
        at_most(
            "steered: a flash crowd, full sites off 80 % of their links",
            max(it.off_percent for it in stories),
            bar=BAR_OFF_PERCENT,
            unit="%",
        ),
    ]
    return Measured(clauses, stories)


def _killed(links: int, *, heartbeat_delay_ms: int) -> Told:
    """At seventy percent of a site's links one of its appliances dies."""
    it = _crowd(links, sessions=links * 4 * 140, heartbeat_delay_ms=heartbeat_delay_ms)
    it.run(150_000)
    it.kill("home-0")
    victims = [session for session in it.sessions if session.current == "home-0"]
    killed_ms = it.now_ms
    it.run(160_000)
    elsewhere_ms = max(session.rescued_ms - killed_ms for session in victims)
    return _settled("killed", it, from_ms=300_000, elsewhere_ms=elsewhere_ms)


def _grown(links: int, *, heartbeat_delay_ms: int) -> Told:
    """A crowd that fits comes to want half as much again."""
    it = _crowd(links, sessions=links * 4 * 150, heartbeat_delay_ms=heartbeat_delay_ms)
    it.bitrate_kbps = SESSION_KBPS * 8 // 10
    it.run(150_000)
    it.bitrate_kbps = SESSION_KBPS * 12 // 10
    return _settled("grown", it, from_ms=300_000)


def _flashed(links: int) -> Told:
    """More than all appliances together hold comes within two seconds."""
    it = _crowd(links, sessions=links * 12 * 200, over_ms=2_000)
    held = links * 4 * LINK_KBPS // SESSION_KBPS * 8 // 10
    it.run(300_000)
    counts = by_site(it.looks[-1].watching)
    off = max(abs(counts[site] - held) * 100 / held for site in ("home", "helper", "exchange"))
    return _settled("flashed", it, from_ms=300_000, off_percent=round(off, 1))


def _crowd(links: int, *, sessions: int, over_ms: int = 60_000, heartbeat_delay_ms: int = 100) -> Crowd:
    it = town(
        link_kbps=LINK_KBPS,
        homes=links * 4,
        helpers=links * 4,
        exchanges=links * 4,
        heartbeat_delay_ms=heartbeat_delay_ms,
    )
    it.come([f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in range(sessions)], over_ms=over_ms)
    return it


def _settled(name: str, it: Crowd, *, from_ms: int, elsewhere_ms: int = 0, off_percent: float = 0) -> Told:
    """What came of ten minutes from then on."""
    it.run(from_ms)
    moved = sum(session.moves for session in it.sessions)
    it.run(from_ms + 600_000)
    late = [by_site(look.watching) for look in it.looks if look.at_ms >= from_ms]
    crowd = len(it.sessions)
    swing = max(max(_of(late, place)) - min(_of(late, place)) for place in PLACES)
    minutes = [look for look in it.looks if look.at_ms % SHOWN_EVERY_MS == 0]
    return Told(
        name=name,
        sessions=crowd,
        heartbeat_delay_ms=it.heartbeat_delay_ms,
        elsewhere_ms=elsewhere_ms,
        swing_percent=round(swing * 100 / crowd, 1),
        moves=round((sum(session.moves for session in it.sessions) - moved) / crowd, 3),
        off_percent=off_percent,
        minutes=[dict(by_site(look.watching)) for look in minutes],
    )


def _of(looks: Sequence[Counter[str]], place: str) -> list[int]:
    return [it[place] for it in looks]


def _show(it: Told) -> None:
    told = f"{it.elsewhere_ms} ms until all were elsewhere, " if it.elsewhere_ms else ""
    print(
        f"\n{it.name}: {it.sessions:,} sessions, heartbeats {it.heartbeat_delay_ms} ms late: {told}"
        f"swing {it.swing_percent} %, {it.moves} moves each\n  minute  " + "".join(f"{place:>10}" for place in PLACES),
        flush=True,
    )
    for number, counts in enumerate(it.minutes):
        print(f"  {number:6}  " + "".join(f"{counts.get(place, 0):10}" for place in PLACES))
