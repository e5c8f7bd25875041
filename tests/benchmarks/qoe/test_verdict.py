from benchmarks.qoe.contest import OPTIMUM, Result, standings
from benchmarks.qoe.field import OURS
from benchmarks.qoe.verdict import clauses, decision_clause, leads


def results(policy: str, **family_qoe: float) -> list[Result]:
    return [
        Result(
            policy=policy,
            mode="vod",
            family=family,
            trace="it",
            qoe={"linear": qoe, "log": qoe},
            rebuffer_ratio=0.004,
            switches=2,
        )
        for family, qoe in family_qoe.items()
    ]


def failing(*found: list[Result]) -> list[str]:
    everything = [result for some in found for result in some]
    return [clause.text for clause in clauses(standings(everything, "vod")) if not clause.holds]


BEST = results(OPTIMUM, wifi=10, fcc16=10)


def test_a_policy_ahead_of_all_and_near_the_optimum_clears_the_bar() -> None:
    assert failing(BEST, results(OURS, wifi=9.5, fcc16=9.5), results("peer", wifi=9, fcc16=9)) == []


def test_a_lead_is_told_against_the_best_peer_of_each_family() -> None:
    everything = BEST + results(OURS, wifi=9, fcc16=5) + results("a", wifi=6, fcc16=4) + results("b", wifi=5, fcc16=10)
    found = {(lead.family, lead.best_peer): lead.percent for lead in leads(standings(everything, "vod"))}
    assert found == {("wifi", "a"): 50, ("fcc16", "b"): -50}


def test_being_behind_by_more_than_2_percent_fails_in_any_family_but_fcc16() -> None:
    ours, peer = results(OURS, wifi=9.5, fcc16=9.5), results("peer", wifi=6, fcc16=10)
    assert failing(BEST, ours, peer) == []
    ours, peer = results(OURS, wifi=9.5, fcc16=9.5), results("peer", wifi=9.8, fcc16=6)
    assert {text.split(" (")[0] for text in failing(BEST, ours, peer)} == {
        "vod: lead in the worst family, linear %",
        "vod: lead in the worst family, log %",
    }


def test_a_slow_decision_fails() -> None:
    assert [decision_clause(us).holds for us in (12.0, 51.0)] == [True, False]
