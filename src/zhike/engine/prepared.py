"""Plans over one small table that stay ready in a process: written, bound and optimised once, then only run."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock

import duckdb
import pyarrow as pa

from zhike.base.errors import BrokenPromise
from zhike.base.text import say
from zhike.engine.counting import count_query
from zhike.engine.session import Engine, EngineSettings, Frame, as_store_error, connected

_KEPT = 4  # the oldest is given up
_MADE = "made"
_READY: dict[Hashable, _Ready] = {}
_ALONE = Lock()  # a statement's table holds the rows of one run at a time


def prepared(
    engine: Engine, what: Hashable, name: str, rows: pa.Table, plan: Callable[[Frame], Frame]
) -> pa.Table:
    """Return what `plan` makes of rows in memory, collected; raise BrokenPromise where it can't be worked out for them.

    A process plans once for each `what` (all that the plan follows from but the rows), columns of `rows` and settings of the engine. The
    rows are copied into the engine, so they should be few: of a plan of a thousand expressions, 0.2 s of 0.25 go into binding and
    optimising it.
    """
    key = (what, name, rows.schema, engine.settings)
    count_query()
    with _ALONE, as_store_error():
        try:
            ready = _READY.get(key)
            if ready is None:
                text = engine.written({name: rows}, lambda lazy: {_MADE: plan(lazy[name])})[_MADE]
                ready = _READY[key] = _Ready(engine.settings, name, rows.schema, text)
                for oldest in list(_READY)[:-_KEPT]:
                    _READY.pop(oldest).close()
            return ready.of(rows)
        except duckdb.Error as error:
            if (spoilt := _READY.pop(key, None)) is not None:
                spoilt.close()
            if isinstance(error, duckdb.OutOfMemoryException):
                raise
            raise BrokenPromise(
                say(f"公式算不出来：{error}", f"A formula can't be worked out: {error}"), where=name
            ) from error


class _Ready:
    """A prepared statement over a table that is filled anew for each run.

    What the engine knows of a column's values when it prepares would be built into the plan, and be wrong for other rows (DuckDB 1.5:
    of a table that was empty, nothing is ever more than nothing): it may not use that.
    """

    def __init__(self, settings: EngineSettings, name: str, schema: pa.Schema, text: str) -> None:
        self._name = name
        self._connection = connected(settings)
        self._connection.execute("SET disabled_optimizers = 'statistics_propagation'")
        self._connection.from_arrow(schema.empty_table()).to_table(name)
        self._connection.execute(f"PREPARE made AS {text}")

    def of(self, rows: pa.Table) -> pa.Table:
        """Run the plan on rows."""
        given = rows  # noqa: F841 (found by its name: to register it would change the catalogue, and bind the statement anew)
        self._connection.execute(f"INSERT INTO {self._name} FROM given")
        found = self._connection.execute("EXECUTE made").to_arrow_table()
        self._connection.execute(f"TRUNCATE {self._name}")
        return found

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()
