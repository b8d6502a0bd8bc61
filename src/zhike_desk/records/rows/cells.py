"""The map of segments, added up once a night: clients, assets and revenue by class, for the house, each branch, each member of staff."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

CLASSES = ("kind", "logic", "stage", "grade", "quadrant", "frozen")
LEVELS = {"house": (), "branch": ("branch_id",), "staff": ("branch_id", "staff_id")}
_WHOSE = ("branch_id", "staff_id")
_SUMS = ("clients", "assets", "revenue")


def counted(clients: pa.Table) -> pa.Table:
    """Add the rows of `book_client` of a piece up: a row for each branch, member of staff and set of classes met; null is empty."""
    plain = {n: pc.fill_null(clients[n].cast(pa.string()), "") for n in (*_WHOSE, *CLASSES) if n != "frozen"}
    plain["frozen"] = pc.fill_null(clients["frozen"], False)
    rows = pa.table(
        plain
        | {
            "clients": pa.repeat(1, len(clients)),
            "assets": _known(clients["net_now"]),
            "revenue": _known(clients["revenue_12m"]),
        }
    )
    return _added(rows, (*_WHOSE, *CLASSES))


def cells(pieces: Sequence[pa.Table]) -> Iterator[pa.Table]:
    """Yield the rows of `book_cell` from what `counted` made of each piece: of the whole house, by branch, by staff."""
    if not pieces:
        return
    rows = _added(pa.concat_tables(pieces), (*_WHOSE, *CLASSES))
    for name, whose in LEVELS.items():
        found = _added(rows, (*whose, *CLASSES))
        yield found.append_column("level", pa.repeat(pa.scalar(name), len(found)))


def _added(rows: pa.Table, keys: Sequence[str]) -> pa.Table:
    summed = rows.group_by(list(keys), use_threads=False).aggregate([(n, "sum") for n in _SUMS])
    return summed.rename_columns([n.removesuffix("_sum") for n in summed.column_names])


def _known(money: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return money as numbers, nothing where it isn't known."""
    values = money.cast(pa.float64())
    return pc.if_else(pc.fill_null(pc.is_finite(values), False), values, 0.0)
