"""How often a request that somebody waits for is tried, and for how long."""

from hypothesis import given
from hypothesis import strategies as st

from matinee.policy.patience import Patience, for_license, for_service, retry_in_ms
from matinee.policy.settings import RetrySettings

SETTINGS = RetrySettings()
LONG = Patience(most_tries=1_000, give_up_ms=10**9)
DRAWS = st.integers(0, 2**64 - 1)


@given(DRAWS, st.integers(1, 50), st.integers(-(10**12), 10**12))
def test_the_wait_is_the_one_policy_s_and_the_capped_hint_its_floor(draw: int, tries: int, hint_ms: int) -> None:
    wait = retry_in_ms(LONG, SETTINGS, tries=tries, elapsed_ms=0, draw=draw, hint_ms=hint_ms)
    floor_ms = max(0, min(hint_ms, SETTINGS.hint_cap_ms))
    assert wait is not None
    assert floor_ms <= wait < floor_ms + SETTINGS.cap_ms


@given(DRAWS, st.integers(0, 100_000), st.integers(0, 400_000))
def test_no_wait_is_begun_that_ends_beyond_patience(draw: int, elapsed_ms: int, hint_ms: int) -> None:
    patience = for_license(SETTINGS)
    wait = retry_in_ms(patience, SETTINGS, tries=1, elapsed_ms=elapsed_ms, draw=draw, hint_ms=hint_ms)
    assert wait is None or elapsed_ms + wait <= patience.give_up_ms


def test_tries_come_to_an_end() -> None:
    patience = for_service(SETTINGS)
    waits = [retry_in_ms(patience, SETTINGS, tries=tries, elapsed_ms=0, draw=7, hint_ms=0) for tries in (1, 2, 3, 4)]
    assert waits == [7, 7, None, None]


def test_a_license_is_waited_for_as_long_as_media_is_and_a_service_as_long_as_a_start_is() -> None:
    assert for_license(SETTINGS).give_up_ms == SETTINGS.give_up_ms
    assert for_service(SETTINGS).give_up_ms == SETTINGS.give_up_start_ms
