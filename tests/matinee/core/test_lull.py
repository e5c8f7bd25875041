"""What a session waits for once every appliance has failed it."""

from hypothesis import given
from hypothesis import strategies as st

from matinee.core.lull import Lull
from matinee.policy.settings import RetrySettings

RETRY = RetrySettings()
SEEDS = st.integers(0, 2**64 - 1)


def retry_at_ms(it: Lull, *, rounds: int = 1, reason: str = "http-503", hint_ms: int = 0, now_ms: int = 0) -> int:
    return it.retry_at_ms(rounds=rounds, reasons=[reason], hint_ms=hint_ms, now_ms=now_ms)


@given(SEEDS, st.integers(0, 300_000))
def test_the_wait_is_drawn_above_the_servers_wish(seed: int, hint_ms: int) -> None:
    at_ms = retry_at_ms(Lull(RETRY, seed=seed), hint_ms=hint_ms, now_ms=50)
    assert 50 + hint_ms <= at_ms < 50 + hint_ms + RETRY.first_ms


@given(SEEDS)
def test_whoever_fails_for_the_first_time_while_others_wait_joins_them(seed: int) -> None:
    it = Lull(RETRY, seed=seed)
    at_ms = retry_at_ms(it)
    assert retry_at_ms(it, now_ms=at_ms - 1) == max(at_ms, it.over_at_ms)


def test_an_answer_that_broke_off_is_asked_for_sooner_than_a_server_in_trouble() -> None:
    waits_ms = [
        max(retry_at_ms(Lull(RETRY, seed=seed), reason=it) for seed in range(200)) for it in ("reset", "refused")
    ]
    assert waits_ms[0] * 4 < waits_ms[1]


def test_two_may_go_ahead_at_once_and_then_one_in_each_turn() -> None:
    it, times = Lull(RETRY, seed=1), []
    for _ in range(4):
        times.append(it.over_at_ms)
        it.gone_ahead(now_ms=max(0, it.over_at_ms))
    assert [max(0, at_ms) for at_ms in times] == [0, 0, 10_000, 20_000]


def test_what_is_delivered_ends_the_wait_and_earns_a_share_of_a_retry() -> None:
    it = Lull(RETRY, seed=1)
    for _ in range(3):
        it.gone_ahead(now_ms=0)
    retry_at_ms(it)
    before_ms = it.over_at_ms
    it.delivered()
    assert it.over_at_ms == before_ms - RETRY.budget_every_ms * RETRY.budget_percent // 100
