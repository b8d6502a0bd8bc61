"""A plan that stays ready gives for any rows what it gives when planned for them alone."""

from __future__ import annotations

import narwhals as nw
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.base.errors import StoreError
from zhike.engine import Engine, EngineSettings
from zhike.engine.prepared import prepared
from zhike.engine.session import Frame

ENGINE = EngineSettings(threads=1)
_ROW = st.tuples(
    st.one_of(st.none(), st.integers(-(10**9), 10**9)), st.one_of(st.none(), st.floats(-1e9, 1e9))
)


def table(rows: list[tuple[int | None, float | None]]) -> pa.Table:
    return pa.table({
        "client_id": pa.array([f"{n:03d}" for n in range(len(rows))], pa.string()),
        "units": pa.array([u for u, _ in rows], pa.int64()), "value": pa.array([v for _, v in rows], pa.float64()),
    })  # fmt: skip


def plan(lazy: Frame) -> Frame:
    """Return what tempts an engine to build a column's least, most and nulls into the plan."""
    units, value = nw.col("units"), nw.col("value")
    return lazy.select(
        "client_id",
        some=nw.when(units > 0).then(units).otherwise(nw.lit(0)),
        known=~value.is_null(),
        ratio=nw.when(units != 0).then(value / units),
        most=nw.max_horizontal(value, units.cast(nw.Float64)),
    )


@given(st.lists(st.lists(_ROW, max_size=8), min_size=1, max_size=4))
def test_rows_of_any_range_come_out_as_if_planned_for_them(
    batches: list[list[tuple[int | None, float | None]]],
) -> None:
    with Engine(ENGINE) as engine:
        for rows in (table(batch) for batch in batches):
            found = prepared(engine, "ready", "rows", rows, plan).sort_by("client_id")
            alone = engine.collect(plan(engine.over(rows))).sort_by("client_id")
            assert found.to_pylist() == alone.to_pylist()
            assert found.schema.names == alone.schema.names


def test_a_plan_is_made_once_for_columns_and_purpose() -> None:
    asked = []

    def noted(lazy: Frame) -> Frame:
        asked.append(1)
        return plan(lazy)

    with Engine(ENGINE) as engine:
        for what, rows in (
            ("one", table([(1, 1.0)])),
            ("one", table([(2, None), (3, 4.0)])),
            ("two", table([])),
        ):
            prepared(engine, ("noted", what), "rows", rows, noted)
    assert len(asked) == 2


def test_a_plan_that_was_given_up_is_made_again() -> None:
    with Engine(ENGINE) as engine:
        for n in (*range(9), 0):
            rows = table([(n, None)])
            assert prepared(engine, ("many", n), "rows", rows, plan)["some"].to_pylist() == [n]


def test_a_run_that_fails_leaves_no_rows_for_the_next() -> None:
    def fails(lazy: Frame) -> Frame:
        return lazy.select("client_id", many=nw.col("units") * nw.col("units") * nw.col("units"))

    with Engine(ENGINE) as engine:
        with pytest.raises(StoreError):
            prepared(engine, "fails", "rows", table([(10**9, None)]), fails)
        assert prepared(engine, "fails", "rows", table([(2, None)]), fails)["many"].to_pylist() == [8]
