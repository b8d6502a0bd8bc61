"""Accounts of a simulated branch keep every rule of the exchange and every sum, to the fen."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

import branch_facts as facts
from made_up import branch
from zhike.base.exchange import expected_fees, fee_family_of
from zhike.datacentre.tables import TABLES

VARIANTS = ("standard", "rules", "habits")
FREE = ("repo", "ipo")


def rows(variant: str, name: str) -> list[dict]:
    return facts.table(branch(variant=variant) / "drop", name).to_pylist()


@pytest.mark.parametrize("variant", VARIANTS)
def test_nothing_is_sold_on_the_day_it_was_bought(variant: str) -> None:
    held: dict[tuple, int] = defaultdict(int)
    for row in seeds(variant):
        held[row["client_id"], row["security_id"]] += row["quantity"]
    events = [
        (t["date"], 1 if t["side"] == "sell" else 2, t) for t in rows(variant, "trade") if t["kind"] != "repo"
    ]
    events += [(c["date"], 0, c) for c in arrivals(variant)]
    for _, kind, row in sorted(events, key=lambda e: e[:2]):
        key = row["client_id"], row["security_id"]
        if kind == 1:
            assert row["quantity"] <= held[key], row
        held[key] += -row["quantity"] if kind == 1 else row["quantity"]


def seeds(variant: str) -> list[dict]:
    held = rows(variant, "holding")
    first = min(r["date"] for r in held)
    return [r for r in held if r["date"] == first]


def arrivals(variant: str) -> list[dict]:
    """Return bookings of new shares by rights; those of subscriptions repeat what the trade said."""
    paid = {(t["client_id"], t["security_id"]) for t in rows(variant, "trade") if t["kind"] == "ipo"}
    listed = {(s["client_id"], s["security_id"]) for s in seeds(variant)} | paid
    actions = {
        (a["security_id"], a["ex_date"]) for a in rows(variant, "corporate_action") if a["kind"] != "dividend"
    }
    return [
        c for c in rows(variant, "custody")
        if c["kind"] == "listing" and ((c["security_id"], c["date"]) in actions or (c["client_id"], c["security_id"]) not in listed)
    ]  # fmt: skip


@pytest.mark.parametrize("variant", VARIANTS)
def test_purchases_are_whole_lots(variant: str) -> None:
    for row in rows(variant, "trade"):
        if row["side"] == "buy" and row["kind"] not in FREE:
            assert row["quantity"] % 100 == 0
            assert row["quantity"] >= (200 if row["security_id"].startswith("688") else 100)


@pytest.mark.parametrize("variant", VARIANTS)
def test_trades_lie_in_the_day_s_range_and_never_at_a_limit_that_holds_them_off(variant: str) -> None:
    q = facts.quotes(branch(variant=variant) / "drop")
    for row in rows(variant, "trade"):
        if row["kind"] in FREE:
            continue
        key, price = (row["security_id"], row["date"]), float(row["price"])
        assert key not in q.rested
        assert q.low[key] - 1e-9 <= price <= q.high[key] + 1e-9
        if row["side"] == "buy":
            assert price < q.up.get(key, 1e9)
        else:
            assert price > q.down.get(key, 0.0)


@pytest.mark.parametrize("variant", VARIANTS)
def test_cash_follows_from_trades_and_flows_to_the_fen_and_is_never_negative(variant: str) -> None:
    moved: dict[tuple, Decimal] = defaultdict(Decimal)
    for row in rows(variant, "trade"):
        moved[row["client_id"], row["date"]] += row["net_amount"]
    for row in rows(variant, "cash_flow"):
        moved[row["client_id"], row["date"]] += row["amount"]
    before: dict[str, Decimal] = {}
    for row in sorted(rows(variant, "asset"), key=lambda r: (r["client_id"], r["date"])):
        who = row["client_id"]
        start = before.get(who, Decimal(0))
        if who in before or (who, row["date"]) in moved:
            assert row["cash"] == start + moved[who, row["date"]], row
        assert row["cash"] >= 0
        assert row["net"] == row["cash"] + row["securities"] + row["funds"] - row["debt"]
        before[who] = row["cash"]


def test_debt_follows_from_loans_and_repayments() -> None:
    lent: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows("standard", "cash_flow"):
        if row["flag"] in ("融资借款", "偿还融资负债本金"):
            lent[row["client_id"]] += row["amount"]
    last = {}
    for row in rows("standard", "asset"):
        last[row["client_id"]] = row["debt"]
    assert {c for c, d in last.items() if d > 0} <= set(lent)
    assert all(last[c] == lent[c] for c in lent)


def test_month_end_positions_follow_from_trades_rights_and_transfers() -> None:
    moves = [(t["date"], t["client_id"], t["security_id"], t["quantity"] * (1 if t["side"] == "buy" else -1))
             for t in rows("standard", "trade") if t["kind"] != "repo"]  # fmt: skip
    moves += [(c["date"], c["client_id"], c["security_id"], c["quantity"]) for c in arrivals("standard")]
    moves += [(c["date"], c["client_id"], c["security_id"], -c["quantity"])
              for c in rows("standard", "custody") if c["kind"] in ("custody", "designation")]  # fmt: skip
    held: dict[tuple, int] = defaultdict(int)
    for row in seeds("standard"):
        held[row["client_id"], row["security_id"]] += row["quantity"]
    last = max(r["date"] for r in rows("standard", "holding"))
    for date, client, security, quantity in moves:
        if date <= last:
            held[client, security] += quantity
    stated = {(r["client_id"], r["security_id"]): r["quantity"] for r in rows("standard", "holding")
              if r["date"] == last and not r["security_id"].startswith("204")}  # fmt: skip
    assert {k: q for k, q in held.items() if q and not k[1].startswith("204")} == stated


def test_collateral_goes_out_of_one_account_and_into_the_other() -> None:
    balance: dict[tuple, int] = defaultdict(int)
    moved = [c for c in rows("standard", "custody") if c["kind"] == "collateral"]
    for row in moved:
        balance[row["client_id"], row["security_id"], row["date"]] += row["quantity"] * (
            1 if row["direction"] == "in" else -1
        )
    assert moved
    assert set(balance.values()) == {0}


def test_fees_are_the_tariff_of_the_day_and_five_yuan_at_least() -> None:
    rate = {c["client_id"]: c["commission_rate"] for c in rows("standard", "client")}
    for row in [t for t in rows("standard", "trade") if t["kind"] in ("ordinary", "margin")][:2000]:
        fees = expected_fees(
            row["side"],
            fee_family_of(row["security_id"]),
            row["date"],
            row["amount"],
            Decimal(row["quantity"]),
        )
        assert row["stamp_duty"] == (fees.stamp_duty or 0)
        assert row["transfer_fee"] == (fees.transfer_fee or 0)
        due = max(Decimal(5), rate[row["client_id"]] * row["amount"])
        assert row["commission"] <= fees.commission_cap
        assert abs(row["commission"] - due) <= Decimal("0.01") or row["side"] == "sell"


def test_every_table_of_the_contract_is_written_and_every_required_column_filled() -> None:
    for name, table in TABLES.items():
        made = facts.table(branch(variant="standard") / "drop", name)
        assert made.num_rows > 0, name
        for column in table.columns:
            if not column.nullable:
                assert made[column.name].null_count == 0, f"{name}.{column.name}"


def test_the_truth_lies_apart_and_covers_every_client() -> None:
    folder = branch(variant="standard")
    truth = pq.read_table(folder / "truth" / "client.parquet")
    assert truth["client_id"].to_pylist() == facts.table(folder / "drop", "client")["client_id"].to_pylist()
    purity = truth["purity"].to_numpy()
    assert purity.min() >= 0.55
    assert purity.max() <= 0.95
    fifths = [((purity >= 0.55 + 0.08 * k) & (purity < 0.63 + 0.08 * k)).mean() for k in range(5)]
    assert min(fifths) > 0.12
    assert not {p.name for p in (folder / "drop").rglob("*")} & {p.name for p in (folder / "truth").rglob("*")} - {
        "client.parquet", "channel.parquet",
    }  # fmt: skip
