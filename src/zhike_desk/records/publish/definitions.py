"""What a book is made of, derived from its classes: tables, columns, indexes as SQL, and rows in the form a column wants.

There is one definition of each table, the class in `records.models`; no migration makes these tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from zhike_desk.records.book.wide import MEASURES, parts
from zhike_desk.records.rows.decimals import UNKNOWN, numbers

ORDERED = 'COLLATE "C"'  # PostgreSQL: text in order of its bytes, as SQLite has it

_KINDS: tuple[tuple[type[models.Field[object, object]], pa.DataType], ...] = (
    (models.BooleanField, pa.bool_()),
    (models.DateTimeField, pa.timestamp("us", tz="UTC")),
    (models.DateField, pa.date32()),
    (models.FloatField, pa.float64()),
    (models.IntegerField, pa.int64()),
    (models.BinaryField, pa.binary()),
    (models.CharField, pa.string()),
    (models.TextField, pa.string()),
)
_EMPTY = {pa.string(): "", pa.bool_(): False}


def classes() -> list[type[models.Model]]:
    """Return the classes of the book, in order of their tables' names."""
    return sorted(apps.get_app_config("book").get_models(), key=lambda m: m._meta.db_table)


def columns(model: type[models.Model]) -> list[models.Field[object, object]]:
    """Return the columns of a table, in its order."""
    return list(model._meta.local_concrete_fields)


def create(model: type[models.Model], connection: BaseDatabaseWrapper) -> str:
    """Return the statement that makes a table; keys are made afterwards, with the indexes: loading is faster so."""
    return _create(
        model._meta.db_table,
        [(str(f.column), _type(f, connection), f.null) for f in columns(model)],
        connection,
    )


def create_measures(names: Sequence[str], connection: BaseDatabaseWrapper) -> Iterator[str]:
    """Yield the statements that make the wide table of measures: its parts, and the view that is them all beside each other."""
    kind = "double precision" if connection.vendor == "postgresql" else "real"
    for table, columns in parts(names):
        wide = [(name, kind, True) for name in columns]
        yield _create(table, [("client_id", "varchar(60)", False), *wide], connection)
    quoted = connection.ops.quote_name
    first, *others = (table for table, _ in parts(names))
    told = ", ".join([f"{first}.client_id", *map(quoted, names)])
    # joined so, a part whose columns nobody asks for isn't read
    beside = " ".join(f"LEFT JOIN {other} ON {other}.client_id = {first}.client_id" for other in others)
    yield f"CREATE VIEW {MEASURES} AS SELECT {told} FROM {first} {beside}"


def _create(table: str, wanted: Sequence[tuple[str, str, bool]], connection: BaseDatabaseWrapper) -> str:
    quoted = connection.ops.quote_name
    collate = ORDERED if connection.vendor == "postgresql" else ""
    lines = [
        " ".join(
            [
                quoted(name),
                kind,
                collate if kind.startswith(("varchar", "text")) else "",
                "" if null else "NOT NULL",
            ]
        )
        for name, kind, null in wanted
    ]
    return f"CREATE TABLE {quoted(table)} ({', '.join(lines)})"


def _type(field: models.Field[object, object], connection: BaseDatabaseWrapper) -> str:
    if connection.vendor == "sqlite" and field.primary_key and isinstance(field, models.IntegerField):
        return "integer PRIMARY KEY"  # the row's own number: no index of its own
    return str(field.db_type(connection))


def indexes(connection: BaseDatabaseWrapper, measures: Sequence[str]) -> Iterator[str]:
    """Yield the statements that make every key and index of the book, to be run once its rows are in."""
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        for model in classes():
            yield from _keys(model, connection)
            for index in model._meta.indexes:
                yield str(index.create_sql(model, editor))
    for table, _ in parts(measures):
        yield f'CREATE UNIQUE INDEX "{table}_key" ON "{table}" ("client_id")'


def _keys(model: type[models.Model], connection: BaseDatabaseWrapper) -> Iterator[str]:
    quoted = connection.ops.quote_name
    table = model._meta.db_table
    for field in columns(model):
        numbered = connection.vendor == "sqlite" and isinstance(field, models.IntegerField)
        if field.unique and not numbered:
            yield f"CREATE UNIQUE INDEX {quoted(f'{table}_{field.column}_key')} ON {quoted(table)} ({quoted(str(field.column))})"


def shaped(model: type[models.Model], rows: pa.Table, first: int = 1) -> pa.Table:
    """Return `rows` with exactly the columns of a table, in their types and order.

    What may not be null holds the column's default (or empty); a column that `rows` lack holds it throughout;
    a numbered table's rows are numbered from `first`.
    """
    fields = columns(model)
    return pa.table([_shaped(f, rows, first) for f in fields], names=[str(f.column) for f in fields])


def _shaped(field: models.Field[object, object], rows: pa.Table, first: int) -> pa.ChunkedArray:
    kind = next(k for of, k in _KINDS if isinstance(field, of))
    if field.column not in rows.column_names:
        if field.primary_key:
            return pa.chunked_array([pa.array(np.arange(first, first + len(rows)), kind)])
        return _filled(field, pa.chunked_array([pa.nulls(len(rows), kind)]), kind)
    return _filled(field, _cast(rows[field.column], kind), kind)


def _cast(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if kind == pa.float64() and pa.types.is_decimal(values.type):
        return numbers(values)
    if pa.types.is_timestamp(kind) and values.type.tz is None:
        values = pc.assume_timezone(values.cast(pa.timestamp("us")), settings.TIME_ZONE)
    return values.cast(kind)


def _filled(
    field: models.Field[object, object], values: pa.ChunkedArray, kind: pa.DataType
) -> pa.ChunkedArray:
    if kind == pa.float64():
        values = pc.if_else(pc.is_finite(values), values, UNKNOWN)
    if field.null or not values.null_count:
        return values
    default = field.get_default() if field.has_default() else _EMPTY.get(kind)
    return values if default is None else values.fill_null(pa.scalar(default, kind))
