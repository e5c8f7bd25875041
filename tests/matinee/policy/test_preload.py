"""When the next title may be fetched ahead."""

from matinee.policy.preload import near, never, whole


def test_whole_waits_until_the_title_that_plays_needs_nothing_more() -> None:
    assert not whole(is_whole=False, left_ms=100, near_ms=10_000)
    assert whole(is_whole=True, left_ms=3_000_000, near_ms=10_000)


def test_near_looks_at_the_end_alone() -> None:
    assert near(is_whole=False, left_ms=10_000, near_ms=10_000)
    assert not near(is_whole=True, left_ms=10_001, near_ms=10_000)
    assert not near(is_whole=False, left_ms=None, near_ms=10_000)


def test_never_means_never() -> None:
    assert not never(is_whole=True, left_ms=0, near_ms=10_000)
