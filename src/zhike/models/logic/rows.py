"""Sums row by row whose outcome for a row never depends on which other rows are there: a client is read alike in any company.

Libraries of linear algebra choose how to add by the size of the whole; in the last digit that tells how the work was cut.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Number = TypeVar("Number", np.float32, np.float64)


def across(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Return the sums over the last axis, added in its order whatever lies where in memory."""
    out = np.zeros(values.shape[:-1], values.dtype)
    for k in range(values.shape[-1]):
        out += values[..., k]
    return out


def highest(values: Floats) -> Floats:
    """Return the largest of each row (n, d) as a column (n, 1): of few columns many times as fast as `max`."""
    out = values[:, 0].copy()
    for k in range(1, values.shape[1]):
        np.maximum(out, values[:, k], out=out)
    return out[:, None]


def fused(left: Floats32, right: Floats32) -> Floats32:
    """Return the matrix product of `left` (m, d) with `right` (d, n), of few d, added in the order of d, rounded once a step."""
    out = np.zeros((len(left), right.shape[1]), np.float32)
    _fused(left.astype(np.float64), right.astype(np.float64), out)
    return out


@compiled
def _fused(left: Floats, right: Floats, out: Floats32) -> None:
    for i in range(len(left)):
        for d in range(left.shape[1]):
            for k in range(right.shape[1]):
                out[i, k] = np.float32(left[i, d] * right[d, k] + out[i, k])


@compiled
def times(left: Floats, right: Floats) -> Floats:
    """Return the matrix product of `left` (n, d) with `right` (d, k), few of both, added in the order of d."""
    out = np.zeros((len(left), right.shape[1]))
    for i in range(len(left)):
        for d in range(left.shape[1]):
            here = left[i, d]
            for k in range(right.shape[1]):
                out[i, k] += here * right[d, k]
    return out


@compiled
def add_columns(sums: Floats, owner: Ints, columns: Floats) -> None:
    """Add `columns` (k, n), one after the other, to the `sums` (owners, k) of their `owner` (n,)."""
    for i in range(len(owner)):
        for k in range(len(columns)):
            sums[owner[i], k] += columns[k, i]


@compiled
def add_grouped(sums: Floats, owner: Ints, rows: Floats, weight: Floats, columns: Ints, ends: Ints) -> None:
    """Add `rows` (n, m, d), summed up by groups of columns, by their `weight` to the `sums` (owners, m, groups) of their `owner` (n,).

    A group is `columns` up to its end, from the end before.
    """
    for i in range(len(rows)):
        for m in range(rows.shape[1]):
            begin = 0
            for g in range(len(ends)):
                whole = 0.0
                for c in range(begin, ends[g]):
                    whole += rows[i, m, columns[c]]
                begin = ends[g]
                sums[owner[i], m, g] += weight[i] * whole
