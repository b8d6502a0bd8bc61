"""Rows against the definition of their table. A room that gives other rows has a fault: BrokenPromise, never a finding.

Types are brought to the stored ones where nothing but digits beyond the scale is lost: whole numbers and floats become
decimals (rounded to the scale), dictionaries plain text, `as_of` is filled in. A float must be a number: what isn't
known is null, never NaN.
"""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches

import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.errors import BrokenPromise
from zhike.base.text import Said, say
from zhike.datacentre.masks import masked
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables import RESULTS
from zhike.datacentre.tables.definition import Column, Table

AS_OF, OPEN, DICTIONARY = "as_of", "measure", "measure_dictionary"
OPEN_TYPES = (pa.float64(), pa.int64(), pa.date32(), pa.string())
_NEXT = say(
    "这是程序的错误，不是数据的问题：什么都没有发布，上一期仍有效。请连同此信息报告。",
    "This is a fault of the program, not of the data: nothing was published, the last generation stands. "
    "Please report it with this message.",
)


def broken(table: str, column: str, what: Said) -> BrokenPromise:
    """Return the error that says which table and column broke which promise."""
    where = f"{table}.{column}" if column else table
    return BrokenPromise(
        say(f"表 {table} 违反定义：{what.zh}", f"Table '{table}' breaks its definition: {what.en}"),
        where=where,
        next_=_NEXT,
    )


def result_table(name: str) -> Table:
    """Return the definition of a published table; raise BrokenPromise where a run publishes no such table."""
    if name in RESULTS:
        return RESULTS[name]
    near = get_close_matches(name, RESULTS, n=1)
    hint = say(f"是否想写“{near[0]}”？", f"Did you mean '{near[0]}'?") if near else say("", "")
    raise broken(name, "", say(f"运行不发布这张表。{hint.zh}", f"a run publishes no such table. {hint.en}"))


def schema_for(table: Table, rows: pa.Schema) -> pa.Schema:
    """Return the schema that rows of a table are stored with; an open table has the further columns of `rows`, by name."""
    schema = schema_of(table)
    if table.name != OPEN:
        return schema
    further = sorted((f for f in rows if f.name not in schema.names), key=lambda f: f.name)
    return pa.schema([*schema, *(pa.field(f.name, _open_type(table, f)) for f in further)])


def _open_type(table: Table, field: pa.Field) -> pa.DataType:
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    if pa.types.is_large_string(kind) or pa.types.is_null(kind):
        kind = pa.string() if pa.types.is_large_string(kind) else pa.float64()
    elif pa.types.is_integer(kind):
        kind = pa.int64()
    if kind not in OPEN_TYPES:
        allowed = ", ".join(map(str, OPEN_TYPES))
        raise broken(
            table.name,
            field.name,
            say(
                f"指标不能是 {field.type}，可用 {allowed}", f"a measure can't be {field.type}, only {allowed}"
            ),
        )
    return kind


def other_columns(table: Table, due: pa.Schema, found: pa.Schema) -> BrokenPromise:
    """Return the error for a piece of an open table that hasn't the columns of the pieces before it."""
    odd = sorted({f"{f.name} {f.type}" for f in due} ^ {f"{f.name} {f.type}" for f in found})
    return broken(
        table.name,
        odd[0].partition(" ")[0],
        say(f"各部分的列不同：{', '.join(odd)}", f"its pieces have different columns: {', '.join(odd)}"),
    )


def conforming(table: Table, rows: pa.Table, as_of: date) -> pa.Table:
    """Return the rows in the stored types and order of columns, having checked all that rows alone can show.

    Raise BrokenPromise naming table, column and the first value that breaks the definition. Keys across files are
    looked at when everything is there.
    """
    if AS_OF not in rows.column_names:
        rows = rows.append_column(AS_OF, pa.repeat(pa.scalar(as_of, pa.date32()), rows.num_rows))
    schema = schema_for(table, rows.schema)
    _same_names(table, schema.names, rows.column_names)
    columns = [_typed(table, rows, schema.field(name)) for name in schema.names]
    stored = pa.table(columns, schema=pa.schema([f.with_nullable(True) for f in schema]))
    for column in table.columns:
        _check(table, column, stored)
    _refuse(table, stored, AS_OF, pc.not_equal(stored[AS_OF], pa.scalar(as_of)), f"≠ {as_of}")
    for field in schema:
        if pa.types.is_floating(field.type):
            _refuse(table, stored, field.name, pc.invert(pc.is_finite(stored[field.name])), "NaN / ∞")
    return stored


def _same_names(table: Table, due: list[str], found: list[str]) -> None:
    twice = next((n for n in found if found.count(n) > 1), None)
    if twice:
        raise broken(table.name, twice, say("列重复", "the column is there twice"))
    for name in found:
        if name not in due:
            near = get_close_matches(name, [d for d in due if d not in found], n=1)
            also = (f"，是否应为 {near[0]}", f"; is it to be '{near[0]}'?") if near else ("", "")
            raise broken(table.name, name, say(f"没有这一列{also[0]}", f"there is no such column{also[1]}"))
    missing = next((n for n in due if n not in found), None)
    if missing:
        raise broken(table.name, missing, say("缺少这一列", "the column is missing"))


def _typed(table: Table, rows: pa.Table, field: pa.Field) -> pa.ChunkedArray:
    """Bring a column to its stored type; raise where that would change more than digits beyond the scale."""
    column, kind = rows[field.name], field.type
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not _castable(column.type, kind):
        raise broken(
            table.name,
            field.name,
            say(f"类型应为 {kind}，却是 {column.type}", f"it is to be {kind}, not {column.type}"),
        )
    try:
        if pa.types.is_decimal(kind):
            return _decimal(column, kind)
        return column.cast(kind)
    except pa.ArrowInvalid as error:
        raise broken(
            table.name, field.name, say(f"值无法存为 {kind}：{error}", f"a value is no {kind}: {error}")
        ) from error


def _castable(given: pa.DataType, due: pa.DataType) -> bool:
    kinds = pa.types
    if given == due or kinds.is_null(given):
        return True
    if kinds.is_decimal(due):
        return any(is_(given) for is_ in (kinds.is_decimal, kinds.is_floating, kinds.is_integer))
    if kinds.is_floating(due):
        return any(is_(given) for is_ in (kinds.is_floating, kinds.is_integer))
    if kinds.is_string(due):
        return any(is_(given) for is_ in (kinds.is_large_string, kinds.is_string_view))
    return any(is_(given) and is_(due) for is_ in (kinds.is_integer, kinds.is_timestamp, kinds.is_time))


def _decimal(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """Bring numbers to a decimal's scale: floats to the nearest, decimals with more digits half to even."""
    if column.type == kind or pa.types.is_floating(column.type) or pa.types.is_null(column.type):
        return column.cast(kind)
    if pa.types.is_decimal(column.type) and column.type.scale > kind.scale:
        column = pc.round(column.cast(pa.decimal128(38, column.type.scale)), kind.scale, "half_to_even")
    return column.cast(pa.decimal128(38, kind.scale)).cast(kind)


def _check(table: Table, column: Column, rows: pa.Table) -> None:
    """Look at one column's nulls, choices and bounds."""
    values = rows[column.name]
    if not column.nullable:
        _refuse(table, rows, column.name, pc.is_null(values), "null")
    if column.choices:
        known = pc.is_in(values, value_set=pa.array([*column.choices, None], pa.string()))
        _refuse(table, rows, column.name, pc.invert(known), "∉ " + ", ".join(column.choices))
    for bound, compare, sign in ((column.low, pc.less, "<"), (column.high, pc.greater, ">")):
        if bound is not None:
            _refuse(table, rows, column.name, compare(values, _like(bound, values.type)), f"{sign} {bound:g}")


def _like(bound: float, kind: pa.DataType) -> pa.Scalar:
    if pa.types.is_decimal(kind):
        return pa.scalar(bound, pa.float64()).cast(pa.decimal128(18, 6)).cast(kind)
    return pa.scalar(bound, pa.float64()).cast(kind)


def _refuse(table: Table, rows: pa.Table, name: str, wrong: pa.ChunkedArray, why: str) -> None:
    """Raise where any row is wrong, showing the first: its key and its value (masked where it names a person)."""
    at = pc.index(wrong.combine_chunks() if isinstance(wrong, pa.ChunkedArray) else wrong, True).as_py()
    if at < 0:
        return
    value = rows[name][at].as_py()
    level = next((c.level for c in table.columns if c.name == name), table.columns[0].level)
    shown = "null" if value is None else masked(str(value), level)
    key = ", ".join(f"{k}={rows[k][at].as_py()}" for k in table.key)
    raise broken(
        table.name,
        name,
        say(f"列 {name} 在 {key} 处为 {shown}（{why}）", f"column '{name}' is {shown} at {key} ({why})"),
    )
