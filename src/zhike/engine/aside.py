"""Tables and arrays that a run passes from one task to another: whole or absent, even where a task is done twice at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import feather


def put_aside(path: Path, rows: pa.Table, at_once: int | None = None) -> None:
    """Write rows for `feather.read_table`, `at_once` to a piece; what was there is replaced. Not forced to disk: it doesn't outlive the run."""
    put(path, lambda new: feather.write_feather(rows, str(new), compression="lz4", chunksize=at_once))


def put_array(path: Path, array: npt.NDArray[Any]) -> None:
    """Write an array for `numpy.load`, in the same way."""

    def save(new: Path) -> None:
        with new.open("wb") as file:
            np.save(file, array)

    put(path, save)


def put(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file of any kind in the same way: `write` is given the name that it has until it is whole."""
    new = path.with_name(f".{path.name}.{token_hex(4)}.new")
    write(new)
    os.replace(new, path)


def batch_of(path: Path, number: int) -> pa.RecordBatch:
    """Read one record batch of a file that was put aside."""
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as stored:
        return stored.get_batch(number)
