"""Checks of typed rows, each on numbers that one can add up by hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pytest

from typed_rows import problems_of
from zhike.datacentre.checks.facts import Facts
from zhike.datacentre.hashes import hashes_of

TRADE = {
    "date": "2025-03-03", "security_id": "600000.SH", "side": "buy", "quantity": "100", "price": "10",
    "amount": "1000",
}  # fmt: skip


def found(name: str, rows: list[dict[str, str]], facts: Facts | None = None) -> dict[str, list[int]]:
    """Type rows of text and run the table's checks; return check → the rows it names."""
    out: dict[str, list[int]] = {}
    for problem in problems_of(name, rows, facts):
        out.setdefault(problem.check, []).extend(map(int, problem.rows))
    return out


def trades(*changes: Mapping[str, str]) -> list[dict[str, str]]:
    return [{**TRADE, **change} for change in changes]


def test_an_ordinary_trade_whose_sums_hold_has_no_finding() -> None:
    assert found("trade", trades({})) == {}


def test_the_amount_of_an_ordinary_trade_is_price_times_quantity() -> None:
    # A price printed as 10 may be an average of up to 10.0005: 100 shares leave 0.05 of room, and half a cent.
    amounts = ("1000.00", "1000.05", "999.95", "1000.06", "999.94")
    assert found("trade", trades(*({"amount": a} for a in amounts))) == {"amount_mismatch": [3, 4]}


def test_an_amount_that_is_rounded_to_the_cent_is_right() -> None:
    # 333 × 3.333 = 1109.889
    assert found("trade", trades({"quantity": "333", "price": "3.333", "amount": "1109.89"})) == {}


def test_an_average_price_rounded_to_three_decimals_is_right() -> None:
    # 700 at 10.00 and 300 at 10.01 are 10003.00, printed as 1000 at 10.003; 3000 shares for 10000 as 3.333
    rows = trades({"quantity": "3000", "price": "3.333", "amount": "10000"})
    assert found("trade", rows) == {}


def test_a_bond_may_be_counted_in_lots_of_ten() -> None:
    # 10 lots of 10 bonds at 101.5 are 10150
    rows = trades({"security_id": "113050.SH", "quantity": "10", "price": "101.5", "amount": "10150"})
    assert found("trade", rows) == {}


@pytest.mark.parametrize("kind", ["repo", "ipo", "rights", "conversion", "creation"])
def test_no_product_is_expected_beyond_ordinary_trades(kind: str) -> None:
    assert found("trade", trades({"kind": kind, "amount": "7", "price": "0"})) == {}


def test_an_ordinary_trade_has_a_price_and_a_quantity() -> None:
    rows = trades({"price": "0", "amount": "0"}, {"quantity": "0", "amount": "0"}, {})
    assert found("trade", rows) == {"zero_price": [0], "zero_quantity": [1]}


def test_quantities_are_never_negative() -> None:
    assert found("trade", trades({"quantity": "-100"}))["negative_quantity"] == [0]


def test_money_leaves_with_a_buy_and_comes_with_a_sale() -> None:
    rows = trades(
        {"net_amount": "-1000"}, {"net_amount": "1000"}, {"side": "sell", "net_amount": "-1000"},
        {"side": "sell", "net_amount": "1000"},
    )  # fmt: skip
    assert found("trade", rows) == {"sign_mismatch": [1, 2]}


def test_a_small_sale_may_cost_more_than_it_brings() -> None:
    # 1 share at 3.00 with a commission of 5.00 takes 2.00 from the account
    row = {
        "side": "sell",
        "quantity": "1",
        "price": "3",
        "amount": "3",
        "commission": "5",
        "net_amount": "-2",
    }
    assert "sign_mismatch" not in found("trade", trades(row))


def test_the_net_amount_is_the_amount_with_all_fees() -> None:
    fees = {"commission": "5", "transfer_fee": "0.01"}
    rows = trades(
        {**fees, "net_amount": "-1005.01"},
        {**fees, "net_amount": "-1004.00"},
        {**fees, "side": "sell", "stamp_duty": "0.5", "net_amount": "994.49"},
        {**fees, "side": "sell", "stamp_duty": "0.5", "net_amount": "1005.51"},
    )
    assert found("trade", rows) == {"net_mismatch": [1, 3]}


def test_a_fee_above_the_table_of_its_day_is_unusual() -> None:
    # Stamp duty in 2025 is 0.05 % of a sale: 0.50 of 1000; commission at most 0.3 %, or 5 yuan.
    rows = trades(
        {"side": "sell", "stamp_duty": "0.5", "commission": "5"},
        {"side": "sell", "stamp_duty": "1"},
        {"stamp_duty": "0.5"},
        {"commission": "50"},
    )
    assert found("trade", rows) == {"fee_unusual": [1, 2, 3]}


def test_trades_fall_on_weekdays_only() -> None:
    rows = trades({"date": "2025-03-01"}, {"date": "2025-03-02"}, {"date": "2025-03-03"})
    assert found("trade", rows) == {"not_a_trading_day": [0, 1]}


def test_other_markets_have_other_calendars() -> None:
    rows = trades({"date": "2025-03-01", "security_id": "XYZ"})
    assert "not_a_trading_day" not in found("trade", rows)


def test_nothing_happens_after_the_day_of_ingestion() -> None:
    assert found("trade", trades({"date": "2025-12-31"}, {"date": "2026-01-05"})) == {"future_date": [1]}


def test_a_listing_may_lie_ahead() -> None:
    row = {"security_id": "600000.SH", "kind": "stock", "listed_on": "2026-02-02"}
    assert found("security", [row]) == {}


def test_an_end_before_its_start_is_named() -> None:
    row = {
        "security_id": "600000.SH",
        "kind": "stock",
        "listed_on": "2020-01-02",
        "delisted_on": "2020-01-01",
    }
    assert found("security", [row]) == {"end_before_start": [0]}


def test_net_assets_are_the_sum_of_their_parts() -> None:
    parts = {
        "date": "2025-03-03",
        "client_id": "C1",
        "cash": "100",
        "securities": "200",
        "funds": "30",
        "debt": "50",
    }
    rows = [{**parts, "net": net} for net in ("280", "280.02", "280.03", "380")]
    assert found("asset", rows) == {"identity_mismatch": [2, 3]}  # two cents are rounding


def test_debt_is_a_positive_amount() -> None:
    row = {
        "date": "2025-03-03",
        "client_id": "C1",
        "cash": "1",
        "securities": "0",
        "funds": "0",
        "debt": "-5",
        "net": "6",
    }
    assert found("asset", [row]) == {"out_of_bounds": [0]}


def test_high_and_low_enclose_open_and_close() -> None:
    day = {
        "date": "2025-03-03",
        "security_id": "600000.SH",
        "open": "10",
        "high": "11",
        "low": "9",
        "close": "10",
    }
    rows = [
        day,
        {**day, "close": "11.5"},
        {**day, "open": "8.9"},
        {**day, "open": "0", "high": "0", "low": "0"},
    ]
    assert found("quote", rows) == {"price_order": [2, 1]}


def test_a_rate_lies_within_its_bounds() -> None:
    client = {"client_id": "C1", "kind": "individual"}
    rows = [{**client, "commission_rate": rate} for rate in ("0.00025", "0.05", "0.06", "-0.001")]
    assert found("client", rows) == {"out_of_bounds": [2, 3]}


def test_a_security_nobody_described_is_told_and_stays() -> None:
    facts = Facts({"security": np.sort(hashes_of(pa.array(["600000.SH", "000001.SZ"])))})
    rows = trades({"security_id": "600000.SH"}, {"security_id": "600001.SH"})
    assert found("trade", rows, facts)["unknown_reference"] == [1]


def test_without_a_security_table_no_security_is_missed() -> None:
    assert "unknown_reference" not in found("trade", trades({"security_id": "600001.SH"}))
