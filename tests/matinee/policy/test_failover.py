"""What a failure costs an appliance, and how long silence is borne."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.policy.failover import cooldown_ms, is_passing, is_unwelcome, silence_limit_ms


def test_the_cooldown_doubles_with_each_strike_up_to_its_cap() -> None:
    cooldowns = [cooldown_ms(strikes=strikes, first_ms=60_000, cap_ms=300_000) for strikes in (1, 2, 3, 4, 1_000)]
    assert cooldowns == [60_000, 120_000, 240_000, 300_000, 300_000]


def test_silence_is_borne_for_a_share_of_the_buffer() -> None:
    assert limit_ms(5_000) == 2_000


@given(st.integers(-10_000, 120_000))
def test_silence_is_borne_between_the_least_and_the_most(buffer_ms: int) -> None:
    assert 1_000 <= limit_ms(buffer_ms) <= 3_000


def test_on_a_slow_link_silence_is_usual() -> None:
    assert limit_ms(0, usual_ms=900) == 2_700


def limit_ms(buffer_ms: int, *, usual_ms: int = 0) -> int:
    return silence_limit_ms(buffer_ms=buffer_ms, least_ms=1_000, most_ms=3_000, buffer_percent=40, usual_ms=usual_ms)


@pytest.mark.parametrize(
    ("reason", "is_so"),
    [("http-404", False), ("http-403", False), ("http-429", True), ("http-503", True), ("reset", True)],
)
def test_waiting_mends_anything_but_a_plain_no(reason: str, is_so: bool) -> None:
    assert is_passing(reason) is is_so


def test_a_refused_token_is_told_from_a_refused_request() -> None:
    reasons = ("http-401", "http-403", "http-404", "http-503", "refused")
    assert [is_unwelcome(reason) for reason in reasons] == [True, True, False, False, False]
