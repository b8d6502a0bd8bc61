"""What is planned once is run on any rows with the same columns."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.machinery import PathFinder
from importlib.util import find_spec

import narwhals as nw
import pyarrow as pa
import pytest

from zhike.base.errors import BrokenPromise
from zhike.engine import Engine, EngineSettings, session

ROWS = pa.table({"client_id": ["A", "A", "B"], "units": [1, 2, 5]})
OTHER = pa.table({"client_id": ["C"], "units": [7]})


class Planner:
    """Sums units by client, and counts how often it was asked to."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, lazy: Mapping[str, session.Frame]) -> Mapping[str, session.Frame]:
        self.asked += 1
        half = nw.lit(0.5).cast(nw.Float64)
        return {"sums": lazy["rows"].group_by("client_id").agg(nw.col("units").sum().cast(nw.Float64) * half)}


def sums(engine: Engine, what: str, rows: pa.Table, plan: Planner) -> dict[str, float]:
    found = engine.planned(what, {"rows": rows}, plan)["sums"].to_pylist()
    return {row["client_id"]: row["units"] for row in found}


def test_a_plan_is_made_once_and_run_on_other_rows_by_other_engines() -> None:
    plan = Planner()
    with Engine(EngineSettings(threads=1)) as engine:
        assert sums(engine, "once", ROWS, plan) == {"A": 1.5, "B": 2.5}
        assert sums(engine, "once", OTHER, plan) == {"C": 3.5}
    with Engine(EngineSettings(threads=1)) as engine:
        assert sums(engine, "once", ROWS.slice(2), plan) == {"B": 2.5}
    assert plan.asked == 1


def test_other_columns_or_another_purpose_are_planned_anew() -> None:
    plan, wider = Planner(), ROWS.append_column("day", pa.array([1, 2, 3]))
    with Engine(EngineSettings(threads=1)) as engine:
        for what, rows in (("anew", ROWS), ("anew", wider), ("other", ROWS), ("anew", ROWS)):
            assert sums(engine, what, rows, plan) == {"A": 1.5, "B": 2.5}
    assert plan.asked == 3


def test_only_the_latest_plans_are_kept() -> None:
    plan = Planner()
    with Engine(EngineSettings(threads=1)) as engine:
        for n in range(40):
            sums(engine, f"kept {n}", ROWS, plan)
        sums(engine, "kept 39", ROWS, plan)
        assert plan.asked == 40
        sums(engine, "kept 0", ROWS, plan)
    assert plan.asked == 41


def test_a_plan_whose_types_change_when_written_is_refused() -> None:
    def wrong(lazy: Mapping[str, session.Frame]) -> Mapping[str, session.Frame]:
        return {"sums": lazy["rows"].select(nw.col("units") * nw.lit(0.5))}  # DOUBLE, written as DECIMAL

    with Engine(EngineSettings(threads=1)) as engine, pytest.raises(BrokenPromise, match="sums"):
        engine.planned("wrong", {"rows": ROWS}, wrong)


def test_a_plan_does_not_search_the_path_for_pandas_at_every_constant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if find_spec("pandas") is not None:
        pytest.skip("pandas is installed")
    searched: list[str] = []
    known = PathFinder.find_spec

    def watched(name: str, *more: object) -> object:
        searched.append(name)
        return known(name, *more)  # type: ignore[arg-type]

    def many(lazy: Mapping[str, session.Frame]) -> Mapping[str, session.Frame]:
        return {"many": lazy["rows"].select(*(nw.lit(n).alias(f"c{n}") for n in range(20)))}

    monkeypatch.setattr(PathFinder, "find_spec", watched)
    with Engine(EngineSettings(threads=1)) as engine:
        engine.planned("constants", {"rows": ROWS}, many)
    assert searched.count("pandas") <= 2
    assert find_spec("pandas") is None  # as before
