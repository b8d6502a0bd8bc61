"""What checks know beyond the row itself: which clients exist, which days are trading days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.datacentre.columns import Typed
from zhike.datacentre.hashes import Hashes, among, hashes_of
from zhike.datacentre.tables.definition import Table

Bools = npt.NDArray[np.bool_]


# The tables that others refer to. What refers to an unknown client waits; other unknown references are only told.
REFERENCES = ("client", "account", "security", "staff", "product", "channel", "lead")


@dataclass(frozen=True, slots=True)
class Facts:
    """`known`: for each reference table with rows, the sorted hashes of its keys (a table without rows misses nothing).

    `trading_days`: sorted day numbers (None: no calendar, index or quotes yet).
    """

    known: Mapping[str, Hashes] = field(default_factory=dict)
    trading_days: npt.NDArray[np.int32] | None = None

    @property
    def clients(self) -> Hashes | None:
        """Return the hashes of all known clients (None: no client table yet)."""
        return self.known.get("client")

    def unknown_clients(self, table: Table, typed: Mapping[str, Typed]) -> Bools:
        """Mark rows whose client isn't known."""
        if table.name == "client" or not table.has("client_id"):
            return np.zeros(len(typed[table.columns[0].name].absent), np.bool_)
        return self.unknown("client", typed["client_id"])

    def unknown(self, reference: str, column: Typed) -> Bools:
        """Mark rows whose value in `column` isn't a key of the table `reference`."""
        keys = self.known.get(reference)
        if keys is None:
            return np.zeros(len(column.absent), np.bool_)
        if column.codes is None:
            return np.asarray(~among(hashes_of(column.array), keys) & ~column.absent)
        missing = np.append(~among(hashes_of(pa.array(column.words, pa.string())), keys), False)
        return np.asarray(missing[column.codes])

    def save(self, folder: Path) -> None:
        """Write the facts where worker processes find them."""
        for name, keys in self.known.items():
            np.save(folder / f"{name}.keys.npy", keys)
        if self.trading_days is not None:
            np.save(folder / "days.npy", self.trading_days)

    @classmethod
    def load(cls, folder: Path) -> Facts:
        """Open saved facts without reading them into memory."""
        known = {
            p.name.removesuffix(".keys.npy"): np.load(p, mmap_mode="r") for p in folder.glob("*.keys.npy")
        }
        days = folder / "days.npy"
        return cls(known, np.load(days) if days.exists() else None)
