"""Closes that jump with nothing delivered to explain it: what is found, what is mended, what is left as it is."""

from __future__ import annotations

import numpy as np
import pytest

from market_rows import action_table, closes, quote_table, security_table, weekdays
from zhike.base.errors import UsageError
from zhike.features.market import LIMIT_DOWN, LIMIT_UP, Jump, MarketSettings, Prices, prices_of
from zhike.features.market.jumps import jump_of

A = "GAS3L"
DAYS = weekdays(6)


def found(book: Prices) -> list[tuple[int, float, float, bool]]:
    return [(j.day, round(j.ratio, 9), j.units, j.near) for j in book.jumps]


def test_a_consolidation_1000_to_1_is_a_rise_whose_day_is_measured_in_the_new_units() -> None:
    book = prices_of(quote_table(closes(A, [0.10, 0.12, 123.0, 129.15])))
    assert found(book) == [(2, 1025.0, 0.001, True)]
    np.testing.assert_allclose(book.previous[0], [np.nan, 0.10, 120.0, 123.0])
    np.testing.assert_allclose(book.returns[0], [np.nan, 0.2, 0.025, 0.05])
    np.testing.assert_allclose(book.adjusted[0], [0.10, 0.12, 0.123, 0.12915])
    assert book.close[0].tolist() == [0.10, 0.12, 123.0, 129.15]


def test_a_crash_of_95_percent_is_found_and_left_as_it_is() -> None:
    book = prices_of(quote_table(closes(A, [20.0, 1.0, 1.1])))
    assert found(book) == [(1, 0.05, 20.0, True)]
    np.testing.assert_allclose(book.returns[0], [np.nan, -0.95, 0.1])
    np.testing.assert_allclose(book.previous[0], [np.nan, 20.0, 1.0])


def test_away_from_every_simple_number_the_day_has_no_return_and_a_fall_infers_nothing() -> None:
    book = prices_of(quote_table([*closes(A, [1.0, 14.0, 28.0]), *closes("ZZ", [28.0, 2.0, 1.0])]))
    assert [(j.security, j.day, j.units, j.near) for j in book.jumps] == [
        (0, 1, 1 / 14, False),
        (1, 1, 1.0, False),
    ]
    np.testing.assert_allclose(book.returns[0], [np.nan, np.nan, 1.0])
    np.testing.assert_allclose(book.adjusted[0], [1.0, 1.0, 2.0])
    np.testing.assert_allclose(book.returns[1], [np.nan, 2 / 28 - 1, -0.5])


def test_what_is_delivered_explains_a_jump() -> None:
    split = action_table((A, DAYS[1], "split", {"ratio": 0.001}))
    factors = quote_table(closes(A, [200.0, 10.1], adj_factor=[1, 20]))
    for book in (
        prices_of(quote_table(closes(A, [0.1, 102.0])), actions=split),
        prices_of(factors),
        prices_of(quote_table(closes(A, [200.0, 10.1], prev_close=[None, 10.0]))),
    ):
        assert found(book) == []
        assert abs(book.returns[0, 1]) < 0.03


def test_a_split_explains_a_jump_that_the_previous_close_doesnt_know_of() -> None:
    split = action_table((A, DAYS[1], "split", {"ratio": 0.1}))
    book = prices_of(quote_table(closes(A, [1.0, 10.5], prev_close=[None, 1.0])), actions=split)
    assert found(book) == []
    assert (book.previous[0, 1], book.returns[0, 1]) == (10.0, pytest.approx(0.05))


def test_a_rise_that_only_the_previous_close_explains_is_listed_and_keeps_its_return() -> None:
    book = prices_of(quote_table(closes(A, [0.1, 102.0], prev_close=[None, 100.0])))
    assert found(book) == [(1, 1020.0, 0.001, True)]
    assert (book.previous[0, 1], book.returns[0, 1]) == (100.0, pytest.approx(0.02))


def test_the_last_day_traded_counts_and_splits_since_with_it() -> None:
    quotes = quote_table([*closes(A, [1.0, None, None, 100.0]), *closes("B", [1.0] * 4)])
    assert found(prices_of(quotes)) == [(3, 100.0, 0.01, True)]
    assert not prices_of(quotes, actions=action_table((A, DAYS[2], "split", {"ratio": 0.01}))).jumps


def test_a_first_day_and_a_repo_have_none() -> None:
    assert not prices_of(quote_table(closes(A, [50.0, 51.0], prev_close=[5.0, None]))).jumps
    repo = security_table([{"security_id": "204001.SH", "kind": "repo"}])
    assert not prices_of(quote_table(closes("204001.SH", [1.5, 22.0])), repo).jumps


def test_no_limit_is_taken_from_a_price_that_was_mended() -> None:
    book = prices_of(quote_table(closes("600000.SH", [1.0, 10.2])))
    assert [j.units for j in book.jumps] == [0.1]
    assert not book.flags[0, 1] & (LIMIT_UP | LIMIT_DOWN)


@pytest.mark.parametrize(
    ("ratio", "units", "near"),
    [
        (9.1, 0.1, True), (10.0, 0.1, True), (10.99, 0.1, True), (11.1, 1 / 11.1, False), (21.99, 0.05, True), (22.8, 0.04, True),
        (1000.0, 0.001, True), (0.1, 10.0, True), (0.02, 50.0, True), (0.07, 1.0, False),
    ],
)  # fmt: skip
def test_units_follow_the_simple_number_that_is_within_the_noise(
    ratio: float, units: float, near: bool
) -> None:
    assert jump_of(3, 4, ratio, 0.1) == Jump(3, 4, ratio, units, near)


def test_how_far_a_jump_goes_is_a_setting() -> None:
    quotes = quote_table(closes(A, [1.0, 10.0, 50.0]))
    assert [j.day for j in prices_of(quotes, settings=MarketSettings(jump=30.0)).jumps] == []
    assert [j.day for j in prices_of(quotes, settings=MarketSettings(jump=4.0)).jumps] == [1, 2]
    for wrong in ({"jump": 1.0}, {"noise": 0.0}, {"noise": 1.0}):
        with pytest.raises(UsageError):
            MarketSettings(**wrong)
