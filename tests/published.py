"""A small generation, made of tables by hand: two clients, two measures, their stages and logics."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa

from zhike.datacentre.generation import Draft, Inputs, Published

DAY = date(2025, 4, 30)
DICTIONARY = {
    "name": ["turnover", "trades"],
    "unit": ["times", "trades"],
    "meaning": ["Value traded over net assets.", "Trades."],
    "window": ["120", "120"],
    "absent": [0.0, 0.0],
    "source": ["trade, asset", "trade"],
    "group": ["trading", "activity"],
}


def stages(a: str = "growing", b: str = "mature") -> pa.Table:
    """Return the stages of clients A and B."""
    since = pa.array([date(2025, 3, 31)] * 2)
    told = ['["stage.waiting"]', None]
    return pa.table(
        {"client_id": ["A", "B"], "stage": [a, b], "since": since, "reason": ["x", "y"], "reason_told": told}
    )


def measures(turnover: float | None = 1.5) -> pa.Table:
    """Return two measures of clients A and B; A's turnover may be another."""
    columns = [
        pa.array(["A", "B"]),
        pa.array([turnover, 0.25], pa.float64()),
        pa.array([3, None], pa.int64()),
    ]
    return pa.table(columns, names=["client_id", "turnover", "trades"])


def logics(a: str = "trend", b: str = "value") -> pa.Table:
    """Return the logics of clients A and B."""
    return pa.table(
        {
            "client_id": ["A", "B"],
            "logic": [a, b],
            "p_value": [0.1, 0.8],
            "p_trend": [0.7, 0.1],
            "p_sentiment": [0.2, 0.1],
            "overlay": pa.array([None, "margin"], pa.string()),
            "evidence": ["{}", "{}"],
            "reason": pa.array([None, None], pa.string()),
            "reason_told": pa.array([None, None], pa.string()),
            "since": pa.array([date(2025, 3, 31)] * 2),
        }
    )


def cards() -> pa.Table:
    """Return the heads of the pages of clients A and B, with names."""
    blank = pa.array([None, None], pa.string())
    return pa.table(
        {
            "client_id": ["A", "B"],
            "kind": ["individual", "individual"],
            "name": ["张三丰", "李四"],
            "phone": ["13800000001", "13800000002"],
            "branch_id": blank,
            "opened_on": pa.array([None, None], pa.date32()),
            "risk_level": ["C3", None],
        }
    )


def tables(**others: pa.Table) -> dict[str, pa.Table]:
    """Return the tables of a small generation; `others` stand in the place of those, or beside them."""
    own = {
        "measure": measures(),
        "measure_dictionary": pa.table(DICTIONARY),
        "stage": stages(),
        "logic": logics(),
    }
    return {**own, **others}


def publish(
    home: Path, day: date = DAY, settings: Mapping[str, object] | None = None, **others: pa.Table
) -> Published:
    """Publish a small generation, as a run does."""
    with Draft(home, Inputs.gather(home, settings or {}), day) as draft:
        for name, rows in tables(**others).items():
            draft.write(name, rows)
        return draft.publish()
