"""What goes to the exchange, to the origin, and by night."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee_edge.planning.traffic import tiers, traffic
from tests.support.regions import region

TERABIT_KBPS = 10**9


def test_what_a_shelf_does_not_answer_comes_from_the_exchange() -> None:
    shares = tiers(region(titles="10", alpha="0", title_gb="4", shelf_tb="12 GB"))
    carried = traffic(TERABIT_KBPS, shares, region=region())
    assert shares.titles_held == 3
    assert carried.misses_kbps == pytest.approx(0.7 * TERABIT_KBPS, abs=1)
    assert carried.origin_kbps == 0


def test_an_exchange_is_asked_for_the_tail_and_answers_less_of_it_than_of_all() -> None:
    shares = tiers(region(shelf_tb="2 TB", exchange_tb="4 TB"))
    alone = tiers(region(shelf_tb="4 TB")).hit_ratio
    assert shares.exchange_hit_ratio == pytest.approx((alone - shares.hit_ratio) / (1 - shares.hit_ratio))
    assert shares.exchange_hit_ratio < alone
    assert shares.origin_ratio == pytest.approx(1 - alone)


def test_an_exchange_no_larger_than_the_shelf_answers_nothing() -> None:
    shares = tiers(region(shelf_tb="2 TB", exchange_tb="1 TB"))
    assert shares.exchange_hit_ratio == 0
    assert shares.origin_ratio == pytest.approx(shares.miss_ratio)


def test_a_shelf_that_holds_all_leaves_the_exchange_nothing() -> None:
    shares = tiers(region(shelf_tb="100 TB"))
    assert (shares.hit_ratio, shares.exchange_hit_ratio, shares.origin_ratio) == (1, 1, 0)
    assert traffic(TERABIT_KBPS, shares, region=region()).misses_kbps == 0


def test_a_twentieth_of_2_tb_in_four_hours_are_56_mbps() -> None:
    shares = tiers(region())
    assert (shares.fill_bytes, shares.fill_kbps) == (10**11, 55_556)
    assert traffic(TERABIT_KBPS, shares, region=region()).fill_fits


def test_the_first_fill_takes_as_many_nights_as_its_limit_makes_of_it() -> None:
    assert tiers(region(shelf_tb="2.16 TB")).first_fill_nights == 1
    assert tiers(region(shelf_tb="2.17 TB")).first_fill_nights == 2


def test_a_shelf_larger_than_the_catalog_is_filled_with_the_catalog() -> None:
    assert tiers(region(shelf_tb="100 TB", churn="100 %")).fill_bytes == 24 * 10**12


def test_a_fill_beyond_its_limit_does_not_fit_and_may_be_what_the_link_must_carry() -> None:
    planned = region(shelf_tb="100 TB", churn="100 %", window_hours="1")
    carried = traffic(TERABIT_KBPS, tiers(planned), region=planned)
    assert not carried.fill_fits
    assert carried.exchange_link_kbps == tiers(planned).fill_kbps


@given(shelf=st.integers(0, 30_000), more=st.integers(0, 30_000), exchange=st.integers(0, 30_000))
def test_larger_shelves_never_send_more_upstream(shelf: int, more: int, exchange: int) -> None:
    small = tiers(region(shelf_tb=f"{shelf} GB", exchange_tb=f"{exchange} GB"))
    wide = tiers(region(shelf_tb=f"{shelf + more} GB", exchange_tb=f"{exchange} GB"))
    deep = tiers(region(shelf_tb=f"{shelf} GB", exchange_tb=f"{exchange + more} GB"))
    assert wide.miss_ratio <= small.miss_ratio
    assert max(wide.origin_ratio, deep.origin_ratio) <= small.origin_ratio
    assert small.hit_ratio + small.miss_ratio * small.exchange_hit_ratio + small.origin_ratio == pytest.approx(1)
