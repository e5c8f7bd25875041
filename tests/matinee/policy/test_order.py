"""Which item comes after which."""

from hypothesis import given
from hypothesis import strategies as st

from matinee.policy.order import next_of, previous_of, shuffled


@given(st.integers(1, 50), st.integers(0, 2**64 - 1), st.data())
def test_shuffled_is_everything_once_and_begins_where_it_is_told(count: int, seed: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, count - 1))
    order = shuffled(count, seed=seed, first=first)
    assert sorted(order) == list(range(count))
    assert order[0] == first
    assert order == shuffled(count, seed=seed, first=first)


def test_another_seed_is_another_order() -> None:
    assert len({shuffled(20, seed=seed, first=0) for seed in range(10)}) == 10


def test_without_repeat_the_list_ends() -> None:
    assert next_of((2, 0, 1), 2, repeat="none", is_asked=False) == 0
    assert next_of((2, 0, 1), 1, repeat="none", is_asked=False) is None
    assert previous_of((2, 0, 1), 0, repeat="none") == 2
    assert previous_of((2, 0, 1), 2, repeat="none") is None


def test_with_all_it_begins_again_either_way() -> None:
    assert next_of((2, 0, 1), 1, repeat="all", is_asked=False) == 2
    assert previous_of((2, 0, 1), 2, repeat="all") == 1


def test_one_is_repeated_unless_the_viewer_asks_for_another() -> None:
    assert next_of((2, 0, 1), 0, repeat="one", is_asked=False) == 0
    assert next_of((2, 0, 1), 0, repeat="one", is_asked=True) == 1
    assert next_of((2, 0, 1), 1, repeat="one", is_asked=True) is None
