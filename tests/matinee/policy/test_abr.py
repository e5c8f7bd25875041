"""The rung of the next segment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.policy.abr import POLICIES, AbrPolicy, AbrState, hybrid_rung

LADDER = (235, 750, 1_750, 3_000, 5_800)


@st.composite
def states(draw: st.DrawFn) -> AbrState:
    ladder = tuple(sorted(draw(st.sets(st.integers(50, 20_000), min_size=1, max_size=10))))
    return AbrState(
        ladder=ladder,
        throughput_kbps=draw(st.integers(1, 50_000)),
        buffer_ms=draw(st.integers(0, 120_000)),
        segment_ms=draw(st.integers(500, 10_000)),
        rung=draw(st.integers(-1, len(ladder) - 1)),
    )


def state(*, throughput_kbps: int, buffer_ms: int, rung: int) -> AbrState:
    return AbrState(ladder=LADDER, throughput_kbps=throughput_kbps, buffer_ms=buffer_ms, segment_ms=4_000, rung=rung)


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES.keys())
@given(state=states())
def test_a_choice_is_a_rung_of_the_ladder(policy: AbrPolicy, state: AbrState) -> None:
    assert 0 <= policy(state) < len(state.ladder)


@given(states())
def test_after_the_first_choice_no_step_up_is_higher_than_two(state: AbrState) -> None:
    assert state.rung < 0 or hybrid_rung(state) <= state.rung + 2


@given(states())
def test_a_rung_above_the_link_is_kept_but_never_climbed_to(state: AbrState) -> None:
    chosen = hybrid_rung(state)
    assert chosen in (0, state.rung) or state.ladder[chosen] <= state.throughput_kbps


@given(states(), st.integers(1, 50_000))
def test_a_faster_link_never_lowers_the_choice(state: AbrState, more_kbps: int) -> None:
    faster = AbrState(
        ladder=state.ladder,
        throughput_kbps=state.throughput_kbps + more_kbps,
        buffer_ms=state.buffer_ms,
        segment_ms=state.segment_ms,
        rung=state.rung,
    )
    assert hybrid_rung(faster) >= hybrid_rung(state)


def test_the_first_choice_is_what_the_link_carries_however_high() -> None:
    assert hybrid_rung(state(throughput_kbps=6_000, buffer_ms=0, rung=-1)) == 4


def test_a_rung_above_the_link_is_kept_just_as_long_as_the_buffer_pays() -> None:
    # 5800 kbps × 4 s over a link of 2900 kbps takes 8 s: two fifths of 20 s.
    assert hybrid_rung(state(throughput_kbps=2_900, buffer_ms=20_000, rung=4)) == 4
    assert hybrid_rung(state(throughput_kbps=2_900, buffer_ms=19_900, rung=4)) == 2
