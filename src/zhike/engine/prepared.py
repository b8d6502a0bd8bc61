"""Plans over one small table that stay ready in a process: written, bound and optimised once, then only run."""

from __future__ import annotations

from collections.abc import Callable, Hashable

import duckdb
import pyarrow as pa

from zhike.engine.counting import count_query
from zhike.engine.session import Engine, Frame, as_store_error

_KEPT = 4  # the oldest is given up
_MADE = "made"
_READY: dict[Hashable, _Ready] = {}


def prepared(
    engine: Engine, what: Hashable, name: str, rows: pa.Table, plan: Callable[[Frame], Frame]
) -> pa.Table:
    """Return what `plan` makes of rows in memory, collected.

    A process plans once for each `what` (all that the plan follows from but the rows) and columns of `rows`. The rows are copied into the
    engine, so they should be few: of a plan of a thousand expressions, 0.2 s of 0.25 go into binding and optimising it.
    """
    key = (what, name, rows.schema)
    ready = _READY.get(key)
    if ready is None:
        text = engine.written({name: rows}, lambda lazy: {_MADE: plan(lazy[name])})[_MADE]
        ready = _READY[key] = _Ready(name, rows.schema, text)
        for oldest in list(_READY)[:-_KEPT]:
            _READY.pop(oldest).close()
    count_query()
    with as_store_error():
        return ready.of(rows)


class _Ready:
    """A prepared statement over a table that is filled anew for each run.

    What the engine knows of a column's values when it prepares would be built into the plan, and be wrong for other rows (DuckDB 1.5:
    of a table that was empty, nothing is ever more than nothing): it may not use that.
    """

    def __init__(self, name: str, schema: pa.Schema, text: str) -> None:
        self._name = name
        self._connection = duckdb.connect(
            ":memory:", config={"threads": 1, "preserve_insertion_order": False}
        )
        self._connection.execute("SET disabled_optimizers = 'statistics_propagation'")
        self._connection.from_arrow(schema.empty_table()).to_table(name)
        self._connection.execute(f"PREPARE made AS {text}")

    def of(self, rows: pa.Table) -> pa.Table:
        """Run the plan on rows."""
        given = rows  # noqa: F841 (the engine finds it by its name: to register it would change the catalogue, and bind the statement anew)
        try:
            self._connection.execute(f"INSERT INTO {self._name} FROM given")
            return self._connection.execute("EXECUTE made").to_arrow_table()
        finally:
            self._connection.execute(f"TRUNCATE {self._name}")

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()
