"""Prices that jump with nothing delivered to explain it, both ledgers against sums done by hand: what became of the units."""

from __future__ import annotations

from datetime import timedelta

from ledger_reference import Market
from ledger_rows import DAYS, fold, market, moved, on, trade, units
from market_rows import MONDAY, action_table, closes, quote_table
from zhike.features.ledger.market_book import book_of
from zhike.features.market import prices_of, standing_of

RISE = [0.12, 0.12, 0.12, *[123.0] * 7]
"""0.12 a unit until the third day, 123.00 from the fourth on: 1,025 times the price."""
FALL = [20.0, 20.0, 20.0, *[1.0] * 7]
JUMP = 3


def consolidated(**given: object) -> Market:
    return market({"A": RISE}, jumps={"A": {JUMP: 0.001}}, **given)


def crashed() -> Market:
    return market({"A": FALL}, jumps={"A": {JUMP: 20.0}})


def test_74000_units_become_74_and_no_profit_comes_of_it() -> None:
    trades = [trade(DAYS[0], "buy", 74_000, 0.12), trade(DAYS[5], "sell", 74, 127)]
    result = fold(consolidated(), trades)
    day = on(result, DAYS[JUMP])
    assert day["stocks"] == units(9_102)  # 74 × 123
    assert day["pnl"] == day["selection"] == units(9_102 - 8_880)  # 2.5 %, not 102,400 %
    assert day["trading"] == 0
    assert on(result, DAYS[5])["pnl_realised"] == units(74 * 127 - 8_880)
    assert result.positions == []
    [trip] = result.round_trips
    assert (trip["quantity"], trip["cost"], trip["proceeds"]) == (units(74_000), units(8_880), units(9_398))
    assert sum(row["pnl"] for row in result.client_day) == units(9_398 - 8_880)


def test_a_rise_changes_units_where_the_client_does_nothing_more() -> None:
    [held] = fold(consolidated(), [trade(DAYS[0], "buy", 74_000, 0.12)]).positions
    assert (held["quantity"], held["cost"], held["seeded"]) == (units(74), units(8_880), False)


def test_what_is_bought_after_the_rise_is_in_the_new_units() -> None:
    trades = [
        trade(DAYS[0], "buy", 74_000, 0.12),
        trade(DAYS[4], "buy", 26, 123),
        trade(DAYS[6], "sell", 100, 123),
    ]
    result = fold(consolidated(), trades)
    assert result.positions == []
    assert [t["proceeds"] for t in result.round_trips] == [units(12_300)]


def test_a_rise_that_the_clients_own_sales_contradict_leaves_units_and_is_profit() -> None:
    trades = [trade(DAYS[0], "buy", 1_000, 0.12), trade(DAYS[4], "sell", 600, 123)]
    result = fold(consolidated(), trades)
    day = on(result, DAYS[JUMP])
    assert day["pnl"] == day["selection"] == units(123_000 - 120)
    assert [p["quantity"] for p in result.positions] == [units(400)]
    assert sum(row["pnl"] for row in result.client_day) == units(123_000 - 120)


def test_a_previous_close_in_the_new_units_changes_neither() -> None:
    previous = {"A": [None, 0.12, 0.12, 120.0, *[123.0] * 6]}
    kept = [trade(DAYS[0], "buy", 1_000, 0.12), trade(DAYS[4], "sell", 600, 123)]
    for trades, pnl in (([trade(DAYS[0], "buy", 74_000, 0.12)], 222), (kept, 123_000 - 120)):
        day = on(fold(consolidated(previous=previous), trades), DAYS[JUMP])
        assert day["pnl"] == day["selection"] == units(pnl)


def test_a_crash_of_95_percent_is_a_loss_and_leaves_units() -> None:
    for after in ([], [trade(DAYS[4], "sell", 100, 1)], [trade(DAYS[4], "sell", 150, 1)]):
        result = fold(crashed(), [trade(DAYS[0], "buy", 100, 20), *after])
        day = on(result, DAYS[JUMP])
        assert day["pnl"] == day["selection"] == units(100 - 2_000)
        assert day["stocks"] == units(100)


def test_a_fall_after_which_many_times_the_units_are_sold_was_a_split() -> None:
    trades = [
        trade(DAYS[0], "buy", 100, 20),
        trade(DAYS[4], "sell", 500, 1),
        trade(DAYS[5], "sell", 1_500, 1.1),
    ]
    result = fold(crashed(), trades)
    assert on(result, DAYS[JUMP])["pnl"] == 0
    assert result.positions == []
    [trip] = result.round_trips
    assert (trip["quantity"], trip["cost"], trip["proceeds"]) == (units(100), units(2_000), units(2_150))


def test_sales_of_more_than_either_count_say_nothing() -> None:
    trades = [trade(DAYS[0], "buy", 100, 20), trade(DAYS[4], "sell", 9_000, 1)]
    assert on(fold(crashed(), trades), DAYS[JUMP])["pnl"] == units(100 - 2_000)


def test_what_is_booked_after_the_next_change_of_units_says_nothing() -> None:
    split = {"A": {DAYS[4]: 0.5}}
    trades = [trade(DAYS[0], "buy", 1_000, 0.12), trade(DAYS[5], "sell", 500, 246)]
    result = fold(market({"A": [*RISE[:4], *[246.0] * 6]}, jumps={"A": {JUMP: 0.001}}, actions=split), trades)
    assert on(result, DAYS[JUMP])["pnl"] == units(123 - 120)


def test_units_that_were_held_before_the_events_began_follow_the_rise() -> None:
    holding = {"date": DAYS[5], "security_id": "A", "quantity": units(74), "cost": units(8_880)}
    result = fold(consolidated(), [trade(DAYS[1], "buy", 14_000, 0.12)], holdings=[holding])
    assert on(result, DAYS[1])["stocks"] == units(8_880)  # 60,000 units before, and these
    assert [(p["quantity"], p["seeded"]) for p in result.positions] == [(units(74), True)]
    assert sum(row["pnl"] for row in result.client_day) == units(222)


def test_shares_listed_after_a_rise_are_those_that_it_gave() -> None:
    result = fold(
        consolidated(), [trade(DAYS[0], "buy", 74_000, 0.12)], custody=[moved(DAYS[4], "in", "listing", 74)]
    )
    assert [p["quantity"] for p in result.positions] == [units(74)]


def test_the_price_book_says_which_jumps_may_have_changed_units() -> None:
    quotes = quote_table(
        [
            *closes("A", [1.0, 14.0]),
            *closes("B", [1.0, 1.0, 1000.0]),
            *closes("C", [14.0, 1.0]),
            *closes("D", [20.0, 1.0]),
        ]
    )
    prices = prices_of(
        quotes, actions=action_table(("A", MONDAY + timedelta(days=9), "split", {"ratio": 0.1}))
    )
    book = book_of(prices, standing_of(prices), prices.close[0], None)
    assert book.jump_from.tolist() == [0, 1, 2, 2, 3]  # C: no simple number, nothing to infer
    assert (book.jump_day.tolist(), book.jump_factor.tolist()) == ([1, 2, 1], [1 / 14, 0.001, 20.0])
