"""What every bitrate policy promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.policy.abr.decision import AbrPolicy, AbrState, InFlight
from matinee.policy.abr.policies import POLICIES
from tests.support.streaming import state

EVERY = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES.keys())


@st.composite
def states(draw: st.DrawFn) -> AbrState:
    ladder = tuple(sorted(draw(st.sets(st.integers(50, 30_000), min_size=1, max_size=10))))
    return state(
        *draw(st.lists(st.integers(50, 100_000), max_size=12)),
        ladder=ladder,
        buffer_ms=draw(st.integers(0, 60_000)),
        rung=draw(st.integers(-1, len(ladder) - 1)),
        full_ms=draw(st.sampled_from((6_000, 60_000))),
        left=draw(st.integers(0, 80)),
    )


@EVERY
@given(state=states())
def test_a_choice_is_a_rung_of_the_ladder(policy: AbrPolicy, state: AbrState) -> None:
    choice = policy.choose(state)
    assert 0 <= choice.rung < len(state.ladder)
    assert choice.delay_ms >= 0


@EVERY
@given(state=states(), share=st.integers(0, 100), elapsed_ms=st.integers(0, 60_000))
def test_a_segment_is_left_only_for_a_lower_rung(
    policy: AbrPolicy, state: AbrState, share: int, elapsed_ms: int
) -> None:
    rung = len(state.ladder) - 1
    size_bytes = state.sizes_bytes[0][rung]
    flight = InFlight(
        rung=rung,
        size_bytes=size_bytes,
        got_bytes=size_bytes * share // 100,
        elapsed_ms=elapsed_ms,
        first_byte_ms=elapsed_ms // 10,
    )
    instead = policy.abandon(state, flight)
    assert instead is None or 0 <= instead < rung


@EVERY
def test_a_steady_link_far_above_the_ladder_gets_the_top_rung(policy: AbrPolicy) -> None:
    memo: tuple[int, ...] = ()
    for rung in (-1, 2, 4, 4):
        choice = policy.choose(state(*[50_000] * 8, buffer_ms=58_000, rung=rung, memo=memo))
        memo = choice.memo
    assert choice.rung == 4


@EVERY
def test_a_link_below_the_ladder_gets_the_lowest_rung(policy: AbrPolicy) -> None:
    memo: tuple[int, ...] = ()
    for rung in (-1, 0, 0, 0):
        choice = policy.choose(state(*[100] * 8, buffer_ms=3_000, rung=rung, memo=memo))
        memo = choice.memo
    assert choice.rung == 0
