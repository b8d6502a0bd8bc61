"""The way out: a table as it holds now, in one file, sorted by its key, so that two exports of a state are equal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa
import pyarrow.parquet as pq

from zhike.base.errors import DamagedStore, UsageError
from zhike.base.text import say
from zhike.datacentre.masks import masked
from zhike.datacentre.spreadsheets import csv_bytes, refuse_too_many, write_xlsx
from zhike.datacentre.store.house import Store
from zhike.datacentre.store.manifest import Manifest
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables import TABLES
from zhike.datacentre.tables import table as table_called
from zhike.datacentre.tables.definition import Level, Table
from zhike.engine import Engine, EngineSettings
from zhike.engine.durable import flush, sha256_of

FORMATS = ("parquet", "csv", "xlsx")
_ROW_GROUP = 250_000
Batches = Iterable[pa.RecordBatch]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: rows, the columns that are masked in it, and the rows of frozen clients that were left out."""

    table: str
    path: Path
    rows: int
    masked: tuple[str, ...]
    withheld: int


def export(
    home: Path,
    wanted: str,
    form: str,
    target: Path,
    settings: EngineSettings | None = None,
    *,
    unmasked: bool = False,
) -> Exported:
    """Write a table as it holds now to `target` (parquet, csv or xlsx), whole or not at all.

    Columns that name a person are masked unless `unmasked`; rows of frozen clients stay in the house.
    Raise UsageError for an unknown table or format, a folder that isn't there, or more rows than a sheet holds.
    """
    table = _exportable(wanted)
    if form not in FORMATS:
        raise UsageError(
            say(f"未知格式：{form}。", f"Unknown format: {form}."),
            next_=say("parquet、csv、xlsx", "parquet, csv, xlsx"),
        )
    if not target.absolute().parent.is_dir() or target.is_dir():
        raise UsageError(
            say(
                "目标不能写：目录不存在，或它本身是目录。",
                "The target can't be written: no such folder, or it is one itself.",
            ),
            where=str(target),
        )
    manifest = Store(home).manifest()
    hidden = () if unmasked else tuple(c.name for c in table.columns if c.level is Level.IDENTITY)
    with Engine(settings) as engine:
        rows, withheld = _rows_of(engine, home, manifest, table)
        if form == "xlsx":
            refuse_too_many(manifest.rows(wanted) - withheld)
        batches = (_shown(b, schema_of(table), hidden) for b in engine.batches(rows))
        written = _write(target, form, table, batches)
    return Exported(table.name, target, written, hidden, withheld)


def _exportable(wanted: str) -> Table:
    table = table_called(wanted)
    if wanted in TABLES:
        return table
    raise UsageError(
        say(
            f"表 {wanted} 由后续版本的运行产生，现在还没有。",
            f"Table '{wanted}' comes from a run, which this version doesn't have yet.",
        ),
        next_=say("可导出的表：" + "、".join(TABLES), "Tables that can be exported: " + ", ".join(TABLES)),
    )


def _rows_of(engine: Engine, home: Path, manifest: Manifest, table: Table) -> tuple[nw.LazyFrame[Any], int]:
    """Return a table's rows in the order of its key without those of frozen clients, and how many these are."""
    rows = engine.scan(_verified(home, manifest, table.name), schema_of(table))
    withheld = 0
    if table.has("client_id") and manifest.rows("client"):
        clients = engine.scan(_verified(home, manifest, "client"), schema_of(TABLES["client"]))
        frozen = clients.filter(nw.col("frozen")).select("client_id")
        count = engine.figures(rows.join(frozen, on="client_id", how="semi").select(nw.len().alias("n")))["n"]
        withheld = int(str(count))
        if withheld:
            rows = rows.join(frozen, on="client_id", how="anti")
    return rows.sort(*table.key), withheld


def _verified(home: Path, manifest: Manifest, table: str) -> list[Path]:
    """Return a table's files, their bytes compared with the manifest: the engine doesn't look at page checksums."""
    digests = manifest.files()
    for name in manifest.live(table):
        path = home / name
        if not path.is_file() or sha256_of(path) != digests[name]:
            raise DamagedStore(
                say(
                    "存储文件缺失或已变，未导出。",
                    "A stored file is missing or has changed; nothing is exported.",
                ),
                where=str(path),
                next_=say("运行 zhike check 查看范围。", "Run zhike check to see how far it goes."),
            )
    return [home / name for name in manifest.live(table)]


def _shown(batch: pa.RecordBatch, schema: pa.Schema, hidden: tuple[str, ...]) -> pa.RecordBatch:
    """Bring a batch into the table's types, with masks over the columns to hide."""
    rows = pa.Table.from_batches([batch]).select(schema.names).cast(schema)
    for name in hidden:
        values = [None if v is None else masked(v, Level.IDENTITY) for v in rows[name].to_pylist()]
        rows = rows.set_column(
            rows.column_names.index(name), schema.field(name), pa.array(values, pa.string())
        )
    return pa.RecordBatch.from_arrays([c.combine_chunks() for c in rows.columns], schema=schema)


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """Give a path beside `target` to write to, then put it in its place: a failure leaves no half or changed file."""
    aside = target.with_name(f".{target.name}.new")
    try:
        yield aside
        flush(aside)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


def _write(target: Path, form: str, table: Table, batches: Batches) -> int:
    writers: dict[str, Callable[[Path, Table, Batches], int]] = {
        "parquet": _write_parquet,
        "csv": _write_csv,
        "xlsx": lambda path, t, rows: write_xlsx(path, t.name, schema_of(t), rows),
    }
    with whole(target) as aside:
        return writers[form](aside, table, batches)


def _write_csv(path: Path, table: Table, batches: Batches) -> int:
    rows = 0

    def counted() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        for batch in batches:
            rows += batch.num_rows
            yield batch

    with path.open("wb") as stream:
        for piece in csv_bytes(schema_of(table), counted()):
            stream.write(piece)
    return rows


def _write_parquet(path: Path, table: Table, batches: Batches) -> int:
    """Write row groups of one size whatever the batches, so that the same rows make the same bytes."""
    schema, rows = schema_of(table), 0
    waiting = schema.empty_table()
    with pq.ParquetWriter(
        path, schema, compression="zstd", write_page_checksum=True, store_decimal_as_integer=True
    ) as writer:
        for batch in batches:
            rows += batch.num_rows
            waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch])])
            if waiting.num_rows >= _ROW_GROUP:
                writer.write_table(waiting.slice(0, _ROW_GROUP).combine_chunks(), _ROW_GROUP)
                waiting = waiting.slice(_ROW_GROUP)
        if waiting.num_rows:
            writer.write_table(waiting.combine_chunks(), _ROW_GROUP)
    return rows
