"""Crowds: thousands of sessions and their appliances under the real rules of steering, in virtual time.

A session fetches a segment every four seconds from the first place on its list, goes on to the next one at once when
that fails, and asks steering when its list has run out of time, as players do. An appliance counts what it sends and
says so every two seconds; the word may take a while. A link carries no more than it can, whatever is asked of it.
"""

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from matinee.policy.steering import AGAIN_MS, reload_in_ms
from matinee.wire.steering import HEARTBEAT_EVERY_MS, Announcement, Utilization, shelf_digest
from matinee_backend.records import HeardAppliance
from matinee_backend.services.steering.fleet import Fleet
from matinee_backend.services.steering.ranking import Asked, Commercial
from matinee_backend.services.steering.rendezvous import key_of, lots

SEGMENT_MS = 4_000
SESSION_KBPS = 5_000
TTL_MS = 30_000
LOOK_EVERY_MS = 2_000
TITLE = "sintel"
BEGIN_MS = 1_000_000


@dataclass
class Machine:
    """An appliance of the simulation."""

    name: str
    link_kbps: int
    is_up: bool = True
    waiting_kbit: int = 0
    """Asked for and not sent yet."""


@dataclass
class Session:
    name: str
    address: str
    places: tuple[str, ...] = ()
    asked_ms: int = -(1 << 40)
    """When it asked steering last."""
    current: str = ""
    """Who delivered last."""
    delivered_ms: int = 0
    rescued_ms: int = 0
    """When it first had a segment although the place before was gone."""
    moves: int = 0
    """How often it went from one place to another."""
    is_over: bool = False


@dataclass
class Look:
    """The crowd at one moment."""

    at_ms: int
    watching: Counter[str]
    """Sessions by where they fetch."""
    loads_permille: dict[str, int]
    """What each link carried since its last heartbeat but one, as the appliance said it."""


@dataclass
class Crowd:
    fleet: Fleet
    heartbeat_delay_ms: int = 100
    """From a reading to its place in the fleet."""
    bitrate_kbps: int = SESSION_KBPS
    silence_ms: int = 0
    """How long a player waits for an appliance that is gone; 0 where its machine refuses connections."""
    machines: dict[str, Machine] = field(default_factory=dict)
    sessions: list[Session] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    failed: list[tuple[int, str]] = field(default_factory=list)
    """When a session found its appliance gone, and which."""
    now_ms: int = BEGIN_MS
    _queue: list[tuple[int, int, str, int | str | HeardAppliance]] = field(default_factory=list)
    _count: int = 0
    _loads: dict[str, int] = field(default_factory=dict)

    def add(self, machine: Machine, *, kind: str, place: Announcement) -> None:
        """An appliance that holds the title, and beats."""
        self.machines[machine.name] = machine
        self.fleet.keep_shelf(shelf_digest((TITLE,)), (TITLE,))
        self.fleet.announce(place)
        self.fleet.hear(self._heard(machine, kind, sent_kbps=0))
        self._put(self.now_ms + key_of(machine.name) % HEARTBEAT_EVERY_MS, "beat", f"{kind} {machine.name}")

    def ready(self) -> None:
        """The atlas knows all that were added."""
        self.fleet.use(self.fleet.chart()())
        self._put(self.now_ms, "look", "")

    def come(self, addresses: Iterable[str], *, over_ms: int) -> None:
        """A session from each address, one after the other, all within `over_ms`."""
        told = list(addresses)
        for number, address in enumerate(told):
            self.sessions.append(Session(f"session-{len(self.sessions)}", address))
            self._put(self.now_ms + number * over_ms // len(told), "fetch", len(self.sessions) - 1)

    def leave(self, count: int) -> None:
        """So many of the sessions that are there end now."""
        there = [it for it in self.sessions if not it.is_over]
        for it in there[:count]:
            it.is_over = True

    def kill(self, name: str) -> None:
        self.machines[name].is_up = False

    def run(self, until_ms: int) -> None:
        """Until so many milliseconds after the beginning."""
        while self._queue and self._queue[0][0] <= BEGIN_MS + until_ms:
            self.now_ms, _, what, of = heapq.heappop(self._queue)
            if isinstance(of, HeardAppliance):
                self.fleet.hear(of)
            elif isinstance(of, int):
                self._fetch(self.sessions[of], of)
            elif what == "beat":
                self._beat(of)
            else:
                self._look()
        self.now_ms = BEGIN_MS + until_ms

    def share(self, name: str) -> list[int]:
        """Sessions at that place at each look."""
        return [it.watching[name] for it in self.looks]

    def _put(self, at_ms: int, what: str, of: int | str | HeardAppliance) -> None:
        self._count += 1
        heapq.heappush(self._queue, (at_ms, self._count, what, of))

    def _fetch(self, it: Session, number: int) -> None:
        if it.is_over:
            return
        if self.now_ms - it.asked_ms >= reload_in_ms(TTL_MS, draw=key_of(it.name)):
            self._ask(it)
        for name in it.places:
            machine = self.machines.get(name)
            if self._is_gone(name):
                self.failed.append((self.now_ms, it.name))
                if self.silence_ms:
                    it.places = tuple(other for other in it.places if other != name)
                    self._put(self.now_ms + self.silence_ms, "fetch", number)
                    return
                continue
            if machine is not None:
                machine.waiting_kbit += self._segment_kbit(it)
            if it.current not in ("", name):
                it.moves += 1
                it.rescued_ms = it.rescued_ms or (self.now_ms if self._is_gone(it.current) else 0)
            it.current, it.delivered_ms = name, self.now_ms
            break
        if it.places and it.current != it.places[0] and self.now_ms - it.asked_ms >= AGAIN_MS:
            self._ask(it)
        self._put(self.now_ms + SEGMENT_MS, "fetch", number)

    def _is_gone(self, name: str) -> bool:
        return name in self.machines and not self.machines[name].is_up

    def _segment_kbit(self, it: Session) -> int:
        """Of a size between half and one and a half of what the bitrate says."""
        [drawn] = lots(self.now_ms, [key_of(it.name)])
        return self.bitrate_kbps * SEGMENT_MS // 1000 * (500 + drawn % 1_001) // 1_000

    def _ask(self, it: Session) -> None:
        asked = Asked(it.name, TITLE, current=it.current)
        ranking = self.fleet.send(asked, address=it.address, wall_ms=self.now_ms)
        it.places, it.asked_ms = tuple(place.name for place in ranking.places), self.now_ms

    def _beat(self, of: str) -> None:
        kind, name = of.split()
        machine = self.machines[name]
        if not machine.is_up:
            return
        sent_kbps = min(machine.link_kbps, machine.waiting_kbit * 1000 // HEARTBEAT_EVERY_MS)
        left_kbit = machine.waiting_kbit - sent_kbps * HEARTBEAT_EVERY_MS // 1000
        # Players ask for less when their segments are late: a queue does not grow for ever.
        machine.waiting_kbit = min(left_kbit, machine.link_kbps * SEGMENT_MS // 1000)
        self._loads[name] = sent_kbps * 1000 // machine.link_kbps
        heard = self._heard(machine, kind, sent_kbps=sent_kbps)
        self._put(self.now_ms + self.heartbeat_delay_ms, "hear", heard)
        self._put(self.now_ms + HEARTBEAT_EVERY_MS, "beat", of)

    def _look(self) -> None:
        watching = Counter(it.current for it in self.sessions if it.current and not it.is_over)
        self.looks.append(Look(self.now_ms - BEGIN_MS, watching, dict(self._loads)))
        self._put(self.now_ms + LOOK_EVERY_MS, "look", "")

    def _heard(self, machine: Machine, kind: str, *, sent_kbps: int) -> HeardAppliance:
        return HeardAppliance(
            appliance=machine.name,
            kind=kind,
            base_url=f"http://{machine.name}.example",
            shelf=shelf_digest((TITLE,)),
            used=Utilization(sent_kbps=sent_kbps, link_kbps=machine.link_kbps),
            is_draining=False,
            heard_wall_ms=self.now_ms + self.heartbeat_delay_ms,
        )


def town(
    *,
    link_kbps: int,
    homes: int = 4,
    helpers: int = 4,
    exchanges: int = 4,
    heartbeat_delay_ms: int = 100,
    silence_ms: int = 0,
) -> Crowd:
    """A site whose network announces 10.0.0.0/8, one that helps it out, an exchange, and two networks for money."""
    fleet = Fleet(
        session_kbps=SESSION_KBPS,
        ttl_ms=TTL_MS,
        commercial=(Commercial("cheap", "https://cheap.example"), Commercial("dear", "https://dear.example")),
    )
    crowd = Crowd(fleet, heartbeat_delay_ms=heartbeat_delay_ms, silence_ms=silence_ms)
    for kind, site, count, subnets in (
        ("isp", "home", homes, ("10.0.0.0/8",)),
        ("isp", "helper", helpers, ("11.0.0.0/8",)),
        ("exchange", "exchange", exchanges, ()),
    ):
        for number in range(count):
            name = f"{site}-{number}"
            place = Announcement(appliance=name, site=site, cluster="c", region="eu", subnets=subnets)
            crowd.add(Machine(name, link_kbps), kind=kind, place=place)
    crowd.ready()
    return crowd


def by_site(watching: Counter[str]) -> Counter[str]:
    """Sessions by the site of their appliance; a network for money is its own."""
    found = Counter[str]()
    for name, count in watching.items():
        found[name.partition("-")[0]] += count
    return found
