"""What a shelf answers of a catalog by Zipf's law: by hand, by chance, and by property."""

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee_edge.planning.catalog import Catalog

GB = 10**9
CATALOGS = st.builds(
    Catalog,
    st.integers(1, 300),
    alpha=st.floats(0, 3),
    title_bytes=st.lists(st.integers(1, 20 * GB), min_size=1, max_size=4).map(tuple),
)
SHELVES = st.integers(0, 5_000 * GB)


def test_the_top_500_titles_of_4_gb_are_2_tb() -> None:
    catalog = Catalog(6_000, alpha=0.8, title_bytes=(4 * GB,))
    assert catalog.held(2_000 * GB) == 500
    assert catalog.held(2_000 * GB - 1) == 499
    assert catalog.size_bytes == 24_000 * GB


def test_the_hit_ratio_is_the_exact_sum() -> None:
    catalog = Catalog(200, alpha=1.0, title_bytes=(GB,))
    exact = sum(Fraction(1, rank) for rank in range(1, 21)) / sum(Fraction(1, rank) for rank in range(1, 201))
    assert catalog.hit_ratio(20 * GB) == pytest.approx(float(exact), rel=1e-14)


def test_without_popularity_a_shelf_answers_its_share() -> None:
    assert Catalog(10, alpha=0.0, title_bytes=(GB,)).hit_ratio(3 * GB) == pytest.approx(0.3)


def test_bytes_and_plays_differ_where_titles_do() -> None:
    catalog = Catalog(2, alpha=1.0, title_bytes=(3 * GB, GB))
    assert catalog.play_hit_ratio(3 * GB) == pytest.approx(1 / 1.5)
    assert catalog.hit_ratio(3 * GB) == pytest.approx(3 / 3.5)


@pytest.mark.parametrize("alpha", [0.6, 0.8, 1.2])
def test_chance_comes_to_the_same(alpha: float) -> None:
    dice, plays, sizes = random.Random(7), 200_000, (4 * GB, GB, 12 * GB)
    catalog, shelf_bytes = Catalog(1_000, alpha=alpha, title_bytes=sizes), 600 * GB
    weights = [rank**-alpha for rank in range(1, 1_001)]
    asked = dice.choices(range(1_000), weights=weights, k=plays)
    held = catalog.held(shelf_bytes)
    sent = [sizes[index % 3] for index in asked]
    hits = [size for index, size in zip(asked, sent, strict=True) if index < held]
    # Five standard errors of a share over so many plays, wider where sizes differ.
    assert sum(hits) / sum(sent) == pytest.approx(catalog.hit_ratio(shelf_bytes), abs=0.01)
    assert len(hits) / plays == pytest.approx(catalog.play_hit_ratio(shelf_bytes), abs=0.006)


@given(catalog=CATALOGS, shelf_bytes=SHELVES, more=SHELVES)
def test_more_shelf_never_answers_less(catalog: Catalog, shelf_bytes: int, more: int) -> None:
    assert 0 <= catalog.hit_ratio(shelf_bytes) <= catalog.hit_ratio(shelf_bytes + more) <= 1
    assert 0 <= catalog.play_hit_ratio(shelf_bytes) <= catalog.play_hit_ratio(shelf_bytes + more) <= 1


@given(catalog=CATALOGS)
def test_nothing_answers_nothing_and_everything_all(catalog: Catalog) -> None:
    assert (catalog.hit_ratio(0), catalog.hit_ratio(catalog.size_bytes)) == (0.0, 1.0)


@given(alpha=st.floats(0, 2.5), steeper=st.floats(0, 1), held=st.integers(0, 100))
def test_a_steeper_law_never_makes_the_top_answer_less(alpha: float, steeper: float, held: int) -> None:
    flat, steep = (Catalog(100, alpha=it, title_bytes=(GB,)).hit_ratio(held * GB) for it in (alpha, alpha + steeper))
    assert steep >= flat - 1e-12


@given(catalog=CATALOGS, wished=st.floats(0, 1))
def test_the_shelf_for_a_hit_ratio_answers_it_and_none_smaller_does(catalog: Catalog, wished: float) -> None:
    shelf_bytes = catalog.shelf_bytes_for(wished)
    assert catalog.hit_ratio(shelf_bytes) >= wished - 1e-12
    assert shelf_bytes == 0 or catalog.hit_ratio(shelf_bytes - 1) < wished + 1e-12
