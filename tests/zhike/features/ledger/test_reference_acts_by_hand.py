"""The slow reference ledger against sums done by hand: decisions, sales and what is held."""

from __future__ import annotations

import pytest

from ledger_rows import DAYS, fold, market, on, trade, units

TEN = [10.0] * 10


def test_many_fills_are_one_decision_and_each_fill_counts_for_momentum() -> None:
    rises: dict = {"A": [1.0, *[1.2] * 9]}
    standing: dict = {"mom20": {"A": [None, *[0.9] * 9]}, "cheap": {"A": [0.2] * 10}}
    fills = [trade(DAYS[6], "buy", 100, price, trade_id=str(i)) for i, price in enumerate((9, 11))]
    first = trade(DAYS[0], "buy", 100, 10)
    chances = {"hot": {"A": [True] * 10}, "after_limit": {"A": [False] * 10}, "followed": {"A": [True] * 10}}
    result = fold(market({"A": TEN}, total_return=rises, standing=standing, **chances), [first, *fills])
    unranked, row = on(result, DAYS[0]), on(result, DAYS[6])
    assert [unranked[n] for n in ("buys", "buys_ranked", "buys_valued", "buy_mom20")] == [1, 0, 1, 0]
    assert [row[n] for n in ("trades", "buys", "buys_ranked", "buys_hot", "buys_after_limit")] == [
        2,
        1,
        1,
        1,
        0,
    ]
    assert row["buy_mom20"] == pytest.approx(0.4)
    assert row["buy_cheap"] == pytest.approx(-0.3)
    assert row["buy_return5"] == pytest.approx(2_000 * 0.2)  # day 5 over day 0; the index stood still
    assert row["buy_return20"] == 0
    assert (row["buys_more_below"], row["buys_more_above"]) == (1, 0)
    assert row["held_cheap"] == pytest.approx(3_000 * -0.3)
    assert (row["held_valued"], row["held_followed"]) == (units(3_000), units(3_000))


def test_a_sale_is_judged_by_its_gain_its_age_and_its_fall_from_the_peak() -> None:
    trades = [trade(DAYS[1], "buy", 100, 10), trade(DAYS[7], "sell", 50, 12)]
    result = fold(market({"A": [*[10.0] * 3, 15.0, *[12.0] * 6]}), trades)
    row = on(result, DAYS[7])
    assert (row["sells_known"], row["sells_held"], row["sells_quick"]) == (1, 6, 0)
    assert row["sells_gain"] == pytest.approx(0.2)
    assert row["sells_from_peak"] == pytest.approx(0.2)


def test_concentration_and_paper_profit_are_those_of_the_close() -> None:
    trades = [
        trade(DAYS[0], "buy", 300, 10, "A", commission=units(5)),
        trade(DAYS[0], "buy", 100, 10, "B"),
    ]
    result = fold(market({"A": [10.0, 11.0, *[11.0] * 8], "B": [10.0, 17.0, *[17.0] * 8]}), trades)
    row = on(result, DAYS[1])
    assert row["herfindahl"] == pytest.approx((33 / 50) ** 2 + (17 / 50) ** 2)
    assert row["largest"] == units(3_300)
    assert (on(result, DAYS[0])["pnl_unrealised"], row["pnl_unrealised"]) == (-units(5), units(1_000))
