"""Queries whose shape never changes: put together and compiled once, asked with other values ever after.

The pages of one client ask the same dozen questions about another client each time; to put them together anew costs more than
to answer them. `build` makes the question of the values it is given and of a shape (who looks, which night); it is given blanks
instead, and what it makes is kept with the places where the blanks stand.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from zhike.base.errors import BrokenPromise
from zhike.base.text import say

Build = Callable[..., QuerySet[Any, tuple[Any, ...]]]
Value = str | float | date
_KEPT = 2048


@dataclass(frozen=True, slots=True)
class _Question:
    """A compiled query: its SQL, its parameters, whose blanks stand where, how its columns are read. `sql` is empty where nothing fits."""

    sql: str = ""
    params: tuple[Any, ...] = ()
    places: tuple[tuple[int, str], ...] = ()
    readers: tuple[tuple[int, tuple[Callable[..., Any], ...], Any], ...] = ()


def rows(build: Build, *shape: Hashable, **values: Value) -> list[tuple[Any, ...]]:
    """Return the rows of `build(*shape, **values)`, a query of `values_list`; it is put together once for each `shape`.

    Everything but `values` that the query depends on must be in `shape`. Raises BrokenPromise where a value isn't among the
    query's parameters, or stands in one together with something else.
    """
    kinds = tuple((name, _kind(value)) for name, value in values.items())
    question = _question(connection.vendor, build, shape, kinds)
    if not question.sql:
        return []
    params = list(question.params)
    for place, name in question.places:
        params[place] = _written(values[name])
    with connection.cursor() as cursor:
        cursor.execute(question.sql, params)
        found = cursor.fetchall()
    return _read(found, question.readers) if question.readers else found


def _kind(value: Value) -> type[str] | type[float] | type[date]:
    return str if isinstance(value, str) else date if isinstance(value, date) else float


def _written(value: Value) -> Any:
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value


def _read(found: list[tuple[Any, ...]], readers: Any) -> list[tuple[Any, ...]]:
    told = []
    for row in found:
        cells = list(row)
        for place, steps, expression in readers:
            for step in steps:
                cells[place] = step(cells[place], expression, connection)
        told.append(tuple(cells))
    return told


@lru_cache(maxsize=_KEPT)
def _question(
    vendor: str, build: Build, shape: tuple[Hashable, ...], kinds: tuple[tuple[str, type], ...]
) -> _Question:
    blanks = {name: _blank(place, kind) for place, (name, kind) in enumerate(kinds)}
    compiler = build(*shape, **blanks).query.get_compiler(connection=connection)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return _Question()
    read = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
    readers = tuple((place, tuple(steps), expression) for place, (steps, expression) in read.items())
    return _Question(sql, tuple(params), _places(tuple(params), blanks), readers)


def _blank(place: int, kind: type) -> Value:
    """Return a value that nobody means: it only marks where the real one goes."""
    if kind is str:
        return f"\x1f{place}\x1f"
    return date(9990, 1, 1 + place) if kind is date else -8.7654321e-290 * (place + 1)


def _places(params: tuple[Any, ...], blanks: Mapping[str, Value]) -> tuple[tuple[int, str], ...]:
    """Return where in the parameters which value goes; every value goes somewhere, and none into the middle of a text."""
    found = []
    for name, blank in blanks.items():
        written = _written(blank)
        places = [n for n, param in enumerate(params) if type(param) is type(written) and param == written]
        inside = [
            p for p in params if isinstance(p, str) and isinstance(blank, str) and blank in p and p != blank
        ]
        if not places or inside:
            raise BrokenPromise(
                say(
                    f"预备查询中没有完整的参数 {name}。",
                    f"A prepared query has no parameter that is {name} alone.",
                ),
                where=name,
            )
        found += [(place, name) for place in places]
    return tuple(found)
