"""Who may be asked, who sits out, and until when."""

from hypothesis import given
from hypothesis import strategies as st

from matinee.core.health import PROBE_LEASE_MS, ApplianceHealth
from matinee.policy.settings import FailoverSettings


def health() -> ApplianceHealth:
    return ApplianceHealth(FailoverSettings(cooldown_first_ms=60_000, cooldown_cap_ms=300_000))


def may_ask(it: ApplianceHealth, *, now_ms: int) -> bool:
    return it.first_available(["a"], now_ms=now_ms) is not None


def test_the_best_that_does_not_sit_out_is_asked() -> None:
    it = health()
    assert it.first_available(["a", "b"], now_ms=0) == "a"
    it.failed("a", now_ms=0)
    assert it.first_available(["a", "b"], now_ms=59_999) == "b"
    assert it.first_available(["a"], now_ms=59_999) is None
    assert it.first_available(["a", "b"], now_ms=60_000) == "a"


def test_the_cooldown_doubles_with_each_failed_probe() -> None:
    it, now_ms, cooldowns = health(), 0, []
    for _ in range(5):
        it.asked("a", now_ms=now_ms)
        it.failed("a", now_ms=now_ms)
        cooldowns.append(it.available_at_ms("a") - now_ms)
        now_ms = it.available_at_ms("a")
    assert cooldowns == [60_000, 120_000, 240_000, 300_000, 300_000]


def test_requests_that_were_under_way_when_it_failed_add_no_strike_and_no_news() -> None:
    it = health()
    assert [it.failed("a", now_ms=now_ms) for now_ms in (0, 10, 20)] == [True, False, False]
    assert it.available_at_ms("a") == 60_000


@given(st.lists(st.integers(0, 400), min_size=1, max_size=300), st.integers(2, 50))
def test_of_many_sessions_one_probes_in_each_cooldown(waits_ms: list[int], sessions: int) -> None:
    it, now_ms, probes = health(), 0, []
    it.failed("a", now_ms=0)
    for wait_ms in waits_ms:
        now_ms += wait_ms * 1_000
        asking = 0
        for _ in range(sessions):
            if may_ask(it, now_ms=now_ms):
                it.asked("a", now_ms=now_ms)
                asking += 1
        assert asking <= 1
        if asking:
            probes.append(now_ms)
            it.failed("a", now_ms=now_ms)
    cooldowns = [60_000, 120_000, 240_000] + [300_000] * len(probes)
    assert all(
        at_ms - before_ms >= cooldown_ms
        for before_ms, at_ms, cooldown_ms in zip([0, *probes], probes, cooldowns, strict=False)
    )


def test_a_request_older_than_the_failed_probe_adds_no_strike_to_it() -> None:
    it = health()
    it.failed("a", now_ms=0)
    it.asked("a", now_ms=60_000)
    it.failed("a", now_ms=60_100)
    it.failed("a", now_ms=60_200)
    assert it.available_at_ms("a") == 180_100


def test_a_probe_that_never_reports_makes_room_for_the_next() -> None:
    it = health()
    it.failed("a", now_ms=0)
    it.asked("a", now_ms=60_000)
    assert not may_ask(it, now_ms=60_000 + PROBE_LEASE_MS - 1)
    assert may_ask(it, now_ms=60_000 + PROBE_LEASE_MS)


def test_a_request_that_had_nowhere_else_to_go_does_not_shorten_the_cooldown() -> None:
    it = health()
    it.failed("a", now_ms=0)
    it.asked("a", now_ms=1_000)
    assert it.available_at_ms("a") == 60_000


def test_the_servers_wish_extends_the_cooldown_but_never_shortens_it() -> None:
    it = health()
    it.failed("a", now_ms=0, hint_ms=100_000)
    assert it.available_at_ms("a") == 100_000
    it.failed("a", now_ms=10, hint_ms=5_000)
    assert it.available_at_ms("a") == 100_000
    it.failed("a", now_ms=20, hint_ms=200_000)
    assert it.available_at_ms("a") == 200_020


def test_recovery_forgets_everything() -> None:
    it = health()
    for now_ms in (0, 60_000):
        it.asked("a", now_ms=now_ms)
        it.failed("a", now_ms=now_ms)
    it.succeeded("a", asked_ms=60_000, now_ms=60_000)
    assert may_ask(it, now_ms=60_001)
    assert it.failed("a", now_ms=60_001)
    assert it.available_at_ms("a") == 120_001


def test_whoever_fails_while_nobody_delivers_is_tried_as_soon_as_one_of_them_delivers_again() -> None:
    it = health()
    for name in ("a", "b", "c"):
        it.failed(name, now_ms=0)
    it.failed("c", now_ms=0, hint_ms=30_000)
    it.succeeded("b", asked_ms=10_000, now_ms=10_000)
    assert [it.available_at_ms(name) for name in ("a", "b", "c")] == [10_000, 0, 30_000]
    it.asked("a", now_ms=10_000)
    assert not may_ask(it, now_ms=10_001), "one probe for all"
    it.failed("a", now_ms=10_100)
    assert it.available_at_ms("a") == 70_100


def test_the_word_of_one_that_never_failed_excuses_nobody() -> None:
    it = health()
    it.failed("a", now_ms=0)
    it.succeeded("b", asked_ms=100, now_ms=100)
    it.failed("b", now_ms=200)
    it.succeeded("b", asked_ms=300, now_ms=300)
    assert it.available_at_ms("a") == 60_000


def test_whoever_has_no_time_to_lose_is_sent_to_one_that_never_failed() -> None:
    it = health()
    it.failed("a", now_ms=0)
    assert it.first_available(["a", "b"], now_ms=60_000, may_probe=False) == "b"
    assert it.first_available(["a"], now_ms=60_000, may_probe=False) == "a"


def test_what_was_asked_before_the_failure_excuses_nothing() -> None:
    it = health()
    it.failed("a", now_ms=1_000)
    it.succeeded("a", asked_ms=999, now_ms=1_100)
    assert it.available_at_ms("a") == 61_000
