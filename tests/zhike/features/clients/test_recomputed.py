"""On random rows, every measure equals its recomputation in plain Python to 1e-9."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from client_tables import Branch
from few_rows import rows_of, weekdays
from measures_reference import Plain, all_measures
from measures_reference_market import STATES, by_state
from zhike.base.period import date_of
from zhike.datacentre.tables import table as table_called
from zhike.datacentre.tables.definition import Type
from zhike.features.clients import MEASURES

CALENDAR = weekdays(date(2025, 3, 31), 530)
SOLD = ("seat", "pledge", "custody", "banking", "equity_plan", "other", "repo")
TRADING = [date_of(int(day)) for day in CALENDAR.days]
BY_HAND = {"tenure", "age", "risk_assessment_age", "collected_share", "wallet_gap", "commission_discount", "staff_now", "advised_now",
           "accounts_open", "margin_account", "leads_referred_12m", "clients_referred", "response_rate_12m",
           "complaints_upheld_12m", "complaints_open", "complaint_severity_12m"}  # fmt: skip


def client_days(chance: random.Random, client: str, first: int, gaps: float) -> list[dict[str, Any]]:
    """Return random rows of client_day of one client; those that can be absent sometimes are."""
    rows = []
    for day in TRADING[first:]:
        if chance.random() < gaps:
            continue
        row: dict[str, Any] = {"client_id": client, "date": day}
        for column in table_called("client_day").columns[2:]:
            low = column.low is not None
            if column.type is Type.COUNT:
                row[column.name] = (
                    chance.choice((0, 0, 1, 1)) if column.high == 1 else chance.choice((0, 0, 1, 2, 5))
                )
            elif column.type is Type.MONEY:
                row[column.name] = (
                    round(chance.uniform(0 if low else -3e4, 1e5), 4) if chance.random() < 0.7 else 0.0
                )
            else:
                row[column.name] = chance.uniform(0 if low else -0.02, 0.02)
        row["net"], row["debt"] = round(chance.uniform(1e3, 1e5), 2), round(chance.uniform(0, 5e3), 2)
        if chance.random() < 0.1:
            row |= dict.fromkeys(("net", "cash", "funds", "debt"))
        row["exposure_days"], row["return_days"] = int(chance.random() < 0.9), int(chance.random() < 0.9)
        row["days"] = int(row["return_days"] and chance.random() < 0.9)
        row["exposure"] *= row["exposure_days"]
        row["log_return"] *= row["return_days"]
        for sums in ("sum_x", "sum_x2", "sum_y", "sum_y2", "sum_xy"):
            row[sums] *= row["days"]
        row["stocks_before"] = abs(row["stocks_before"])
        rows.append(row)
    return rows


def some(chance: random.Random, client: str, make: Any, n: int) -> list[dict[str, Any]]:
    return [{"client_id": client, **make(chance, k)} for k in range(chance.randrange(n))]


def any_day(chance: random.Random) -> date:
    return TRADING[0] - timedelta(days=30) + timedelta(days=chance.randrange(780))


def stamp(chance: random.Random) -> datetime:
    day = any_day(chance)
    return datetime(day.year, day.month, day.day, chance.randrange(24))


def money(chance: random.Random, high: float) -> float:
    return round(chance.uniform(0, high), 2)


def trip(chance: random.Random, k: int) -> dict[str, Any]:
    opened = chance.randrange(len(TRADING) - 1)
    closed = min(opened + chance.randrange(120), len(TRADING) - 1)
    return {"security_id": f"S{k}", "opened_on": TRADING[opened], "closed_on": TRADING[closed], "cost": money(chance, 1e4) + 1,
            "proceeds": money(chance, 2e4), "fees": money(chance, 20), "holding_days": chance.uniform(0, 90), "ordinal": 1}  # fmt: skip


def position(chance: random.Random, k: int) -> dict[str, Any]:
    return {"security_id": f"S{k}", "quantity": chance.choice((-100, 0, 100, 200)), "cost": money(chance, 1e4) + 1, "market_value": money(chance, 2e4),
            "opened_on": chance.choice(TRADING), "seeded": chance.random() < 0.2}  # fmt: skip


OUTCOMES = (None, "", "已沟通", "未接通", "无人接听，改日再打", "Busy", "客户拒绝")
MAKERS: dict[str, tuple[Any, int]] = {
    "round_trip": (trip, 40),
    "position": (position, 9),
    "login": (lambda c, k: {"date": TRADING[0] + timedelta(days=3 * k), "count": c.randrange(1, 4)}, 250),
    "contact": (lambda c, k: {"contact_id": str(k), "at": stamp(c), "minutes": c.choice((None, 3.0, 7.5)), "outcome": c.choice(OUTCOMES)}, 30),
    "complaint": (lambda c, k: {"complaint_id": str(k), "opened_at": stamp(c), "severity": c.randrange(1, 4)}, 5),
    "survey": (lambda c, k: {"answer_id": str(k), "at": stamp(c), "kind": c.choice(("csat", "nps", "importance")), "score": c.randrange(1, 6), "scale_max": 5}, 20),
    "product_order": (lambda c, k: {"order_id": str(k), "date": any_day(c), "product_id": f"P{c.randrange(4)}", "side": c.choice(("subscribe", "redeem")),
                                    "amount": money(c, 1e4), "fee": c.choice((None, money(c, 50)))}, 15),
    "business": (lambda c, k: {"month": date(2024, 1 + k % 12, 1), "kind": SOLD[k % 7] if k < 12 else "margin", "revenue": money(c, 1e4)}, 20),
    "trade": (lambda c, k: {"trade_id": str(k), "date": c.choice(TRADING), "security_id": f"S{c.randrange(3)}", "side": c.choice(("buy", "sell")),
                            "kind": c.choice((None, "ordinary", "margin", "repo")), "amount": money(c, 1e5)}, 60),
}  # fmt: skip


def disturbed(chance: random.Random, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows in any order, with some of days before the first known and after the last."""
    outside = [
        TRADING[0] - timedelta(days=9),
        TRADING[-1] + timedelta(days=1),
        TRADING[-1] + timedelta(days=40),
    ]
    more = [r | {"date": day} for r in chance.sample(rows, 40) for day in outside]
    known = {(r["client_id"], r["date"]): r for r in rows + more}
    return chance.sample(list(known.values()), len(known))


@pytest.fixture(scope="module", params=["in order", "in any order"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Mapping[str, Any], dict[str, dict[str, Any]]]:
    """Return what the engine and what plain Python make of the same random branch."""
    chance, plainly = random.Random(7), request.param == "in order"
    shapes = {
        "A": (0, 0.0),
        "B": (0, 0.3),
        "C": (400, 0.0),
        "D": (515, 0.1),
        "E": (281, 0.02),
        "F": (0, 0.97),
        "G": (510, 0.0),
    }
    tables: dict[str, list[dict[str, Any]]] = {
        "client_day": [row for name, shape in shapes.items() for row in client_days(chance, name, *shape)]
    }
    for name, (make, n) in MAKERS.items():
        tables[name] = [row for client in (*shapes, "H") for row in some(chance, client, make, n)]
    market = [
        {"date": d, "money_effect": chance.uniform(0, 100), "state": chance.choice(STATES)} for d in TRADING
    ]
    if not plainly:
        tables["client_day"] = disturbed(chance, tables["client_day"])
        market = [r | {c: None for c in ("money_effect", "state") if chance.random() < 0.1} for r in market]
    empty = ("account", "relation", "lead")
    stored = {
        name: rows_of(name, rows)
        for name, rows in (tables | {"market_state": market} | {name: [] for name in empty}).items()
    }
    stored["client"] = rows_of("client", [{"client_id": c} for c in "ABCDEFGHI"])
    stored["referred"] = stored["client"].select(["client_id", "referrer_id", "opened_on"])
    measured = Branch(tmp_path_factory.mktemp("branch"), CALENDAR, stored).measures()
    plain = {c: Plain(c, tables, TRADING) for c in "ABCDEFGHI"}
    return measured, {c: all_measures(p) | by_state(p, market) for c, p in plain.items()}


def test_every_measure_is_recomputed_but_those_worked_out_by_hand(both: Any) -> None:
    built = {m.name for m in MEASURES.values() if m.build is not None}
    assert set(both[1]["A"]) == built - BY_HAND


@pytest.mark.parametrize("client", list("ABCDEFGHI"))
def test_every_measure_equals_its_recomputation(both: Any, client: str) -> None:
    got, expected = both[0][client], both[1][client]
    wrong = {n: (got[n], v) for n, v in expected.items() if not alike(got[n], v)}
    assert wrong == {}


def alike(a: float | None, b: float | None) -> bool:
    """Tell whether two values are the same to 1e-9; null is only like null."""
    return a is b if a is None or b is None else bool(a == pytest.approx(b, rel=1e-9, abs=1e-9))
