"""What a policy answers where it says nothing."""

from matinee.policy.abr.decision import AbrPolicy, AbrState, Choice, InFlight
from matinee.policy.throughput import Link


def test_a_policy_that_says_nothing_of_segments_in_flight_lets_them_come() -> None:
    policy = AbrPolicy(lambda state: Choice(0))
    state = AbrState(
        ladder=(300, 1_000), sizes_bytes=((150_000, 500_000),), segment_ms=4_000, segments_left=0, buffer_ms=0,
        buffer_full_ms=60_000, rung=1, link=Link(), throughput_kbps=100,
    )  # fmt: skip
    late = InFlight(rung=1, size_bytes=500_000, got_bytes=1, elapsed_ms=60_000, first_byte_ms=10)
    assert policy.abandon(state, late) is None
