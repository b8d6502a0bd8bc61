"""Compare two contenders' outputs column by column."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from _outputs_definitions import OUTPUTS, SAME, Sort

Floats = npt.NDArray[np.float64]
_LEAST = 1e-9  # below it a number is nothing: sums that cancel leave that much of rounding


def columns_of(table: pa.Table) -> dict[str, Floats]:
    """Return the outputs in order of client_id, nulls as NaN; raise ValueError where a value that isn't null is NaN."""
    table = table.take(pc.sort_indices(table["client_id"]))
    found = {}
    for name in ("client_id", *(o.name for o in OUTPUTS)):
        column = table[name].combine_chunks().cast(pa.float64())
        values = column.to_numpy(zero_copy_only=False)
        if int(np.isnan(values).sum()) != column.null_count:
            raise ValueError(f"{name}: NaN where a number or null belongs")
        found[name] = np.asarray(values, np.float64)
    return found


def differences(
    one: Mapping[str, Floats], other: Mapping[str, Floats], rounding: Mapping[str, Floats] | None = None
) -> list[str]:
    """Return a sentence for each column that differs; `rounding`: by how much a column may differ beside, client by client."""
    if not np.array_equal(one["client_id"], other["client_id"]):
        return ["the clients differ"]
    told = []
    for output in OUTPUTS:
        a, b = one[output.name], other[output.name]
        allowed = np.zeros(len(a)) if rounding is None else rounding.get(output.name, np.zeros(len(a)))
        same = np.abs(a - b) <= np.maximum(np.fmax(np.abs(a), np.abs(b)) * SAME, _LEAST) + allowed
        if output.sort is Sort.COUNT:
            same = a == b
        same |= np.isnan(a) & np.isnan(b)
        if not same.all():
            first = int(np.flatnonzero(~same)[0])
            told.append(
                f"{output.name}: {int((~same).sum())} of {len(a)} clients, first client "
                f"{one['client_id'][first]:.0f}: {a[first]!r} and {b[first]!r}"
            )
    return told
