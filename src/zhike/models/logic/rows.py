"""Sums row by row whose outcome for a row never depends on which other rows are there: a client is read alike in any company.

Libraries of linear algebra choose how to add by the size of the whole; in the last digit that tells how the work was cut.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Number = TypeVar("Number", np.float32, np.float64)


def across(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Return the sums over the last axis, added in its order whatever lies where in memory."""
    out = np.zeros(values.shape[:-1], values.dtype)
    for k in range(values.shape[-1]):
        out += values[..., k]
    return out


def fused(left: Floats32, right: Floats32) -> Floats32:
    """Return the matrix product of `left` (n, d) with `right` (d, k), few of both, added in the order of d, rounded once a step."""
    out, wide = np.zeros((len(left), right.shape[1]), np.float32), right.astype(np.float64)
    for k in range(left.shape[1]):
        out = (left[:, k : k + 1].astype(np.float64) * wide[k] + out).astype(np.float32)
    return out


def times(left: Floats, right: Floats) -> Floats:
    """Return the matrix product of `left` (n, d) with `right` (d, k), few of both, added in the order of d."""
    out = np.zeros((len(left), right.shape[1]))
    for k in range(left.shape[1]):
        out += left[:, k : k + 1] * right[k]
    return out
