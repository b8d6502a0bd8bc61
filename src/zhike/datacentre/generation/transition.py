"""Moves between two generations: how many clients, with what assets and revenue, went from which class to which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables import RESULTS

NONE = "none"
_MONEY = ("assets", "revenue")


def transitions(
    before: pa.Table | None,
    after: pa.Table,
    table: str,
    weights: pa.Table | Mapping[str, pa.Array | pa.ChunkedArray],
) -> pa.Table:
    """Count the moves of one classification (`table`: logic, stage or grade); one row for each pair of classes met.

    `before` and `after` have client_id and the class, in the column called `table`; `before` None: no earlier
    generation, so every client comes from `none`. `weights` maps client_id, assets and revenue to columns of one
    length (money on as_of and over 12 months); who isn't among them adds to the clients only. Returns the columns of
    `transition` without as_of, sorted by its key: clients add up to all clients of either generation.
    """
    then = _classes(before if before is not None else after.slice(0, 0), table, "from")
    now = _classes(after, table, "to")
    pairs = then.join(now, "client_id", join_type="full outer")
    for side in ("from", "to"):
        at = pairs.column_names.index(side)
        pairs = pairs.set_column(at, side, pc.fill_null(pairs[side], NONE))
    money = _money(weights)
    moved = (
        pairs.join(money, "client_id", join_type="left outer")
        .group_by(["from", "to"])
        .aggregate([("client_id", "count"), ("assets", "sum"), ("revenue", "sum")])
    )
    schema = pa.schema([f for f in schema_of(RESULTS["transition"]) if f.name != "as_of"])
    sums = [pc.fill_null(moved[f"{m}_sum"], 0).cast(schema.field(m).type) for m in _MONEY]
    classes = [pa.repeat(table, moved.num_rows), moved["from"], moved["to"], moved["client_id_count"], *sums]
    return pa.table(classes, schema=schema).sort_by([("from", "ascending"), ("to", "ascending")])


def merged(parts: Sequence[pa.Table]) -> pa.Table:
    """Add the moves of several ranges of clients up to one table, sorted by its key."""
    rows = pa.concat_tables(parts)
    wide = [rows.column_names.index(m) for m in _MONEY]
    for at, name in zip(wide, _MONEY, strict=True):
        rows = rows.set_column(at, name, rows[name].cast(pa.decimal128(38, 4)))
    key = ["table", "from", "to"]
    summed = rows.group_by(key, use_threads=False).aggregate([(n, "sum") for n in ("clients", *_MONEY)])
    columns = [summed[f"{n}_sum" if f"{n}_sum" in summed.column_names else n] for n in parts[0].column_names]
    made = pa.table(columns, names=parts[0].column_names).cast(parts[0].schema)
    return made.sort_by([(name, "ascending") for name in key])


def _classes(rows: pa.Table, column: str, name: str) -> pa.Table:
    texts = [rows[c].cast(pa.string()) for c in ("client_id", column)]
    return pa.table(texts, names=["client_id", name])


def _money(weights: pa.Table | Mapping[str, pa.Array | pa.ChunkedArray]) -> pa.Table:
    """Bring the weights to exact money, so that sums don't depend on the order of clients."""
    wide = pa.decimal128(38, 4)
    columns = [weights["client_id"].cast(pa.string()), *(weights[m].cast(wide) for m in _MONEY)]
    return pa.table(columns, names=["client_id", *_MONEY])
