"""How sure each measure is, and why it is null: from a bucket's estimates to rows of `measure` and `measure_detail`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.measure import Measure
from zhike.base.text import Language, Said, say
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables.results import MEASURE_DETAIL
from zhike.features.clients.branchwide import BRANCHWIDE, Estimate
from zhike.features.clients.measuring import built_measures
from zhike.features.clients.settings import ClientSettings
from zhike.features.clients.sums import Built

Floats = npt.NDArray[np.float64]
_SCHEMA = schema_of(MEASURE_DETAIL)


@dataclass(frozen=True, slots=True)
class Told:
    """Rows of `measure` (client_id, as_of and every measure) and of `measure_detail`."""

    measure: pa.Table
    detail: pa.Table


def told(
    estimates: pa.Table,
    present: Collection[str],
    language: Language = "zh",
    settings: ClientSettings | None = None,
) -> Told:
    """Split collected `estimated` rows into the measures and their details.

    Each estimate with a value or observations has a detail row with its n and 95 % interval; each null has one with its
    reason, in `language`. `present`: the names of the tables that were there.
    """
    columns = _columns(estimates)
    pieces = [_rows(columns, b.measure, _reason(b), language) for b in built_measures(present, settings)]
    values = [name for name in columns if "__" not in name]
    return Told(estimates.select(values), pa.concat_tables(pieces))


def told_branchwide(
    client_ids: pa.Array, as_of: pa.Array, found: dict[str, Estimate], language: Language = "zh"
) -> pa.Table:
    """Return the rows of `measure_detail` of the branch-wide measures, all clients in one order."""
    columns: dict[str, pa.Array] = {"client_id": client_ids, "as_of": as_of}
    for name, estimate in found.items():
        columns[name] = pa.array(estimate.value, from_pandas=True)
        columns[f"{name}__n"] = pa.array(estimate.n.astype(np.float64))
        for end, bound in (("low", estimate.low), ("high", estimate.high)):
            columns[f"{name}__{end}"] = pa.array(bound, from_pandas=True)
    rows = _columns(pa.table(columns))
    return pa.concat_tables([_rows(rows, m, m.why, language) for m in BRANCHWIDE])


def _reason(built: Built) -> Said:
    missing = ", ".join(built.lacking)
    if not missing:
        return built.measure.why
    return say(f"缺少表 {missing}", f"the table {missing} was not delivered")


def _columns(estimates: pa.Table) -> dict[str, pa.ChunkedArray]:
    """Return the columns by name: a table looks each name up among all its hundreds."""
    return dict(zip(estimates.column_names, estimates.columns, strict=True))


def _rows(
    estimates: Mapping[str, pa.ChunkedArray], measure: Measure, why: Said, language: Language
) -> pa.Table:
    """Return the detail rows of one measure."""
    missing = pc.is_null(estimates[measure.name])
    clients, parts = len(missing), dict(_parts(estimates, measure.name))
    n = parts.get("n", pa.nulls(clients, pa.float64()))
    columns = {
        "client_id": estimates["client_id"],
        "measure": pa.repeat(measure.name, clients),
        "as_of": estimates["as_of"],
        "n": pc.cast(pc.fill_null(n, 0.0), pa.int64(), safe=False),
        **{end: pc.if_else(missing, None, parts[end]) if end in parts else pa.nulls(clients, pa.float64()) for end in ("low", "high")},
        "null_reason": pc.if_else(missing, why.in_language(language), None),
    }  # fmt: skip
    rows = pa.table(columns)
    return (rows if parts else rows.filter(missing)).cast(_SCHEMA)


def _parts(estimates: Mapping[str, pa.ChunkedArray], name: str) -> Iterator[tuple[str, pa.ChunkedArray]]:
    for part in ("n", "low", "high"):
        if f"{name}__{part}" in estimates:
            yield part, estimates[f"{name}__{part}"]
