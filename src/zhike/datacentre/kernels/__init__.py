"""Compiled loops over bytes: the structure of a text, numbers from text, hashes. Everything else is whole-column work.

Columns of text cells arrive as Arrow buffers: `data` (uint8) and `offsets` (int32, n + 1). numba compiles each loop
once and keeps the result on disk, so only the very first run on a machine pays for it (some seconds).
"""

from zhike.datacentre.kernels.balances import chain_breaks
from zhike.datacentre.kernels.hashing import combine_hashes, equal_ordinals, hash_cells, hash_rounded
from zhike.datacentre.kernels.numbers import (
    EMPTY,
    LIMIT,
    NOT_A_NUMBER,
    OK,
    TOO_FINE,
    TOO_LARGE,
    parse_decimals,
    plain_cells,
)
from zhike.datacentre.kernels.ordering import ascending, order_of
from zhike.datacentre.kernels.structure import (
    BAD_UTF8,
    FACTS,
    HIGH,
    LINE,
    LINES,
    LONGEST,
    NULS,
    PENDING,
    QUOTES,
    START,
    SUSPECT,
    record_lines,
    survey,
)

__all__ = [
    "BAD_UTF8", "EMPTY", "FACTS", "HIGH", "LIMIT", "LINE", "LINES", "LONGEST", "NOT_A_NUMBER", "NULS", "OK", "PENDING",
    "QUOTES", "START", "SUSPECT", "TOO_FINE", "TOO_LARGE", "ascending", "chain_breaks", "combine_hashes", "equal_ordinals",
    "hash_cells", "hash_rounded", "order_of", "parse_decimals", "plain_cells", "record_lines", "survey",
]  # fmt: skip
