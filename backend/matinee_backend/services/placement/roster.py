"""Which appliances there are, seen by a placement."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from matinee.wire.placement import Source
from matinee.wire.steering import Announcement
from matinee_backend.records import HeardAppliance
from matinee_backend.services.placement.rules import by_turns


@dataclass(frozen=True, kw_only=True)
class Member:
    """An appliance that titles may be placed on."""

    name: str
    kind: str
    base_url: str
    group: str
    """Those of a group serve the same clients, and stand side by side."""
    region: str = ""
    """Whose exchanges stand behind it."""
    shelf_bytes: int = 0
    """Room for titles; 0 if it has not said."""

    @property
    def source(self) -> Source:
        return Source(name=self.name, base_url=self.base_url)


def member_of(heard: HeardAppliance, place: Announcement | None) -> Member:
    """Those of a site are a group; one that names no site, or has not said where it stands, is one by itself."""
    return Member(
        name=heard.appliance,
        kind=heard.kind,
        base_url=heard.base_url,
        group=f"site {place.site}" if place is not None and place.site else heard.appliance,
        region=place.region if place is not None else "",
        shelf_bytes=place.shelf_bytes if place is not None else 0,
    )


class Roster:
    """The fleet at one moment."""

    def __init__(self, members: Iterable[Member]) -> None:
        self.members: Mapping[str, Member] = {member.name: member for member in members}

    @cached_property
    def groups(self) -> Mapping[str, tuple[Member, ...]]:
        """ISP appliances that serve the same clients, by name."""
        groups: dict[str, list[Member]] = {}
        for name in sorted(self.members):
            if (member := self.members[name]).kind == "isp":
                groups.setdefault(member.group, []).append(member)
        return {group: tuple(members) for group, members in groups.items()}

    def parents_of(self, member: Member) -> tuple[Member, ...]:
        """Whom it fills from, best first: exchanges of its region, other exchanges, the origin."""
        if member.kind == "exchange":
            return self._turns(member, self._of_kind["origin"])
        near = [it for it in self._of_kind["exchange"] if it.region == member.region]
        far = [it for it in self._of_kind["exchange"] if it.region != member.region]
        return (*self._turns(member, near), *self._turns(member, far), *self._turns(member, self._of_kind["origin"]))

    def goes_ahead(self, member: Member, *, title_id: str) -> bool:
        """Whether it is the one of its region that fetches what nobody there has: an exchange, if there is one."""
        return by_turns(title_id, among=self._ahead[member.region])[0] == member.name

    def _turns(self, member: Member, among: Iterable[Member]) -> tuple[Member, ...]:
        """In an order of the group's own, the same for all in it: so the groups spread over their parents."""
        by_name = {it.name: it for it in among}
        return tuple(by_name[name] for name in by_turns(member.group, among=by_name))

    @cached_property
    def _of_kind(self) -> Mapping[str, tuple[Member, ...]]:
        kinds = ("origin", "exchange", "isp")
        return {kind: tuple(it for it in self.members.values() if it.kind == kind) for kind in kinds}

    @cached_property
    def _ahead(self) -> Mapping[str, tuple[str, ...]]:
        """By region: its exchanges, or without one all its appliances."""
        ahead: dict[str, list[str]] = {}
        for exchange in self._of_kind["exchange"]:
            ahead.setdefault(exchange.region, []).append(exchange.name)
        for member in self._of_kind["isp"]:
            if not any(exchange.region == member.region for exchange in self._of_kind["exchange"]):
                ahead.setdefault(member.region, []).append(member.name)
        return {region: tuple(names) for region, names in ahead.items()}
