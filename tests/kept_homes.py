"""Homes as released versions wrote them: where they lie, how they are packed, what is counted in them."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

HOMES = Path(__file__).parent / "fixtures" / "homes"
LARGEST = 200_000
# What is taken in, in this order; the third is taken back again. T9 waits for its client.
DROPS: Mapping[str, Mapping[str, str]] = {
    "second": {
        "client.csv": "client_id,kind,name,phone\nZ1,individual,张三丰,13800000001\n",
        "trade.csv": "trade_id,date,client_id,security_id,side,kind,quantity,price,amount,commission,flag\n"
        "T1,2025-03-31,Z1,600000.SH,buy,ordinary,100,10,1000,5,证券买入\n"
        "T2,2025-04-01,Z1,600000.SH,sell,ordinary,100,10.5,1050,5,\n"
        "T9,2025-04-01,Z9,000001.SZ,buy,ordinary,100,12,1200,5,\n",
        "asset.csv": "date,client_id,cash,securities,funds,debt,net\n2025-04-01,Z1,100,1000,0,50,1050\n",
    },
    "mistake": {"client.csv": "client_id,kind,name\nZ2,individual,王五\n"},
    "correction": {
        "trade.csv": "trade_id,date,client_id,security_id,side,kind,quantity,price,amount\n"
        "T1,2025-03-31,Z1,600000.SH,buy,ordinary,200,10,2000\n",
    },
}
TAKEN_BACK = "mistake"


def drop(folder: Path, name: str) -> Path:
    """Write one of the drops."""
    (folder / name).mkdir()
    for file, text in DROPS[name].items():
        (folder / name / file).write_text(text, "utf-8")
    return folder / name


def content(files: Iterable[Path], columns: Sequence[str]) -> dict[str, Any]:
    """Return rows and one hash of some columns of a table, whatever the order of its rows and files."""
    rows = [pq.read_table(f, columns=list(columns), partitioning=None).to_pylist() for f in files]
    lines = sorted(repr([str(row[c]) for c in columns]) for table in rows for row in table)
    return {
        "rows": len(lines),
        "columns": list(columns),
        "sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
    }


def columns_of(files: Sequence[Path]) -> list[str]:
    """Return the names of a table's own columns; those of the storage begin with a line."""
    return sorted(n for n in pa.unify_schemas([pq.read_schema(f) for f in files]).names if n[0] != "_")


def pack(home: Path, path: Path) -> None:
    """Pack a home, the same bytes for the same files: names sorted, no times, nobody's name."""
    with tarfile.open(path, mode="w:xz", format=tarfile.PAX_FORMAT, preset=9) as archive:
        for each in sorted(p for p in home.rglob("*") if p.is_file() and p.name != "LOCK"):
            entry = tarfile.TarInfo(each.relative_to(home).as_posix())
            entry.size, entry.mode = each.stat().st_size, 0o640
            archive.addfile(entry, io.BytesIO(each.read_bytes()))


def unpack(version: str, home: Path) -> Path:
    """Unpack a version's home."""
    with tarfile.open(HOMES / f"{version}.tar.xz") as archive:
        archive.extractall(home, filter="data")
    return home


def told(version: str) -> dict[str, Any]:
    """Return what was counted when the version had written its home."""
    found: dict[str, Any] = json.loads((HOMES / f"{version}.json").read_bytes())
    return found


def versions() -> list[str]:
    """Return the versions there are homes of."""
    return sorted(p.name.removesuffix(".tar.xz") for p in HOMES.glob("*.tar.xz"))
