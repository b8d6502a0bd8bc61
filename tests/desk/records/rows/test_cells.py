"""The map of segments is added up by the night: three levels, the same clients in each, few rows however many clients."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from django.db.models import Sum

from zhike_desk.records.models import BookCell, BookClient
from zhike_desk.records.queries.clients import CHOICES
from zhike_desk.records.rows.cells import cells, counted


def clients(rows: int, seed: int = 7) -> pa.Table:
    """Make clients up: one branch, a member of staff for 150 of them, classes by chance, 10 CNY and 1 CNY each."""
    dice = np.random.default_rng(seed)
    classes = {
        name: pa.array(dice.choice(CHOICES[name], rows))
        for name in ("kind", "logic", "stage", "grade", "quadrant")
    }
    return pa.table(
        {
            "branch_id": pa.array(["3101"] * rows),
            "staff_id": pa.array([f"E{n // 150:05}" for n in range(rows)]),
            **classes,
            "frozen": pa.array([False] * rows),
            "net_now": pa.array([10.0] * rows),
            "revenue_12m": pa.array([1.0] * rows),
        }
    )


def added(rows: list[pa.Table], level: str) -> tuple[int, float, float]:
    found = [r for table in rows for r in table.to_pylist() if r["level"] == level]
    return tuple(sum(r[n] for r in found) for n in ("clients", "assets", "revenue"))


def test_each_level_adds_up_to_the_same_clients() -> None:
    made = list(cells([counted(clients(300)), counted(clients(200, seed=8))]))
    assert added(made, "house") == added(made, "branch") == added(made, "staff") == (500, 5000.0, 500.0)


def test_unknown_money_and_classes_add_nothing_and_are_empty() -> None:
    rows = pa.table(
        {
            "branch_id": ["3101", "3101"],
            "staff_id": pa.array([None, None], pa.string()),
            **{
                n: pa.array([None, None], pa.string())
                for n in ("kind", "logic", "stage", "grade", "quadrant")
            },
            "frozen": pa.array([None, None], pa.bool_()),
            "net_now": pa.array([None, 5.0], pa.float64()),
            "revenue_12m": pa.array([float("nan"), 2.0], pa.float64()),
        }
    )
    house = next(cells([counted(rows)])).to_pylist()
    assert [(r["clients"], r["assets"], r["revenue"], r["logic"]) for r in house] == [(2, 5.0, 2.0, "")]


def test_a_branch_of_any_size_has_no_more_rows_than_its_classes_allow() -> None:
    bound = 3 * 5 * 8 * 5 * 4  # kinds × logics × stages × grades × quadrants
    house, branch, _ = cells([counted(clients(100_000, seed=n)) for n in range(2)])
    assert len(house) == len(branch) == bound


def test_no_client_has_no_cell() -> None:
    assert list(cells([])) == []


def test_the_published_cells_count_the_published_clients(db: Path) -> None:
    for level in ("house", "branch", "staff"):
        sums = BookCell.objects.filter(level=level).aggregate(Sum("clients"))
        assert sums["clients__sum"] == BookClient.objects.count()
