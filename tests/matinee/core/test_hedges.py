"""What may be fetched twice, and was."""

from matinee.core.hedges import Hedges
from matinee.policy.settings import FailoverSettings

SETTINGS = FailoverSettings(hedge_percent=2, hedge_credit_bytes=1_000)


def test_a_stake_is_the_size_of_the_answer_or_of_the_last_one() -> None:
    it = Hedges(SETTINGS)
    assert it.stake_bytes(0) == 0
    it.delivered(400)
    assert (it.stake_bytes(0), it.stake_bytes(700)) == (400, 700)


def test_beyond_credit_and_share_nothing_is_fetched_twice() -> None:
    it = Hedges(SETTINGS)
    it.delivered(50_000)
    assert it.stake_bytes(2_001) is None
    it.staked(2_000)
    assert it.stake_bytes(1) is None


def test_a_stake_that_cost_less_leaves_room_for_the_next() -> None:
    it = Hedges(SETTINGS)
    it.staked(1_000)
    it.settled(1_000, cost_bytes=300)
    assert it.extra_bytes == 300
    assert it.stake_bytes(700) == 700
