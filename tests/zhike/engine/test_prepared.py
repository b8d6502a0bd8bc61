"""A plan that stays ready gives for any rows what it gives when planned for them alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import narwhals as nw
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.base.errors import BrokenPromise
from zhike.engine import Engine, EngineSettings, session
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


def test_a_run_that_fails_says_so_and_leaves_no_rows_for_the_next() -> None:
    def fails(lazy: Frame) -> Frame:
        return lazy.select("client_id", many=nw.col("units") * nw.col("units") * nw.col("units"))

    with Engine(ENGINE) as engine:
        with pytest.raises(BrokenPromise, match="formula"):
            prepared(engine, "fails", "rows", table([(10**9, None)]), fails)
        assert prepared(engine, "fails", "rows", table([(2, None)]), fails)["many"].to_pylist() == [8]


def test_threads_of_a_process_dont_mix_their_rows() -> None:
    def run(thread: int) -> list[set[int]]:
        with Engine(ENGINE) as engine:
            many = table([(thread, None)] * 500)
            return [
                set(prepared(engine, "threads", "rows", many, plan)["some"].to_pylist()) for _ in range(20)
            ]

    with ThreadPoolExecutor(3) as pool:
        for thread, found in enumerate(pool.map(run, (1, 2, 3)), 1):
            assert found == [{thread}] * 20


def test_a_prepared_plan_keeps_to_the_settings_and_fetches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    opened, connect = [], session.connected

    def noting(settings: EngineSettings) -> Any:
        opened.append(connect(settings))
        return opened[-1]

    monkeypatch.setattr("zhike.engine.prepared.connected", noting)
    small = EngineSettings(threads=1, memory=256 << 20)
    with Engine(small) as engine:
        prepared(engine, "settings", "rows", table([(1, None)]), plan)
    (connection,) = opened
    wanted = {
        "memory_limit": "256.0 MiB", "threads": 1, "autoinstall_known_extensions": False,
        "autoload_known_extensions": False, "enable_progress_bar": False,
    }  # fmt: skip
    asked = ", ".join(f"current_setting('{name}')" for name in wanted)
    assert connection.execute(f"SELECT {asked}").fetchone() == tuple(wanted.values())
