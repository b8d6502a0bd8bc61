"""Sums row by row whose outcome for a row never depends on which other rows are there: a client is read alike in any company.

Libraries of linear algebra choose how to add by the size of the whole; in the last digit that tells how the work was cut.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Number = TypeVar("Number", np.float32, np.float64)


def across(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Return the sums over the last axis, added in its order whatever lies where in memory."""
    out = np.zeros(values.shape[:-1], values.dtype)
    for k in range(values.shape[-1]):
        out += values[..., k]
    return out


def times(left: npt.NDArray[Number], right: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Return the matrix product of `left` (n, d) with `right` (d, k), few of both, added in the order of d."""
    out = np.zeros((len(left), right.shape[1]), left.dtype)
    for k in range(left.shape[1]):
        out += left[:, k : k + 1] * right[k]
    return out
