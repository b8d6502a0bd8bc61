"""What the engine does is counted where somebody asks, file by file, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from zhike.engine import Engine
from zhike.engine.counting import counting
from zhike.engine.parquet import (
    ROW_GROUP,
    read_between,
    read_groups,
    read_rows,
    read_sorted,
    read_table,
    write_table,
)


def stored(folder: Path, rows: int) -> Path:
    """Write a file of one sorted column `n`."""
    write_table(folder / "n.parquet", pa.table({"n": np.arange(rows)}))
    return folder / "n.parquet"


def test_every_way_of_reading_counts_its_file_and_the_rows_it_decodes(tmp_path: Path) -> None:
    path = stored(tmp_path, 10)
    with counting() as counts:
        read_table(path)
        list(read_groups(path, ["n"]))
        read_rows(path, np.array([3]), ["n"])
        read_between(path, ["n"], "n", 0, 2)
        read_sorted(path, "n", 0, 2)
    assert dict(counts.opened) == {path: 5}
    assert dict(counts.rows) == {path: 50}


def test_rows_of_a_row_group_that_is_skipped_are_not_counted(tmp_path: Path) -> None:
    path = stored(tmp_path, ROW_GROUP + 5)
    with counting() as counts:
        assert read_between(path, ["n"], "n", ROW_GROUP + 1, ROW_GROUP + 3).num_rows == 2
    assert counts.rows[path] == 5


def test_queries_are_counted_when_they_run_in_this_block_and_not_after_it(tmp_path: Path) -> None:
    path = stored(tmp_path, 10)
    with Engine() as engine, counting() as outer:
        frame = engine.scan([path], pa.schema([("n", pa.int64())]))
        assert (outer.queries, outer.opened[path]) == (0, 1)
        with counting() as inner:
            engine.collect(frame)
        list(engine.batches(frame))
    with Engine() as engine:
        engine.collect(engine.over(pa.table({"n": [1]})))
    assert (inner.queries, outer.queries) == (1, 2)
