"""What the link has shown."""

from hypothesis import given
from hypothesis import strategies as st

from matinee.policy.throughput import Throughput, estimate_kbps, with_sample

SAMPLES = st.lists(st.tuples(st.integers(1, 200_000), st.integers(5, 60_000)), min_size=1, max_size=20)
"""Speeds in kbps, and for how many ms each was seen."""


def after(samples: list[tuple[int, int]]) -> Throughput:
    known = Throughput()
    for kbps, elapsed_ms in samples:
        known = with_sample(known, size_bytes=max(16_000, kbps * elapsed_ms // 8), elapsed_ms=elapsed_ms)
    return known


@given(SAMPLES)
def test_the_estimate_stays_between_the_samples(samples: list[tuple[int, int]]) -> None:
    measured = [max(16_000, kbps * elapsed_ms // 8) * 8 // elapsed_ms for kbps, elapsed_ms in samples]
    assert min(measured) <= estimate_kbps(after(samples), unknown_kbps=0) <= max(measured)


def test_a_drop_is_believed_sooner_than_a_rise() -> None:
    steady = after([(5_000, 4_000)] * 5)
    fallen = with_sample(steady, size_bytes=500_000, elapsed_ms=4_000)
    risen = with_sample(steady, size_bytes=4_500_000, elapsed_ms=4_000)
    assert 5_000 - estimate_kbps(fallen, unknown_kbps=0) > estimate_kbps(risen, unknown_kbps=0) - 5_000 > 0


def test_an_answer_too_small_or_out_of_a_cache_says_nothing_of_the_link() -> None:
    known = after([(5_000, 4_000)])
    assert with_sample(known, size_bytes=15_999, elapsed_ms=4_000) == known
    assert with_sample(known, size_bytes=5_000_000, elapsed_ms=4) == known


def test_before_the_first_sample_the_guess_is_used_and_the_first_sample_replaces_it() -> None:
    assert estimate_kbps(Throughput(), unknown_kbps=1_000) == 1_000
    assert estimate_kbps(after([(8_000, 1_000)]), unknown_kbps=1_000) == 8_000
