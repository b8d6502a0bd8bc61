from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from few_rows import rows_of
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables.branch import PHASE
from zhike.models.phases import merged, partial

D1, D2, D3 = (date(2025, 1, day) for day in (2, 3, 6))
AS_OF = D3


def days(*rows: Mapping[str, Any]) -> pa.Table:
    return rows_of("client_day", rows)


STATES = rows_of(
    "market_state",
    [
        {"date": D1, "state": "hot", "wave": "1"},
        {"date": D2, "state": "hot", "wave": "1"},
        {"date": D3, "state": "hot"},
    ],
)
LOGICS = rows_of("logic", [{"client_id": "A", "logic": "trend"}, {"client_id": "B", "logic": "trend"}])

A = days(
    {"client_id": "A", "date": D1, "trades": 2, "buy_amount": 300, "sell_amount": 100, "net": 1000, "pnl": 7},
    {"client_id": "A", "date": D2, "trades": 1, "buy_amount": 100, "net": 1200, "pnl": -2},
    {"client_id": "A", "date": D3, "net": 1200, "pnl": 5},
)
B = days({"client_id": "B", "date": D1, "trades": 1, "sell_amount": 50, "net": 800, "pnl": 1})
C = days({"client_id": "C", "date": D3, "trades": 1, "buy_amount": 10, "stocks": 40})


def test_each_logic_is_told_by_state_and_wave() -> None:
    found = merged([partial(pa.concat_tables([A, B, C]), STATES, LOGICS)], STATES, AS_OF)
    assert found.schema == schema_of(PHASE)
    plain = [
        {k: float(v) if isinstance(v, Decimal) else v for k, v in row.items()} for row in found.to_pylist()
    ]
    # wave 1 has two days: assets 1000 + 1200 + 800 over them are 1500 a day; 550 were traded
    assert plain == [
        {"logic": "trend", "state": "hot", "wave": "1", "as_of": AS_OF, "clients": 2, "trades": 4, "net_buy": 250.0,
         "turnover": 0.36666667, "pnl": 6.0},
        {"logic": "trend", "state": "hot", "wave": "undated", "as_of": AS_OF, "clients": 0, "trades": 0, "net_buy": 0.0,
         "turnover": 0.0, "pnl": 5.0},
        {"logic": "insufficient", "state": "hot", "wave": "undated", "as_of": AS_OF, "clients": 1, "trades": 1,
         "net_buy": 10.0, "turnover": 0.25, "pnl": 0.0},
    ]  # fmt: skip


def test_buckets_add_up_to_the_same_in_any_order() -> None:
    whole = merged([partial(pa.concat_tables([A, B, C]), STATES, LOGICS)], STATES, AS_OF)
    parts = [partial(t, STATES, LOGICS) for t in (A, B, C)]
    assert merged(parts, STATES, AS_OF).equals(whole)
    assert merged(reversed(parts), STATES, AS_OF).equals(whole)


def test_where_assets_are_unknown_the_days_trades_show_the_least_there_was() -> None:
    # bought and sold again within the phase, assets never told: 30 on the one day, 20 on the other, 25 a day; 50 traded
    bare = days(
        {"client_id": "A", "date": D1, "trades": 1, "buy_amount": 30, "stocks": 25},
        {"client_id": "A", "date": D2, "trades": 1, "sell_amount": 20},
    )
    assert merged([partial(bare, STATES, LOGICS)], STATES, AS_OF)["turnover"].to_pylist() == [Decimal(2)]


def test_days_without_a_market_state_are_left_out() -> None:
    early = days({"client_id": "A", "date": date(2024, 12, 31), "trades": 1, "buy_amount": 10})
    assert merged([partial(early, STATES, LOGICS)], STATES, AS_OF).num_rows == 0
    assert merged([], STATES, AS_OF).num_rows == 0


def test_days_before_the_market_has_a_state_are_left_out() -> None:
    early = rows_of("market_state", [{"date": D1}, {"date": D2, "state": "hot"}])
    found = merged([partial(A, early, LOGICS)], early, AS_OF).to_pylist()
    assert [(r["state"], r["wave"], r["trades"], r["pnl"]) for r in found] == [("hot", "undated", 1, -2)]
    unnamed = early.slice(0, 1)
    assert merged([partial(A, unnamed, LOGICS)], unnamed, AS_OF).num_rows == 0
