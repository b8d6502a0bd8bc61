"""What a table says, whatever its files: one hash that equal rows share in any order, split over any files.

Each row is hashed (whole numbers, decimals, dates and texts exactly, floats rounded to 12 significant digits, a null
unlike anything else), the hashes are added up in two independent sums of 64 bits, and SHA-256 is taken of the sums
together with the table's name, columns and number of rows. It finds differences; it is no protection against a forger
(the manifest's SHA-256 of each file is).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from zhike.datacentre import kernels
from zhike.datacentre.hashes import Hashes, hashes_of, whole, whole_numbers
from zhike.engine.durable import as_json

_SEED = np.uint64(0xC0DE0FF1CE)
_OTHER = np.uint64(0xA24BAED4963EE407)
_NULL = np.uint64(0x6E756C6C)
_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Content:
    """Rows and the two sums of their hashes; contents of disjoint rows can be added."""

    rows: int = 0
    first: int = 0
    second: int = 0

    def __add__(self, other: Content) -> Content:
        """Return the content of both."""
        return Content(
            self.rows + other.rows, (self.first + other.first) & _MASK, (self.second + other.second) & _MASK
        )

    def digest(self, table: str, schema: pa.Schema) -> str:
        """Return the hash of a table with this content."""
        columns = sorted((f.name, str(f.type)) for f in schema)
        return hashlib.sha256(as_json([table, columns, self.rows, self.first, self.second])).hexdigest()


def content_of(rows: pa.Table) -> Content:
    """Hash rows; the order of rows and of columns doesn't matter."""
    if not rows.num_rows:
        return Content()
    hashes = np.full(rows.num_rows, _SEED, np.uint64)
    for name in sorted(rows.column_names):
        kernels.combine_hashes(hashes, _values(whole(rows[name])))
    others = np.full(rows.num_rows, _OTHER, np.uint64)
    kernels.combine_hashes(others, hashes)
    return Content(rows.num_rows, int(hashes.sum()), int(others.sum()))


def _values(array: pa.Array) -> Hashes:
    if pa.types.is_string(array.type):
        hashes = hashes_of(array)
    elif pa.types.is_floating(array.type):
        numbers = array.fill_null(0.0).to_numpy(zero_copy_only=False)
        hashes = kernels.hash_rounded(np.ascontiguousarray(numbers, np.float64), _SEED)
    else:
        hashes = whole_numbers(array).view(np.uint64)
    if array.null_count:
        hashes = hashes.copy()
        hashes[array.is_null().to_numpy(zero_copy_only=False)] = _NULL
    return hashes
