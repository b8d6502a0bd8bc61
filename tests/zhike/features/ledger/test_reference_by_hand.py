"""The slow reference ledger against sums done by hand: positions, profit and its parts."""

from __future__ import annotations

import random

import pytest

from ledger_reference import Market
from ledger_rows import DAYS, MONDAY, SATURDAY, asset, flow, fold, market, moved, on, trade, units
from zhike.datacentre.tables.ledger import CLIENT_DAY, POSITION, ROUND_TRIP

PARTS = ("market", "selection", "trading", "interest", "cost")
TEN = [10.0] * 10


def test_rows_have_the_columns_of_the_contract() -> None:
    trades = [trade(DAYS[0], "buy", 200, 10), trade(DAYS[1], "sell", 200, 10)]
    result = fold(market({"A": TEN, "B": TEN}), [*trades, trade(DAYS[0], "buy", 100, 10, "B")])
    for table, rows in ((CLIENT_DAY, result.client_day), (POSITION, result.positions)):
        assert {c.name for c in table.columns} == set(rows[0])
    assert {c.name for c in ROUND_TRIP.columns} == set(result.round_trips[0])


def test_average_cost_includes_fees_of_buying_and_stays_as_it_is_when_part_is_sold() -> None:
    trades = [
        trade(DAYS[0], "buy", 100, 10, commission=units(5)),  # 1,005
        trade(DAYS[1], "buy", 300, 12, commission=units(15)),  # 3,615: together 400 shares for 4,620
        trade(DAYS[2], "sell", 100, 13, commission=units(5), stamp_duty=units(1)),
    ]
    result = fold(market({"A": TEN}), trades)
    assert result.positions[0]["cost"] == units(4_620 - 1_155)
    assert on(result, DAYS[2])["pnl_realised"] == units(1_300 - 1_155)
    assert on(result, DAYS[2])["cost"] == -units(6)
    assert on(result, DAYS[2])["fees"] == units(6)


def test_cost_that_leaves_is_rounded_half_to_even_and_all_of_it_leaves_in_the_end() -> None:
    trades = [trade(DAYS[0], "buy", 2, 10, amount=200_001), *(trade(d, "sell", 1, 10) for d in DAYS[1:3])]
    result = fold(market({"A": TEN}), trades)
    assert [on(result, d)["pnl_realised"] for d in DAYS[1:3]] == [0, -1]  # 100,000.5 → 100,000, then the rest
    assert result.positions == []


def test_holding_days_are_calendar_days_first_in_first_out() -> None:
    trades = [
        trade(DAYS[0], "buy", 100, 10, commission=units(5)),
        trade(DAYS[2], "buy", 100, 11),
        trade(DAYS[4], "sell", 150, 12),  # 100 for 4 days, 50 for 2
        trade(DAYS[5], "sell", 50, 9, stamp_duty=units(1)),  # over the weekend: 5 days
    ]
    closes = [10, 10, 11, 13, 12, 9, 9, 9, 9, 9]
    [trip] = fold(market({"A": [float(p) for p in closes]}), trades).round_trips
    assert trip["holding_days"] == pytest.approx((100 * 4 + 50 * 2 + 50 * 5) / 200)
    assert (trip["opened_on"], trip["closed_on"], trip["ordinal"]) == (DAYS[0], DAYS[5], 1)
    assert (trip["quantity"], trip["cost"], trip["proceeds"], trip["fees"]) == tuple(
        units(x) for x in (200, 2_100, 1_800 + 450, 6)
    )
    assert (trip["buys"], trip["sells"]) == (2, 2)
    assert trip["peak"] == pytest.approx(13 / 10.525 - 1)  # 2,105 ÷ 200 shares
    assert trip["trough"] == pytest.approx(10 / 10.05 - 1)


def test_two_round_trips_closed_on_one_day_are_numbered() -> None:
    sides = [("09:30", "buy"), ("10:00", "sell"), ("10:30", "buy"), ("11:00", "sell")]
    trades = [trade(DAYS[1], side, 100, 10, time=i, trade_id=at) for i, (at, side) in enumerate(sides)]
    trips = fold(market({"A": TEN}), trades).round_trips
    assert [(t["ordinal"], t["buys"], t["sells"]) for t in trips] == [(1, 1, 1), (2, 0, 0)]


def test_a_stock_closed_at_its_lower_limit_is_neither_a_gain_nor_a_loss_kept() -> None:
    names = "GLSPQ"
    buys = [trade(DAYS[0], "buy", 100, 10, name) for name in names]
    sell = trade(DAYS[2], "sell", 50, 12, "S")
    closes = {"G": 11.0, "L": 9.0, "S": 12.0, "P": 8.0, "Q": 10.0}
    locked = {"P": [False, False, True] + [False] * 7}
    prices: dict = {name: [10.0, 10.0] + [closes[name]] * 8 for name in names}
    counts = ("realised_gains", "realised_losses", "paper_gains", "paper_losses")
    free = on(fold(market(prices), [*buys, sell]), DAYS[2])
    assert [free[name] for name in counts] == [1, 0, 1, 2]  # G above; L and P below; Q at its cost
    for given in ({"limit_down": locked}, {"suspended": locked}):
        row = on(fold(market(prices, **given), [*buys, sell]), DAYS[2])
        assert [row[name] for name in counts] == [1, 0, 1, 1]
    assert [on(fold(market(prices), [*buys, sell]), DAYS[3])[name] for name in counts] == [0, 0, 0, 0]


def test_what_was_bought_today_is_no_paper_gain_because_it_cannot_be_sold() -> None:
    trades = [
        trade(DAYS[0], "buy", 100, 10, "S"),
        trade(DAYS[1], "buy", 100, 10, "N"),
        trade(DAYS[1], "sell", 100, 9, "S"),
    ]
    row = on(fold(market({"S": TEN, "N": [12.0] * 10}), trades), DAYS[1])
    assert (row["realised_losses"], row["paper_gains"]) == (1, 0)
    later = [*trades[:2], trade(DAYS[2], "sell", 100, 9, "S")]
    assert on(fold(market({"S": TEN, "N": [12.0] * 10}), later), DAYS[2])["paper_gains"] == 1


def test_a_split_in_the_holding_period_changes_the_quantity_and_no_profit() -> None:
    trades = [trade(DAYS[0], "buy", 100, 20), trade(DAYS[6], "sell", 200, 11)]
    closes = [20.0, 20.0, 10.0, 11.0, *[11.0] * 6]
    previous = {"A": [None, 20.0, 10.0, 10.0, *[11.0] * 6]}
    result = fold(market({"A": closes}, previous=previous, actions={"A": {DAYS[2]: 2.0}}), trades)
    assert on(result, DAYS[2])["pnl"] == 0
    assert on(result, DAYS[2])["stocks"] == units(2_000)
    assert on(result, DAYS[3])["pnl"] == units(200)
    assert on(result, DAYS[6])["pnl_realised"] == units(200)
    assert on(result, DAYS[6])["sells_from_peak"] == 0.0  # the peak is 11, no longer 20
    [trip] = result.round_trips
    assert trip["holding_days"] == 8  # Monday to the Tuesday of the next week
    assert trip["peak"] == pytest.approx(0.1)


def test_a_dividend_booked_on_a_holiday_was_earned_on_the_day_it_went_off() -> None:
    closes = [10.0, 10.0, 9.6, *[9.6] * 7]  # 0.50 goes off, the price falls by 0.40
    result = fold(
        market({"A": closes}, previous={"A": [None, 10.0, 9.5, *[9.6] * 7]}),
        [trade(DAYS[0], "buy", 100, 10)],
        cash_flows=[flow(SATURDAY, "dividend", 50, "A")],
        assets=[asset(d, 50 if d > SATURDAY else 0, 100 * p) for d, p in zip(DAYS, closes, strict=True)],
    )
    assert on(result, DAYS[2])["pnl"] == units(10)  # −40 + 50 owed
    assert on(result, DAYS[2])["selection"] == units(10)
    assert on(result, DAYS[5])["pnl"] == 0  # 50 more in cash, 50 less owed
    assert on(result, DAYS[5])["pnl_income"] == units(50)
    assert all(on(result, d)["unexplained"] == 0 for d in DAYS[1:])
    assert SATURDAY not in [row["date"] for row in result.client_day]


def test_a_dividend_without_an_open_entitlement_is_other_income() -> None:
    result = fold(
        market({"A": TEN}), [trade(DAYS[0], "buy", 100, 10)], cash_flows=[flow(DAYS[1], "dividend", 7, "A")]
    )
    row = on(result, DAYS[1])
    assert (row["pnl"], row["trading"], row["unexplained"]) == (units(7), units(7), 0)


def test_an_entitlement_that_nobody_pays_is_written_off_after_sixty_trading_days() -> None:
    days = list(range(MONDAY, MONDAY + 70))
    closes: list[float | None] = [10.0, *[9.0] * 69]
    everything = Market(days, [100.0] * 70, {"A": closes}, {"A": [None, *[9.0] * 69]})
    result = fold(everything, [trade(days[0], "buy", 100, 10)])
    lost = {row["date"]: row["pnl"] for row in result.client_day if row["pnl"]}
    assert lost == {days[61]: -units(100)}  # on day 1 the fall of 100 was owed; 60 days later no more


def test_a_transfer_of_collateral_is_no_outflow_and_a_transfer_to_another_broker_is_one() -> None:
    buy = trade(DAYS[0], "buy", 100, 10)
    own = fold(market({"A": TEN}), [buy], custody=[moved(DAYS[1], "out", "collateral", 100, 1_000)])
    assert (on(own, DAYS[1])["flow_out"], on(own, DAYS[1])["positions"]) == (0, 1)
    gone = fold(market({"A": TEN}), [buy], custody=[moved(DAYS[1], "out", "custody", 100, 1_000)])
    row = on(gone, DAYS[1])
    assert (row["flow_out"], row["bank_out"], row["positions"], row["pnl_realised"]) == (
        units(1_000),
        0,
        0,
        0,
    )
    assert gone.round_trips == gone.positions == []


def test_a_round_trip_of_which_part_was_transferred_is_forgotten() -> None:
    trades = [trade(DAYS[0], "buy", 100, 10), trade(DAYS[2], "sell", 60, 11)]
    result = fold(market({"A": TEN}), trades, custody=[moved(DAYS[1], "out", "custody", 40)])
    assert on(result, DAYS[1])["flow_out"] == units(400)  # 40 at the close
    assert on(result, DAYS[2])["pnl_realised"] == units(60)
    assert result.round_trips == result.positions == []


def test_shares_transferred_in_come_at_their_booked_value_and_close_a_round_trip() -> None:
    result = fold(
        market({"A": TEN}),
        [trade(DAYS[2], "sell", 100, 11)],
        custody=[moved(DAYS[0], "in", "custody", 100, 990)],
    )
    assert on(result, DAYS[0])["flow_in"] == units(990)
    assert on(result, DAYS[2])["pnl_realised"] == units(110)
    assert result.round_trips[0]["cost"] == units(990)


def test_new_shares_listed_after_their_subscription_are_not_counted_twice() -> None:
    paid = trade(DAYS[0], "buy", 500, 8, kind="ipo")
    quotes: dict = {"A": [None, None, None, 12.0, *[12.0] * 6]}
    result = fold(
        market(quotes, previous={"A": [None, None, None, 8.0, *[12.0] * 6]}),
        [paid],
        custody=[moved(DAYS[3], "in", "listing", 500)],
    )
    assert on(result, DAYS[0])["stocks"] == units(4_000)  # marked at what was paid
    assert on(result, DAYS[3])["pnl"] == units(2_000)
    assert result.positions[0]["quantity"] == units(500)


def test_bonus_shares_without_an_action_are_taken_out_of_what_was_owed() -> None:
    closes = [11.0, 11.0, 10.0, *[10.0] * 7]  # one for ten goes off on day 2; the shares come on day 4
    result = fold(
        market({"A": closes}, previous={"A": [None, 11.0, 10.0, *[10.0] * 7]}),
        [trade(DAYS[0], "buy", 100, 11)],
        custody=[moved(DAYS[4], "in", "listing", 10)],
    )
    assert all(row["pnl"] == 0 for row in result.client_day)
    assert (result.positions[0]["quantity"], result.positions[0]["cost"]) == (units(110), units(1_100))


def test_subscribed_rights_use_up_what_was_owed() -> None:
    closes = [12.0, 12.0, 11.0, *[11.0] * 7]  # one for one at 10
    result = fold(
        market({"A": closes}, previous={"A": [None, 12.0, 11.0, *[11.0] * 7]}),
        [trade(DAYS[0], "buy", 100, 12), trade(DAYS[4], "buy", 100, 10, kind="rights")],
    )
    assert all(row["pnl"] == 0 for row in result.client_day)
    assert result.positions[0]["cost"] == units(2_200)


def test_what_is_sold_beyond_the_position_was_held_before_and_counts_for_no_gain() -> None:
    trades = [trade(DAYS[0], "buy", 100, 10), trade(DAYS[3], "sell", 150, 13)]
    result = fold(market({"A": [10.0, 10.0, 12.0, *[12.0] * 7]}), trades)
    row = on(result, DAYS[3])
    assert row["pnl_realised"] == units(150 * 13 - (100 * 10 + 50 * 12))  # the 50 at P⁻
    assert row["pnl"] == units(150)  # 100 and 50 shares, each from 12 to 13
    assert row["stocks_before"] == units(1_200)
    assert [row[n] for n in ("realised_gains", "sells", "sells_known")] == [0, 1, 0]
    assert result.round_trips == []


def test_a_position_that_sales_emptied_begins_anew_and_is_sure_again() -> None:
    trades = [
        trade(DAYS[0], "sell", 100, 10),
        trade(DAYS[1], "buy", 100, 10),
        trade(DAYS[2], "sell", 100, 11),
    ]
    result = fold(market({"A": TEN}), trades)
    assert on(result, DAYS[2])["realised_gains"] == 1
    assert [trip["opened_on"] for trip in result.round_trips] == [DAYS[1]]


def test_the_first_holding_day_opens_what_events_do_not_explain() -> None:
    holding = {"date": DAYS[3], "security_id": "A", "quantity": units(500), "cost": units(4_500)}
    result = fold(
        market(
            {"A": [*[20.0] * 2, *[10.0] * 8]},
            previous={"A": [None, 20.0, 10.0, *[10.0] * 7]},
            actions={"A": {DAYS[2]: 2.0}},
        ),
        [trade(DAYS[3], "buy", 100, 10)],
        holdings=[holding | {"market_value": None}],
        assets=[asset(DAYS[0], 0, 4_000)],
    )
    assert on(result, DAYS[0])["stocks"] == units(4_000)  # 500 − 100, before the split 200
    assert on(result, DAYS[3])["stocks"] == units(5_000)
    [position] = result.positions
    assert position["cost"] == units(400 * 9 + 1_000)  # the counter's 9 a share
    assert (position["opened_on"], position["seeded"]) == (DAYS[0], True)


def test_interest_on_a_repo_comes_when_its_last_leg_is_closed_and_it_is_no_trade() -> None:
    trades = [
        trade(DAYS[0], "buy", 10, 100, "204001.SH", kind="repo", commission=units(0.01)),
        trade(DAYS[0], "buy", 10, 100, "204001.SH", kind="repo", trade_id="2"),
        trade(DAYS[1], "sell", 10, 100, "204001.SH", kind="repo", amount=units(1_000.05)),
        trade(DAYS[2], "sell", 10, 100, "204001.SH", kind="repo", amount=units(1_000.07)),
    ]
    result = fold(market({}), trades)
    assert [row["interest"] for row in result.client_day] == [0, 0, units(0.12)]
    assert [row["pnl"] for row in result.client_day] == [-units(0.01), 0, units(0.12)]
    assert {row[n] for row in result.client_day for n in ("trades", "buy_amount", "positions")} == {0}
    assert on(result, DAYS[2])["pnl_income"] == units(0.12)


def test_a_short_sale_earns_when_the_price_falls_and_leaves_no_round_trip() -> None:
    trades = [
        trade(DAYS[0], "sell", 100, 10, kind="short"),
        trade(DAYS[2], "buy", 40, 8, kind="short"),
    ]
    result = fold(market({"A": [10.0, 9.0, 8.0, *[8.0] * 7]}), trades)
    assert [on(result, d)["pnl"] for d in DAYS[:4]] == [0, units(100), units(100), 0]
    assert on(result, DAYS[2])["pnl_realised"] == units(80)
    assert on(result, DAYS[1])["stocks"] == -units(900)
    assert result.positions[0]["quantity"] == -units(60)
    assert result.round_trips == []


def test_a_conversion_without_an_amount_brings_no_profit() -> None:
    trades = [
        trade(DAYS[0], "buy", 10, 100, "B"),
        trade(DAYS[1], "sell", 10, 0, "B", kind="conversion", trade_id="1"),
        trade(DAYS[1], "buy", 110, 0, "A", kind="conversion", trade_id="2"),
    ]
    result = fold(market({"A": TEN, "B": [100.0, 105.0, *[105.0] * 8]}), trades)
    row = on(result, DAYS[1])
    assert (row["pnl"], row["pnl_realised"], row["sell_amount"]) == (units(50), 0, 0)  # the bond's own rise
    assert result.positions[0]["cost"] == units(1_100)


def test_the_parts_add_up_to_the_profit_to_the_last_unit() -> None:
    closes: list[float | None] = [10.07, 10.31, 9.93, 10.11, 10.57, 10.02, 9.99, 10.4, 10.6, 10.3]
    index: list[float | None] = [3001.2, 3010.7, 2990.3, 3005.5, 3050.1, 3011, 3007, 3030, 3055, 3040]
    trades = [
        trade(DAYS[1], "buy", 333.3333, 10.2, commission=units(5)),
        trade(DAYS[4], "sell", 111.1111, 10.5, commission=units(5), stamp_duty=12_345),
    ]
    flows = [flow(DAYS[0], "bank", 20_000), flow(DAYS[6], "bank", -3_000), flow(DAYS[7], "interest", 1.2345)]
    flows += [flow(DAYS[8], "tax", -0.7), flow(DAYS[8], "other", 3)]
    assets = [asset(day, 19_999.0 + 7 * i, 100.0 * i * i) for i, day in enumerate(DAYS)]
    for known in (assets, []):
        result = fold(market({"A": closes}, index=index), trades, cash_flows=flows, assets=known)
        rows = result.client_day
        assert len(rows) == 10
        assert all(row["pnl"] == sum(row[part] for part in PARTS) for row in rows)
        exposures = [row["exposure"] for row in rows if row["exposure_days"]]
        mean = sum(exposures) / len(exposures)
        benchmark = round(mean * sum(row["assets_market"] for row in rows))
        timing = sum(row["market"] for row in rows) - benchmark
        rest = sum(row[part] for row in rows for part in PARTS[1:])
        assert benchmark + timing + rest == sum(row["pnl"] for row in rows)
        assert (timing == 0) == (known == [])
        assert any(row["unexplained"] for row in rows) == (known != [])


def test_profit_by_assets_leaves_out_what_the_client_brought_and_took() -> None:
    result = fold(
        market({"A": TEN}, index=[100.0, 101.0, *[101.0] * 8]),
        cash_flows=[flow(DAYS[1], "bank", 500), flow(DAYS[2], "bank", -200)],
        assets=[asset(DAYS[0], 1_000, 0), asset(DAYS[1], 1_530, 0), asset(DAYS[2], 1_330, 0)],
    )
    assert [on(result, d)["pnl"] for d in DAYS[:3]] == [0, units(30), 0]
    row = on(result, DAYS[1])
    assert row["sum_y"] == pytest.approx(30 / 1_500)
    assert (row["sum_x"], row["days"]) == (pytest.approx(0.01), 1)
    assert row["assets_market"] == units(10)


def test_growth_is_what_earnings_explain_and_valuation_the_rest() -> None:
    result = fold(
        market({"A": [10.0, 12.0, *[12.0] * 8]}, eps={"A": [1.0, 1.1, *[1.1] * 8]}),
        [trade(DAYS[0], "buy", 100, 10)],
    )
    row = on(result, DAYS[1])
    assert (row["growth"], row["valuation"], row["eps_known"]) == tuple(units(x) for x in (100, 100, 1_000))


def test_quiet_days_leave_no_row_and_events_after_the_last_day_wait() -> None:
    trades = [trade(DAYS[0], "buy", 100, 10), trade(DAYS[1], "sell", 100, 10)]
    late = [flow(SATURDAY, "bank", 5), flow(DAYS[-1] + 1, "bank", 5)]
    result = fold(market({"A": TEN}), trades, cash_flows=late)
    assert [row["date"] for row in result.client_day] == [DAYS[0], DAYS[1], DAYS[5]]


def test_without_fees_and_dividends_profit_is_what_was_realised_and_the_change_on_paper() -> None:
    chance = random.Random(3)
    closes = {s: [float(chance.randint(900, 1_100)) / 100 for _ in DAYS] for s in "ABC"}
    for _ in range(100):
        trades = [
            trade(
                *(chance.choice(DAYS), chance.choice(["buy", "sell"]), chance.randint(1, 9) * 100),
                *(chance.randint(90, 110) / 10, chance.choice("ABC")),
                kind=chance.choice([None, "ordinary", "margin", "short", "ipo", "rights"]),
                trade_id=str(i),
            )
            for i in range(12)
        ]
        for row in fold(market(dict(closes)), trades).client_day:
            assert row["pnl"] == row["pnl_realised"] + row["pnl_unrealised"]
            assert row["pnl"] == sum(row[part] for part in PARTS)
            assert row["unexplained"] == 0
