"""The floor: DuckDB reads what every contender reads of the trades."""

from __future__ import annotations

import duckdb
from _outputs_data import Data
from _outputs_definitions import TRADE_COLUMNS


def connection() -> duckdb.DuckDBPyConnection:
    """Open a database in memory as the night does: two threads, 2 GB, no order kept for its own sake."""
    return duckdb.connect(config={"threads": 2, "memory_limit": "2GB", "preserve_insertion_order": False})


def outputs(data: Data) -> None:
    """Read the eight columns of the trades, and do as little with them as makes DuckDB read them."""
    seen = ", ".join(f"max({c})" for c in TRADE_COLUMNS)
    connection().execute(f"SELECT {seen} FROM read_parquet($path)", {"path": data.path("trade")}).fetchall()
