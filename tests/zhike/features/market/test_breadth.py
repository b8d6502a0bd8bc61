import numpy as np
import pytest

from market_rows import closes, quote_table, security_table
from zhike.features.market import prices_of
from zhike.features.market.breadth import Breadth, breadth_of, counted_among

NAN = float("nan")
LAST = 10**6


def of(*rows: list[dict[str, object]], **more: object) -> Breadth:
    return breadth_of(prices_of(quote_table([r for part in rows for r in part]), **more), LAST)


def day(name: str, close: float, previous: float, **more: object) -> dict[str, object]:
    return {"date": 0, "security_id": name, "close": close, "prev_close": previous} | more


def test_a_day_of_five_stocks_is_counted_by_hand() -> None:
    found = of([
        day("600000.SH", 11, 10, high=11, amount=30, float_cap=100),  # +10 %, locked
        day("600001.SH", 10.1, 10, high=11, amount=10, float_cap=100),  # +1 %, touched its limit and broke
        day("600002.SH", 10, 10, high=10, amount=10, float_cap=200),
        day("600003.SH", 9, 10, high=10, amount=10),  # −10 %, locked; free float unknown
        day("600004.SH", 10, 10, suspended=True),
        day("510300.SH", 4.4, 4),  # a fund is no stock
    ])  # fmt: skip
    assert found.counted[0] == 4
    assert found.up_share[0] == 2 / 4
    assert found.median_return[0] == pytest.approx(0.005)
    assert (found.limit_up[0], found.limit_down[0]) == (1, 1)
    assert found.broken_limit_share[0] == 1 / 2
    # returns .1 .01 0 −.1, mean .0025: (.0975² + .0075² + .0025² + .1025²) / 3
    assert found.dispersion[0] == pytest.approx(np.sqrt((0.0975**2 + 0.0075**2 + 0.0025**2 + 0.1025**2) / 3))
    assert found.turnover[0] == 50 / 400
    assert found.amount[0] == 60
    assert found.market_return[0] == pytest.approx(0.0025)


def test_who_closed_limit_up_is_followed_to_the_next_day() -> None:
    first, second = closes("600000.SH", [10, 11, 11.55]), closes("600001.SH", [10, 11, 10.45])
    other = closes("600002.SH", [10, 10, 10])
    found = of(first, second, other)
    np.testing.assert_allclose(found.prev_limit_up_return, [NAN, NAN, 0.0], atol=1e-12)  # +5 % and −5 %
    assert of(first, second[:2], other).prev_limit_up_return[2] == pytest.approx(0.05)


def test_the_market_return_is_weighed_by_the_free_float_of_the_day_before() -> None:
    found = of(
        closes("600000.SH", [10, 11], float_cap=[300, 1]), closes("600001.SH", [10, 10], float_cap=[100, 900])
    )
    assert found.market_return[1] == pytest.approx(0.1 * 300 / 400)


def test_averages_and_highs_need_their_full_window() -> None:
    rising = [10.0 + t / 100 for t in range(60)]
    falling = [10.0 - t / 100 for t in range(60)]
    found = of(closes("600000.SH", rising), closes("600001.SH", falling), closes("600002.SH", [5.0] * 60))
    assert np.isnan(found.above_ma20[:19]).all()
    assert found.above_ma20[19:].tolist() == [1 / 3] * 41
    assert np.isnan(found.above_ma60[:59]).all()
    assert found.above_ma60[59] == 1 / 3
    assert np.isnan(found.new_high_low[:59]).all()
    assert found.new_high_low[59] == 0  # one new high, one new low; the flat one is neither
    assert of(closes("600000.SH", rising), closes("600002.SH", [5.0] * 60)).new_high_low[59] == 1


def test_without_boards_limits_are_unknown_and_without_highs_nothing_broke() -> None:
    found = of([day("X1", 11, 10), day("X2", 9, 10)])
    assert np.isnan([found.limit_up[0], found.limit_down[0], found.broken_limit_share[0]]).all()
    assert np.isnan(of([day("600000.SH", 11, 10)]).broken_limit_share[0])


def test_stocks_count_and_where_there_are_none_all_that_is_like_them() -> None:
    quotes = quote_table([day("A", 1, 1), day("B", 1, 1), day("C", 1, 1)])
    kinds = ["other", "fund", "bond"]
    table = [{"security_id": name, "kind": kind} for name, kind in zip("ABC", kinds, strict=True)]
    assert counted_among(prices_of(quotes, security_table(table))).tolist() == [True, True, False]
    table[1]["kind"] = "stock"
    assert counted_among(prices_of(quotes, security_table(table))).tolist() == [False, True, False]
