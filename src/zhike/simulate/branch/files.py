"""The drop as files: contract names in CSV or Parquet, or as a branch's systems export them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from zhike.datacentre.tables import TABLES
from zhike.simulate.branch.exported import exported_files, statement


class Drop:
    """A folder that is filled table by table; a table in several parts becomes a folder of files."""

    def __init__(self, folder: Path, flavour: str, parts: int) -> None:
        self.folder = folder
        self.flavour = flavour
        self.parts = parts
        self.rows: dict[str, int] = {}
        self._trades: pa.Table = None  # waits for the flows that stand in the same statement
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, name: str, table: pa.Table, part: int | None = None) -> None:
        """Write a table, or one part of it; columns must be the contract's, in any order."""
        unknown = set(table.column_names) - set(TABLES[name].names)
        if unknown:
            raise ValueError(f"table '{name}' has no column {sorted(unknown)}")
        self.rows[name] = self.rows.get(name, 0) + table.num_rows
        if self.flavour == "exported":
            self._export(name, table, part)
        else:
            write(
                self._place(name, part, self.flavour), _as_delivered(name, table, self.flavour), self.flavour
            )

    def _export(self, name: str, table: pa.Table, part: int | None) -> None:
        if name == "trade":
            self._trades = table
            return
        if name == "cash_flow":
            name, table = "trade", statement(self._trades, table)
        for title, text in exported_files(name, _as_delivered(name, table, self.flavour)):
            path = self._place(title, part, "csv")
            path.write_bytes(text)

    def _place(self, name: str, part: int | None, ending: str) -> Path:
        if part is None or self.parts == 1:
            return self.folder / f"{name}.{ending}"
        (self.folder / name).mkdir(exist_ok=True)
        return self.folder / name / f"{part + 1:04d}.{ending}"


def _as_delivered(name: str, table: pa.Table, flavour: str) -> pa.Table:
    """Leave balances out where they can't add up (trades and flows lie in two files); mark calendar days as open.

    A text of one column has no delimiter to be known by: the calendar gets a second one, as vendors give it.
    """
    if name == "calendar" and flavour != "parquet":
        return table.append_column("is_open", pa.array([1] * table.num_rows))
    balances = ("cash_after",) if flavour != "exported" and "cash_after" in table.column_names else ()
    return table.drop_columns(balances)


def write(path: Path, table: pa.Table, flavour: str) -> None:
    """Write one file; the same table gives the same bytes."""
    if flavour == "parquet":
        pyarrow.parquet.write_table(table, path, compression="zstd")
        return
    options = pyarrow.csv.WriteOptions(quoting_style="needed")
    pyarrow.csv.write_csv(table, path, options)
