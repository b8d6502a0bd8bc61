"""Counts of a book that pages show without counting: clients by class, for the branch, each branch and each member of staff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

CLASSES = ("logic", "stage", "grade", "quadrant", "kind")
_SUMS = ("net_now", "revenue_12m")
_KEYS = ("branch_id", "staff_id")


def told(pieces: Sequence[pa.Table]) -> dict[str, Any]:
    """Count clients, given their classes, branch, staff, assets and revenue in pieces.

    Return {clients, net_now, revenue_12m, by: {class: {value: clients}}, branch_id: {branch: the same}, staff_id: {…}}.
    """
    rows = pa.concat_tables(pieces)
    plain = {n: pc.fill_null(rows[n].cast(pa.string()), "") for n in (*CLASSES, *_KEYS)}
    rows = pa.table(plain | {n: pc.fill_null(rows[n].cast(pa.float64()), 0.0) for n in _SUMS})
    found: dict[str, Any] = {
        "clients": len(rows),
        **{n: round(pc.sum(rows[n]).as_py() or 0.0, 2) for n in _SUMS},
    }
    found["by"] = {
        c: {v["values"]: v["counts"] for v in pc.value_counts(rows[c]).to_pylist()} for c in CLASSES
    }
    for key in _KEYS:
        found[key] = _by(rows, key)
    return found


def _by(rows: pa.Table, key: str) -> dict[str, Any]:
    sums = rows.group_by(key).aggregate([(key, "count"), *((n, "sum") for n in _SUMS)])
    found: dict[str, Any] = {
        row[key]: {"clients": row[f"{key}_count"], **{n: round(row[f"{n}_sum"], 2) for n in _SUMS}, "by": {}}
        for row in sums.to_pylist()
    }
    for name in CLASSES:
        for row in rows.group_by([key, name]).aggregate([(name, "count")]).to_pylist():
            found[row[key]]["by"].setdefault(name, {})[row[name]] = row[f"{name}_count"]
    return found
