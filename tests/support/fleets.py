"""Fleets for steering: appliances that were heard, in a few words."""

from collections.abc import Iterable
from typing import Any

from matinee.wire.steering import Announcement, Utilization
from matinee_backend.services.steering.fleet import Fleet
from matinee_backend.services.steering.ranking import Asked, Commercial, Ranking
from tests.support.control_plane import appliance

TTL_MS, SESSION_KBPS, LINK_KBPS = 30_000, 5_000, 10_000_000
NOW_WALL_MS = 1_000_000
TITLE = "sintel"


def fleet_of(*commercial: str) -> Fleet:
    return Fleet(
        session_kbps=SESSION_KBPS,
        ttl_ms=TTL_MS,
        commercial=tuple(Commercial(name, f"https://{name}.example") for name in commercial),
    )


def hear(
    fleet: Fleet,
    *names: str,
    full_permille: int = 0,
    wall_ms: int = NOW_WALL_MS,
    titles: Iterable[str] = (TITLE,),
    **more: Any,
) -> None:
    """A heartbeat of each; of the title's holders, unless `titles` says otherwise."""
    used = Utilization(sent_kbps=LINK_KBPS // 1000 * full_permille, link_kbps=LINK_KBPS)
    for name in names:
        heard = appliance(name, titles=tuple(titles), heard_wall_ms=wall_ms, **{"used": used, **more})
        fleet.keep_shelf(heard.shelf, titles)
        fleet.hear(heard)
    fleet.use(fleet.chart()())


def stand(fleet: Fleet, *names: str, subnets: tuple[str, ...] = (), **where: Any) -> None:
    """Each announces itself there."""
    for name in names:
        fleet.announce(Announcement(appliance=name, subnets=subnets, **where))
    fleet.use(fleet.chart()())


def ranking(
    fleet: Fleet, session_id: str = "s1", *, address: str = "10.0.0.1", wall_ms: int = NOW_WALL_MS, **asked: Any
) -> Ranking:
    return fleet.rank(Asked(session_id, TITLE, **asked), address=address, wall_ms=wall_ms)


def names(found: Ranking) -> list[str]:
    return [it.name for it in found.places]
