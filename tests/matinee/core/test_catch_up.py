"""The speeds by which a viewer stays where he should be: few changes, no flutter."""

from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from matinee.core.catch_up import CatchUp
from matinee.manifest.presentation import Live
from matinee.policy.catch_up import MOST_CHANGES
from matinee.policy.settings import LiveSettings


@dataclass
class Ride:
    """A viewer whose lag follows from the rate, and from what befalls him."""

    live: Live = field(default_factory=Live)
    lag_ms: int = 0
    rate: int = 1000
    now_ms: int = 0
    buffer_ms: int = 3_000

    def __post_init__(self) -> None:
        self.it = CatchUp(LiveSettings())
        self.changes: list[tuple[int, int]] = []
        """When the rate became what."""

    def look(self) -> None:
        rate = self.it.rate_permille(
            self.live,
            lag_ms=self.lag_ms,
            before_permille=self.rate,
            buffer_ms=self.buffer_ms,
            patience_ms=1_000,
            now_ms=self.now_ms,
        )
        if rate != self.rate:
            self.changes.append((self.now_ms, rate))
        self.rate = rate

    def run(self, until_ms: int) -> None:
        """Let time pass, looking when it is due."""
        while self.it.due_ms is not None and self.it.due_ms <= until_ms:
            self._pass(max(self.it.due_ms, self.now_ms + 1))
            self.look()
        self._pass(until_ms)

    def _pass(self, now_ms: int) -> None:
        self.lag_ms -= (now_ms - self.now_ms) * (self.rate - 1000) // 1000
        self.now_ms = now_ms


def test_a_lag_takes_two_changes_of_the_rate_and_ends_at_the_aim() -> None:
    ride = Ride(lag_ms=800)
    ride.look()
    ride.run(60_000)
    assert [rate for _, rate in ride.changes] == [1_040, 1_000]
    assert abs(ride.lag_ms) <= 20


def test_the_service_sets_the_bounds() -> None:
    ride = Ride(Live(slowest_permille=900, fastest_permille=1_500), lag_ms=4_000)
    ride.look()
    ride.run(60_000)
    assert [rate for _, rate in ride.changes] == [1_400, 1_000]
    assert abs(ride.lag_ms) <= 20


def test_when_there_is_nothing_more_to_correct_the_speed_is_normal_again() -> None:
    ride = Ride(lag_ms=800)
    ride.look()
    assert (ride.it.rest(ride.rate), ride.it.due_ms) == (1000, None)


def test_a_speed_that_is_none_of_its_own_is_left_alone() -> None:
    assert CatchUp(LiveSettings()).rest(1_500) == 1_500


@given(
    st.lists(st.tuples(st.integers(50, 20_000), st.integers(-30, 30) | st.integers(0, 1_500)), min_size=1, max_size=80),
    st.sampled_from((1_040, 1_100, 1_500)),
)
def test_whatever_befalls_the_viewer_the_rate_changes_seldom_and_never_swings(
    blows: list[tuple[int, int]], fastest: int
) -> None:
    ride = Ride(Live(slowest_permille=2_000 - fastest, fastest_permille=fastest))
    for after_ms, lag_ms in blows:
        ride.run(ride.now_ms + after_ms)
        ride.lag_ms += lag_ms
        ride.look()
    ride.run(ride.now_ms + 120_000)
    times = [at_ms for at_ms, _ in ride.changes]
    assert all(later - one > 60_000 for one, later in zip(times, times[MOST_CHANGES:], strict=False))
    swings = [pair for pair in pairwise(rate for _, rate in ride.changes) if (pair[0] - 1000) * (pair[1] - 1000) < 0]
    assert not swings
    assert abs(ride.lag_ms) <= 100 or ride.rate != 1000
