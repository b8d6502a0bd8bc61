"""Tables that a run passes from one task to another: whole or absent, even where a task is done twice at once."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_hex

import pyarrow as pa
from pyarrow import feather


def put_aside(path: Path, rows: pa.Table) -> None:
    """Write rows for `feather.read_table`; what was there is replaced. Not forced to disk: it doesn't outlive the run."""
    new = path.with_name(f".{path.name}.{token_hex(4)}.new")
    feather.write_feather(rows, str(new), compression="lz4")
    os.replace(new, path)
