"""Generations with value made by hand, so that every sum can be done in one's head.

Ten individuals I1…I10, the best first: I1 holds and brings most; I10 costs more than it brings. One institution.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from zhike.datacentre.generation import Draft, Generation, Inputs, transitions

FIRST, LAST = date(2025, 5, 30), date(2025, 6, 30)
GRADES = (
    "diamond",
    "platinum",
    "gold",
    "gold",
    "growth",
    "growth",
    "standard",
    "standard",
    "standard",
    "standard",
)
REVENUE = (500.0, 200.0, 100.0, 80.0, 50.0, 30.0, 20.0, 10.0, 5.0, 5.0)
COST = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 100.0)
_DICTIONARY = ("unit", "meaning", "window", "source", "group")  # fmt: skip


def clients(**changed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the clients, an entry of a client and column each; `changed`: client → what is otherwise."""
    found = [
        {
            "client_id": f"I{n + 1}", "kind": "individual", "model_version": "individual-1", "score": 95.0 - 10 * n + n / 2, "grade": GRADES[n],
            "rank": n + 1, "criteria": {"commission": 60.0 - 6 * n, "wallet_gap": 35.0 - 3.5 * n}, "quadrant": ("keep", "develop", "maintain", "reduce")[n % 4],
            "net_now": 1_000.0 * (10 - n), "revenue_12m": REVENUE[n], "contribution_12m": REVENUE[n] - COST[n],
            "logic": "value" if n < 4 else "trend", "stage": "mature" if n % 2 else "growing",
        }
        for n in range(10)
    ]  # fmt: skip
    found.append({
        **found[0], "client_id": "J1", "kind": "institution", "model_version": "institution-1", "criteria": {"seat": 95.0},
        "net_now": 7e8, "revenue_12m": 9e6, "contribution_12m": 9e6,
    })  # fmt: skip
    return [{**row, **changed.get(row["client_id"], {})} for row in found]


def publish(home: Path, day: date, rows: list[dict[str, Any]]) -> Generation:
    """Publish a generation of these clients, with the moves since the one before."""
    home.mkdir(exist_ok=True)
    rows = sorted(rows, key=lambda r: r["client_id"])
    money = ("net_now", "revenue_12m", "contribution_12m")
    value = _table(rows, "client_id", "kind", "model_version", "score", "grade", "rank", "quadrant").append_column(
        "criteria", pa.array([json.dumps(r["criteria"]) for r in rows])
    )  # fmt: skip
    blank, since = pa.nulls(len(rows)), pa.repeat(pa.scalar(FIRST), len(rows))
    for name in ("current", "potential", "watch_since", "note", "note_told"):
        value = value.append_column(name, blank)
    with Draft(home, Inputs.gather(home, {}), day) as draft:
        before = draft.previous
        draft.write("measure", _table(rows, "client_id", *money).cast(_FLOATS))
        draft.write(
            "measure_dictionary",
            pa.table({"name": money, "absent": [0.0] * 3, **{c: ["x"] * 3 for c in _DICTIONARY}}),
        )
        draft.write("value", value.append_column("since", since))
        draft.write(
            "stage",
            _table(rows, "client_id", "stage")
            .append_column("since", since)
            .append_column("reason", pa.repeat("x", len(rows)))
            .append_column("reason_told", pa.nulls(len(rows), pa.string())),
        )
        weights = {
            "client_id": value["client_id"],
            "assets": _exact(rows, "net_now"),
            "revenue": _exact(rows, "revenue_12m"),
        }
        draft.write(
            "transition", transitions(before.read("value") if before else None, value, "grade", weights)
        )
        draft.write("logic", _logics(rows))
        return draft.publish().generation  # fmt: skip


_FLOATS = pa.schema([("client_id", pa.string()), *((n, pa.float64()) for n in ("net_now", "revenue_12m", "contribution_12m"))])  # fmt: skip


def _table(rows: list[dict[str, Any]], *names: str) -> pa.Table:
    return pa.table({n: [r[n] for r in rows] for n in names})


def _exact(rows: list[dict[str, Any]], name: str) -> pa.Array:
    return pa.array([Decimal(str(r[name] or 0.0)) for r in rows], pa.decimal128(38, 4))


def _logics(rows: list[dict[str, Any]]) -> pa.Table:
    known = [r for r in rows if r["logic"] is not None]
    n = len(known)
    third, blank = pa.repeat(1 / 3, n), pa.nulls(n, pa.string())
    return pa.table({
        "client_id": [r["client_id"] for r in known], "logic": [r["logic"] for r in known], "p_value": third, "p_trend": third,
        "p_sentiment": third, "overlay": blank, "evidence": ["{}"] * n, "reason": blank, "reason_told": blank, "since": pa.repeat(pa.scalar(FIRST), n),
    })  # fmt: skip
