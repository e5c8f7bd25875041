"""Why a session is sent where: the ranking itself, in words."""

from matinee.wire.steering import Utilization
from matinee_backend.services.steering.explanation import NEARNESS, VERDICTS, Explanation, explained, table
from matinee_backend.services.steering.fleet import Fleet
from matinee_backend.services.steering.ranking import Asked
from tests.support.fleets import NOW_WALL_MS, TITLE, fleet_of, hear, names, ranking, stand


def fleet() -> Fleet:
    made = fleet_of("cdn")
    hear(made, "isp-a", full_permille=870)
    hear(made, "isp-b", used=Utilization(sent_kbps=1_000_000, link_kbps=10_000_000, error_permille=3))
    hear(made, "isp-c", titles=("other",))
    stand(made, "isp-a", "isp-b", "isp-c", site="vienna", subnets=("10.0.0.0/8",))
    return made


def explanation(made: Fleet, *, address: str = "10.0.0.1") -> Explanation:
    asked = Asked("s1", TITLE)
    found = made.rank(asked, address=address, wall_ms=NOW_WALL_MS)
    return explained(found, asked, address=address, groups=made.around(address), wall_ms=NOW_WALL_MS + 1_500)


def test_it_names_the_same_places_in_the_same_order() -> None:
    made = fleet()
    it = explanation(made)
    assert [step.name for step in it.places] == names(ranking(made)) == ["isp-b", "isp-a", "cdn"]
    assert [(step.name, step.why) for step in it.left_out] == [("isp-c", VERDICTS["lacks"])]
    assert it.announced_by == (("vienna",),)


def test_it_says_what_was_measured() -> None:
    second = explanation(fleet()).places[1]
    assert (second.full_permille, second.keeps_permille, second.heard_before_ms) == (870, 862, 1_500)
    assert (second.site, second.nearness) == ("vienna", NEARNESS["home"])


def test_a_table_says_it_to_a_person() -> None:
    lines = table(explanation(fleet())).splitlines()
    assert lines[0] == "sintel for 10.0.0.1, announced by vienna"
    assert lines[2].split()[:4] == ["1", "isp-b", "vienna", "10.0"]
    assert lines[4].split() == ["3", "cdn", "for", "money", "has", "room"]
    assert lines[5].startswith("–  isp-c")
    assert lines[5].endswith(VERDICTS["lacks"])


def test_where_nobody_can_serve_it_says_so() -> None:
    text = table(explanation(fleet_of(), address="192.0.2.1"))
    assert text.splitlines()[0].endswith("announced by nobody")
    assert text.endswith("Nobody can serve it.")
