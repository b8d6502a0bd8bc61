"""The generated trades, transfers and assets of bench/outputs.py as a branch's drop: Parquet files of the data contract."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from _outputs_data import Data

_PRICE = pa.decimal128(18, 4)
_A_FILE = 120  # row groups: 30 million rows


def drop_of(data: Data, folder: Path) -> Path:
    """Write the drop into a folder unless it is there already; return the folder."""
    if (folder / "done").exists():
        return folder
    drop = folder / "drop"
    drop.mkdir(parents=True, exist_ok=True)
    pq.write_table(_clients(data), drop / "client.parquet", compression="zstd")
    for name, table in _market(data).items():
        pq.write_table(table, drop / f"{name}.parquet", compression="zstd")
    for source, name, made in (("trade", "trade", _trades), ("transfer", "cash_flow", _flows), ("asset", "asset", _assets)):  # fmt: skip
        _written(data, source, drop / f"{name}.parquet", made)
    (folder / "done").touch()
    return folder


def _written(data: Data, source: str, path: Path, made: object) -> None:
    """Turn a table row group by row group into files of at most _A_FILE row groups: what one expands to is limited on the way in."""
    assert callable(made)
    stored, writer, first = pq.ParquetFile(data.path(source)), None, 0
    for group in range(stored.num_row_groups):
        rows = made(stored.read_row_group(group), first)
        first += rows.num_rows
        if writer is None:
            number = group // _A_FILE
            name = path.with_stem(f"{path.stem}-{number}") if number else path
            writer = pq.ParquetWriter(name, rows.schema, compression="zstd")
        writer.write_table(rows)
        if group % _A_FILE == _A_FILE - 1:
            writer.close()
            writer = None
    if writer:
        writer.close()


def _client_ids(numbers: pa.ChunkedArray) -> pa.Array:
    return pc.utf8_lpad(pc.cast(numbers, pa.string()), 9, "0")


def _security_ids(numbers: pa.ChunkedArray) -> pa.Array:
    return pc.binary_join_element_wise(pc.cast(numbers, pa.string()), "SH", ".")


def _clients(data: Data) -> pa.Table:
    ids = _client_ids(data.read("client")["client_id"])
    n = len(ids)
    first = data.read("day")["date"][0]
    return pa.table({
        "client_id": ids, "kind": pa.repeat("individual", n), "name": pa.repeat("张三", n),
        "opened_on": pa.repeat(first, n), "branch_id": pa.repeat("B1", n),
    })  # fmt: skip


def _market(data: Data) -> dict[str, pa.Table]:
    quote, day = data.read("quote"), data.read("day").sort_by("date")
    close = quote["close"].cast(pa.float64()).to_numpy().reshape(-1, day.num_rows)
    before = np.c_[close[:, :1], close[:, :-1]].ravel()
    volume = np.where(quote["suspended"].to_numpy(), 0.0, 1e6)
    ids = _security_ids(quote["security_id"])
    n = day.num_rows
    return {
        "security": pa.table({"security_id": pc.unique(ids), "kind": pa.repeat("stock", len(close)), "board": pa.repeat("main", len(close))}),
        "quote": pa.table({
            "date": quote["date"], "security_id": ids, "close": quote["close"], "prev_close": pa.array(before).cast(_PRICE),
            "volume": volume, "amount": pa.array(np.rint(volume * close.ravel())), "suspended": quote["suspended"],
        }),
        "index_quote": pa.table({"date": day["date"], "index_id": pa.repeat("000300.SH", n), "close": day["close"]}),
        "calendar": pa.table({"date": day["date"]}),
    }  # fmt: skip


def _trades(rows: pa.Table, first: int) -> pa.Table:
    amount, quantity = rows["amount"].cast(pa.float64()).to_numpy(), rows["quantity"].to_numpy()
    return pa.table({
        "trade_id": rows["trade_id"].cast(pa.string()), "date": rows["date"], "client_id": _client_ids(rows["client_id"]),
        "security_id": _security_ids(rows["security_id"]), "side": rows["side"].cast(pa.string()),
        "quantity": rows["quantity"], "price": pa.array(np.rint(amount / quantity * 100) / 100).cast(_PRICE),
        "amount": rows["amount"], "commission": rows["commission"],
    })  # fmt: skip


def _flows(rows: pa.Table, first: int) -> pa.Table:
    return pa.table({
        "flow_id": pa.array(np.arange(rows.num_rows) + first).cast(pa.string()), "date": rows["date"],
        "client_id": _client_ids(rows["client_id"]), "kind": pa.repeat("bank", rows.num_rows), "amount": rows["amount"],
    })  # fmt: skip


def _assets(rows: pa.Table, first: int) -> pa.Table:
    nothing = pa.array(np.zeros(rows.num_rows))
    return pa.table({
        "date": rows["date"], "client_id": _client_ids(rows["client_id"]), "cash": rows["net"], "securities": nothing,
        "funds": nothing, "debt": nothing, "net": rows["net"],
    })  # fmt: skip
