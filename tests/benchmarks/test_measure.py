from benchmarks.measure import Contest, hold


def test_a_contest_counts_what_each_does() -> None:
    ours, theirs = list[int](), list[int]()
    contest = Contest(
        name="work",
        peer="a peer",
        unit="MB",
        amount=2,
        ours=lambda: ours.append(1),
        theirs=lambda: theirs.append(1),
        note="alike",
    )
    outcome = hold(contest, rounds=3, round_s=0)
    assert (len(ours), len(theirs), outcome.rounds) == (4, 4, 3)
    least, most = outcome.spread
    assert 0 < least <= outcome.ratio <= most
    assert (outcome.peer, outcome.note) == ("a peer", "alike")
