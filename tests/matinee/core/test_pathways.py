"""Where a session asks, and the places that documents and manifests make together."""

from matinee.core.pathways import MOST_PLACES, Pathways
from matinee.manifest.presentation import BaseUrl, Steering
from matinee.wire.play import OcaUrl
from matinee.wire.steering import Heard, PathwayClone, SteeringDocument, UriReplacement

FIRST, NEXT = "http://s.test/first", "http://s.test/next"
A, B = (BaseUrl(url=f"http://{name}.test/", service_location=name) for name in "ab")
C = PathwayClone(base_id="a", pathway_id="c", replacement=UriReplacement(host="c.test"))


def steered(*places: BaseUrl, steering: Steering | None = None) -> Pathways:
    it = Pathways()
    it.configure(places or (A, B), steering or Steering(url=FIRST))
    return it


def test_the_places_stand_as_the_manifest_has_them_until_somebody_says_otherwise() -> None:
    assert list(steered().places) == ["a", "b"]


def test_the_default_comes_first_and_may_be_a_list() -> None:
    assert list(steered(steering=Steering(url=FIRST, default_service_location="b")).places) == ["b", "a"]
    assert list(steered(A, B, steering=Steering(url=FIRST, default_service_location=" x b\na ")).places) == ["b", "a"]


def test_a_document_orders_the_places_and_passes_over_whom_nobody_knows() -> None:
    it = steered()
    it.take(SteeringDocument(pathway_priority=("x", "b")), asked=FIRST)
    assert list(it.places) == ["b", "a"]


def test_the_order_outlives_a_refresh_of_the_manifest() -> None:
    it = steered()
    it.take(SteeringDocument(pathway_priority=("c", "b"), pathway_clones=(C,)), asked=FIRST)
    moved = BaseUrl(url="http://a.test/moved/", service_location="a")
    it.configure((moved, B), Steering(url=FIRST, default_service_location="a"))
    assert list(it.places) == ["c", "b", "a"]
    assert it.places["c"].url == "http://c.test/moved/"
    assert it.bases == {"c": "a"}


def test_a_clone_that_a_later_document_does_not_tell_is_void() -> None:
    it = steered()
    it.take(SteeringDocument(pathway_priority=("c",), pathway_clones=(C,)), asked=FIRST)
    assert list(it.places) == ["c", "a", "b"]
    it.take(SteeringDocument(pathway_priority=("c", "b")), asked=FIRST)
    assert list(it.places) == ["b", "a"]


def test_the_next_question_goes_where_the_last_document_said_that_said_so() -> None:
    it = steered()
    it.take(SteeringDocument(reload_uri=NEXT), asked=FIRST)
    it.take(SteeringDocument(), asked=NEXT)
    assert it.question((Heard("a", 1),)) == f"{NEXT}?_DASH_pathway=%22a%22&_DASH_throughput=1000"


def test_a_refresh_of_the_manifest_keeps_the_address_unless_it_names_a_new_one() -> None:
    it = steered()
    it.take(SteeringDocument(reload_uri=NEXT), asked=FIRST)
    it.configure((A, B), Steering(url=FIRST))
    assert it.steering_url == NEXT
    it.configure((A, B), Steering(url="http://s.test/other"))
    assert it.steering_url == "http://s.test/other"
    it.configure((A, B), None)
    assert it.steering_url == ""


def test_an_answer_of_an_address_that_was_replaced_meanwhile_changes_nothing() -> None:
    it = steered()
    it.configure((A, B), Steering(url=NEXT))
    it.take(SteeringDocument(pathway_priority=("b",), reload_uri=FIRST), asked=FIRST)
    assert (list(it.places), it.steering_url) == (["a", "b"], NEXT)


def test_a_playlist_asks_in_its_own_dialect() -> None:
    it = steered(steering=Steering(url=FIRST, dialect="HLS"))
    assert it.question((Heard("a", 1), Heard("b", 2))) == f"{FIRST}?_HLS_pathway=%22b%22&_HLS_throughput=2000"


def test_fresh_folders_replace_those_of_the_same_name_and_new_ones_are_taken() -> None:
    it = Pathways((A, B), steering_url=FIRST)
    urls = (OcaUrl(appliance="b", url="http://b.test/fresh/"), OcaUrl(appliance="new", url="http://new.test/"))
    it.take(SteeringDocument(pathway_priority=("new", "b"), oca_urls=urls), asked=FIRST)
    assert {name: place.url for name, place in it.places.items()} == {
        "new": "http://new.test/",
        "b": "http://b.test/fresh/",
        "a": "http://a.test/",
    }


def test_a_service_that_names_ever_new_appliances_does_not_fill_the_memory() -> None:
    it = Pathways((A,), steering_url=FIRST)
    for number in range(3 * MOST_PLACES):
        it.take(SteeringDocument(oca_urls=(OcaUrl(appliance=f"a{number}", url="http://a.test/"),)), asked=FIRST)
    assert len(it.places) == MOST_PLACES
    assert next(iter(it.places)) == f"a{3 * MOST_PLACES - 1}"
