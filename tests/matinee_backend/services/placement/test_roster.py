"""Which appliances there are, seen by a placement."""

from matinee.wire.steering import Announcement
from matinee_backend.services.placement.roster import Roster, member_of
from tests.support.control_plane import appliance
from tests.support.placement import Fleet


def roster() -> Roster:
    fleet = Fleet()
    fleet.join("origin")
    fleet.join("exchange-n1", "exchange-n2", region="north")
    fleet.join("exchange-s", region="south")
    fleet.join("isp-a", "isp-b", group="oslo", region="north")
    fleet.join("isp-c", region="east")
    return Roster(fleet.members)


def parents(name: str) -> list[str]:
    it = roster()
    return [parent.name for parent in it.parents_of(it.members[name])]


def test_appliances_of_a_site_are_a_group_and_one_without_is_its_own() -> None:
    heard = [appliance(name, titles=()) for name in ("isp-a", "isp-b", "isp-c")]
    place = Announcement(appliance="isp-a", site="vienna-1", region="eu", shelf_bytes=7)
    a, b, c = member_of(heard[0], place), member_of(heard[1], place), member_of(heard[2], None)
    assert a.group == b.group != c.group == "isp-c"
    assert (a.region, a.shelf_bytes, c.region, c.shelf_bytes) == ("eu", 7, "", 0)


def test_groups_are_isp_appliances_side_by_side() -> None:
    groups = {name: [it.name for it in members] for name, members in roster().groups.items()}
    assert groups == {"oslo": ["isp-a", "isp-b"], "isp-c": ["isp-c"]}


def test_an_isp_appliance_fills_from_exchanges_of_its_region_then_others_then_the_origin() -> None:
    asked = parents("isp-a")
    assert set(asked[:2]) == {"exchange-n1", "exchange-n2"}
    assert asked[2:] == ["exchange-s", "origin"]
    assert parents("isp-b") == asked


def test_an_exchange_fills_from_the_origin() -> None:
    assert parents("exchange-s") == ["origin"]


def test_one_of_the_exchanges_goes_ahead_for_its_region() -> None:
    it = roster()
    for title_id in ("heat", "alien", "ronin"):
        fillers = [member for member in it.members.values() if member.kind != "origin"]
        ahead = [member.name for member in fillers if it.goes_ahead(member, title_id=title_id)]
        assert len(set(ahead) & {"exchange-n1", "exchange-n2"}) == 1
        assert "exchange-s" in ahead
        assert not {"isp-a", "isp-b"} & set(ahead)


def test_without_an_exchange_an_isp_appliance_goes_ahead() -> None:
    it = roster()
    assert it.goes_ahead(it.members["isp-c"], title_id="heat")
