"""Rows that a table's definition rules out are refused with table, column and the first bad value."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

import published as made
from published import DAY
from zhike.base.errors import BrokenPromise
from zhike.datacentre.generation.promises import conforming, result_table
from zhike.datacentre.tables import RESULTS

TRANSITION = {
    "table": ["stage"],
    "from": ["growing"],
    "to": ["mature"],
    "clients": [2],
    "assets": [Decimal("10.5")],
    "revenue": [1.00006],
}
DAYS = {"date": [date(2025, 4, 30)]}


def stored(table: str, rows: pa.Table) -> pa.Table:
    return conforming(RESULTS[table], rows, DAY)


def with_column(rows: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return rows.set_column(rows.column_names.index(name), name, values)


def refused(table: str, rows: pa.Table) -> str:
    with pytest.raises(BrokenPromise) as caught:
        stored(table, rows)
    assert caught.value.where.startswith(table)
    assert "fault of the program" in str(caught.value)
    return str(caught.value)


def test_rows_get_the_stored_types_and_the_day() -> None:
    (row,) = stored("transition", pa.table(TRANSITION)).to_pylist()
    assert row == {
        "table": "stage",
        "from": "growing",
        "to": "mature",
        "as_of": DAY,
        "clients": 2,
        "assets": Decimal("10.5000"),
        "revenue": Decimal("1.0001"),  # a float is rounded to the scale
    }


def test_dictionaries_and_columns_of_nulls_are_taken() -> None:
    rows = made.logics()
    rows = with_column(rows, "logic", pa.array(["trend", "value"]).dictionary_encode())
    rows = with_column(rows, "overlay", pa.nulls(2))
    assert stored("logic", rows).schema.field("logic").type == pa.string()
    assert stored("logic", rows)["overlay"].null_count == 2


def test_a_decimal_with_more_digits_is_rounded_half_to_even() -> None:
    amounts = pa.array([Decimal("1.00005"), Decimal("1.00015")])
    rows = pa.table(
        {**{k: v * 2 for k, v in TRANSITION.items()}, "to": ["mature", "lost"], "assets": amounts}
    )
    assert stored("transition", rows)["assets"].to_pylist() == [Decimal("1.0000"), Decimal("1.0002")]


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("stage", ["asleep", "mature"], r"column 'stage' is asleep at client_id=A (∉ prospect, developing,"),
        ("stage", [None, "mature"], r"column 'stage' is null at client_id=A (null)"),
        ("client_id", ["A", None], r"column 'client_id' is null at client_id=None (null)"),
        ("since", ["2025-03-31", "2025-03-31"], r"it is to be date32[day], not string"),
        ("reason", [1, 2], r"it is to be string, not int64"),
    ],
)
def test_a_wrong_value_of_a_stage_is_named(column: str, values: list[object], said: str) -> None:
    assert said in refused("stage", with_column(made.stages(), column, pa.array(values)))


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("p_value", [0.1, 1.2], "column 'p_value' is 1.2 at client_id=B (> 1)"),
        ("p_trend", [-0.1, 0.1], "column 'p_trend' is -0.1 at client_id=A (< 0)"),
        ("p_trend", [0.1, math.nan], "column 'p_trend' is nan at client_id=B (NaN / ∞)"),
        ("p_trend", [-math.inf, 0.1], "column 'p_trend' is -inf at client_id=A"),
    ],
)
def test_a_number_out_of_bounds_is_named(column: str, values: list[float], said: str) -> None:
    assert said in refused("logic", with_column(made.logics(), column, pa.array(values)))


def test_a_bound_of_a_decimal_column_holds_for_floats_given() -> None:
    rows = pa.table({**TRANSITION, "clients": [-1]})
    assert "column 'clients' is -1 at table=stage, from=growing, to=mature (< 0)" in refused(
        "transition", rows
    )
    rates = {
        "logic": ["trend"],
        "state": ["hot"],
        "wave": ["w1"],
        "clients": [1],
        "trades": [1],
        "net_buy": [1.0],
    }
    assert "column 'turnover' is -0.50000000" in refused(
        "phase", pa.table({**rates, "turnover": [-0.5], "pnl": [0]})
    )


def test_an_amount_that_no_decimal_of_the_column_holds_is_refused() -> None:
    assert "a value is no decimal128(18, 4)" in refused(
        "transition", pa.table({**TRANSITION, "assets": [1e15]})
    )


def test_a_missing_a_misspelt_and_a_repeated_column_are_named() -> None:
    rows = made.stages()
    assert "stage.reason" in refused("stage", rows.drop(["reason"]))
    assert "is it to be 'reason'?" in refused(
        "stage", rows.rename_columns(["client_id", "stage", "since", "reson", "reason_told"])
    )
    assert "the column is there twice" in refused("stage", rows.append_column("stage", rows["stage"]))


def test_another_day_than_the_drafts_is_refused() -> None:
    rows = made.stages().append_column("as_of", pa.array([DAY, date(2025, 4, 29)]))
    assert "column 'as_of' is 2025-04-29 at client_id=B" in refused("stage", rows)


def test_a_name_in_a_message_is_masked() -> None:
    rows = with_column(made.cards(), "kind", pa.array(["individual", "person"]))
    assert "is person at client_id=B" in refused("client_card", rows)
    numbers = with_column(made.cards(), "name", pa.array([1, 2]))
    assert "张三丰" not in refused("client_card", numbers)


def test_a_table_no_run_publishes_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(BrokenPromise, match=r"Did you mean 'stage'\?"):
        result_table("stages")
    with pytest.raises(BrokenPromise, match=r"a run publishes no such table"):
        result_table("client_day")


# measure is open: its further columns are what the dictionary names.


def test_measures_are_taken_as_whole_numbers_floats_dates_and_texts_by_name() -> None:
    rows = pa.table(
        {
            "client_id": ["A"],
            "z_days": pa.array([3], pa.int32()),
            "ratio": [0.5],
            "last_trade": [date(2025, 4, 1)],
            "mood": ["calm"],
            "unknown": pa.nulls(1),
        }
    )
    schema = stored("measure", rows).schema
    assert schema.names == ["client_id", "as_of", "last_trade", "mood", "ratio", "unknown", "z_days"]
    assert [str(t) for t in schema.types[2:]] == ["date32[day]", "string", "double", "double", "int64"]


@pytest.mark.parametrize("values", [pa.array([True]), pa.array([Decimal("1.5")]), pa.array([[1]])])
def test_a_measure_of_another_type_is_refused(values: pa.Array) -> None:
    said = refused("measure", pa.table({"client_id": ["A"], "odd": values}))
    assert "measure.odd" in said
    assert "only double, int64, date32[day], string" in said
