"""Tries: bounded for each account and address, and bounded in number."""

from matinee_backend.services.auth.tries import TryLimiter
from matinee_backend.settings import AuthSettings

ADA, BOB = ("ada@matinee.example", "10.0.0.1"), ("bob@matinee.example", "10.0.0.1")


def limiter(**changes: int) -> TryLimiter:
    return TryLimiter(AuthSettings(tries=3, try_every_ms=1_000, **changes))


def test_after_its_tries_one_must_wait_until_the_next_is_granted() -> None:
    it = limiter()
    assert [it.wait_ms(ADA, now_ms=0) for _ in range(4)] == [0, 0, 0, 1_000]
    assert it.wait_ms(ADA, now_ms=400) == 600
    assert it.wait_ms(ADA, now_ms=1_000) == 0
    assert it.wait_ms(ADA, now_ms=1_000) == 1_000


def test_waiting_costs_no_try() -> None:
    it = limiter()
    for _ in range(50):
        it.wait_ms(ADA, now_ms=0)
    assert it.wait_ms(ADA, now_ms=1_000) == 0


def test_another_account_and_another_address_are_not_held_up() -> None:
    it = limiter()
    for _ in range(4):
        it.wait_ms(ADA, now_ms=0)
    assert it.wait_ms(BOB, now_ms=0) == 0
    assert it.wait_ms((ADA[0], "10.0.0.2"), now_ms=0) == 0


def test_a_good_login_gives_all_tries_back() -> None:
    it = limiter()
    for _ in range(3):
        it.wait_ms(ADA, now_ms=0)
    it.forgive(ADA)
    assert [it.wait_ms(ADA, now_ms=0) for _ in range(4)] == [0, 0, 0, 1_000]


def test_beyond_the_bound_the_least_recently_used_is_forgotten() -> None:
    it = limiter(max_try_buckets=2)
    for _ in range(4):
        it.wait_ms(ADA, now_ms=0)
    it.wait_ms(BOB, now_ms=0)
    assert it.wait_ms(ADA, now_ms=0) == 1_000
    it.wait_ms(("carol@matinee.example", ""), now_ms=0)
    assert it.wait_ms(ADA, now_ms=0) == 0
