"""How much of their own activity clients have left, whatever the market: written for every month's end, apart from the drop."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow.parquet as pq

from made_up import branch

RESTS = ("dormant", "lost")


def lived() -> tuple[list[dict], dict[tuple[str, object], str]]:
    """Return the rows of engagement, and the stage of each client on each of their days."""
    truth = branch() / "truth"
    rows = pq.read_table(truth / "engagement.parquet").to_pylist()
    stages: dict[str, list[dict]] = {}
    for row in pq.read_table(truth / "stage.parquet").to_pylist():
        stages.setdefault(row["client_id"], []).append(row)
    return rows, {
        (r["client_id"], r["date"]): [s["stage"] for s in stages[r["client_id"]] if s["from"] <= r["date"]][-1] for r in rows
    }  # fmt: skip


def test_who_rests_or_left_is_not_engaged_and_nobody_more_than_wholly() -> None:
    rows, stage = lived()
    assert {r["engagement"] for r in rows if stage[r["client_id"], r["date"]] in RESTS} == {0.0}
    assert all(0.0 <= r["engagement"] <= 1.0 for r in rows)
    mature = [r["engagement"] for r in rows if stage[r["client_id"], r["date"]] == "mature"]
    assert np.mean(mature) > 0.9


def test_engagement_falls_from_month_to_month_while_a_client_declines() -> None:
    rows, stage = lived()
    pairs = [
        (one["engagement"], next_["engagement"])
        for one, next_ in pairwise(rows)
        if one["client_id"] == next_["client_id"]
        and stage[one["client_id"], one["date"]] == stage[next_["client_id"], next_["date"]] == "declining"
    ]
    assert len(pairs) > 10
    assert all(later < earlier for earlier, later in pairs)


def test_there_is_a_row_for_every_month_end_since_a_client_came() -> None:
    rows, _ = lived()
    ends = sorted({r["date"] for r in rows})
    assert len(ends) == len({(d.year, d.month) for d in ends})
    by_client: dict[str, list] = {}
    for row in rows:
        by_client.setdefault(row["client_id"], []).append(row["date"])
    closed = {
        r["client_id"]
        for r in pq.read_table(branch() / "truth" / "stage.parquet").to_pylist()
        if r["stage"] == "lost"
    }
    assert all(days == ends[len(ends) - len(days) :] for c, days in by_client.items() if c not in closed)
