"""The way out: a table as it holds now, or as a run published it, in one file.

It is sorted by its key, so that two exports of a state are equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa
import pyarrow.parquet as pq

from zhike.base.errors import DamagedStore, UsageError
from zhike.base.text import say
from zhike.datacentre.generation import Generation
from zhike.datacentre.masks import masked
from zhike.datacentre.spreadsheets import csv_bytes, refuse_too_many, write_xlsx
from zhike.datacentre.store.house import Store
from zhike.datacentre.store.manifest import Manifest
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables import LEDGER, RESULTS, TABLES
from zhike.datacentre.tables import table as table_called
from zhike.datacentre.tables.definition import Level, Table
from zhike.engine import Engine, EngineSettings
from zhike.engine.durable import flush, holds

FORMATS = ("parquet", "csv", "xlsx")
_ROW_GROUP = 250_000
Batches = Iterable[pa.RecordBatch]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: rows, the columns that are masked in it, and the rows of frozen clients that were left out.

    `generation` is the id of the run that published the table, `as_of` its day; None for a table as it was delivered.
    """

    table: str
    path: Path
    rows: int
    masked: tuple[str, ...]
    withheld: int
    generation: str | None = None
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class _Source:
    """A table to be written: its definition, columns and rows, the files they are in, the generation they are of."""

    table: Table
    schema: pa.Schema
    rows: int
    files: list[Path]
    generation: Generation | None = None


def export(
    home: Path,
    wanted: str,
    form: str,
    target: Path,
    settings: EngineSettings | None = None,
    *,
    unmasked: bool = False,
    generation: str | None = None,
) -> Exported:
    """Write a table to `target` (parquet, csv or xlsx), whole or not at all.

    A delivered table is written as it holds now, one that a run publishes as it is in `generation` (an id or its
    beginning; None: the latest). Columns that name a person are masked unless `unmasked`; rows of clients that are frozen now stay in the house.
    Raise UsageError for an unknown table, format or generation, a folder that isn't there, or more rows than a sheet holds.
    """
    table = table_called(wanted)
    _refuse_unfit(form, target)
    manifest = Store(home).manifest()
    source = _source(home, manifest, table, generation)
    hidden = () if unmasked else tuple(c.name for c in table.columns if c.level is Level.IDENTITY)
    with Engine(settings) as engine:
        rows, withheld = _rows_of(engine, home, manifest, source)
        if form == "xlsx":
            refuse_too_many(source.rows - withheld)
        batches = (_shown(b, source.schema, hidden) for b in engine.batches(rows))
        written = _write(target, form, source, batches)
    of = source.generation
    return Exported(
        table.name,
        target,
        written,
        hidden,
        withheld,
        of.id if of else None,
        of.manifest.as_of if of else None,
    )


def _refuse_unfit(form: str, target: Path) -> None:
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


def _source(home: Path, manifest: Manifest, table: Table, generation: str | None) -> _Source:
    """Find a table, its files compared with what was stored: the engine doesn't look at page checksums."""
    if table.name in TABLES:
        if generation is None:
            rows = manifest.rows(table.name)
            return _Source(table, schema_of(table), rows, _verified(home, manifest, table.name))
        raise UsageError(
            say(
                f"表 {table.name} 是导入的，不属于任何一期结果。",
                f"Table '{table.name}' was delivered; it is in no generation.",
            ),
            next_=say("去掉 --generation。", "Leave out --generation."),
        )
    if table.name in LEDGER:
        raise UsageError(
            say(
                f"表 {table.name} 只在运行内部使用，不能导出。",
                f"Table '{table.name}' is for the run itself, not for export.",
            ),
            next_=_CAN_BE,
        )
    found = Generation.at(home, generation) if generation is not None else Generation.latest(home)
    if found is None:
        raise UsageError(
            say(
                f"表 {table.name} 由运行产生，这里还没有发布过结果。",
                f"Table '{table.name}' comes from a run, and nothing was published here yet.",
            ),
            where=str(home),
            next_=say(
                "先运行 zhike run；或导出输入的表，见 zhike tables。",
                "First zhike run; or export a table that was delivered, see zhike tables.",
            ),
        )
    schema, files = found.schema(table.name), found.verified(table.name)
    return _Source(table, schema, found.rows(table.name), files, found)


_CAN_BE = say(
    "可导出的表：" + "、".join([*TABLES, *RESULTS]),
    "Tables that can be exported: " + ", ".join([*TABLES, *RESULTS]),
)


def _rows_of(
    engine: Engine, home: Path, manifest: Manifest, source: _Source
) -> tuple[nw.LazyFrame[Any], int]:
    """Return a table's rows in the order of its key without those of frozen clients, and how many these are."""
    rows = engine.scan(source.files, source.schema)
    withheld = 0
    if source.table.has("client_id") and manifest.rows("client"):
        clients = engine.scan(_verified(home, manifest, "client"), schema_of(TABLES["client"]))
        frozen = clients.filter(nw.col("frozen")).select("client_id")
        count = engine.figures(rows.join(frozen, on="client_id", how="semi").select(nw.len().alias("n")))["n"]
        withheld = int(str(count))
        if withheld:
            rows = rows.join(frozen, on="client_id", how="anti")
    return rows.sort(*source.table.key), withheld


def _verified(home: Path, manifest: Manifest, table: str) -> list[Path]:
    """Return a table's files, their bytes compared with the manifest."""
    digests = manifest.files()
    for name in manifest.live(table):
        path = home / name
        if not holds(path, digests[name]):
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


def _write(target: Path, form: str, source: _Source, batches: Batches) -> int:
    writers: dict[str, Callable[[Path, pa.Schema, Batches], int]] = {
        "parquet": _write_parquet,
        "csv": _write_csv,
        "xlsx": lambda path, schema, rows: write_xlsx(path, source.table.name, schema, rows),
    }
    with whole(target) as aside:
        return writers[form](aside, source.schema, batches)


def _write_csv(path: Path, schema: pa.Schema, batches: Batches) -> int:
    rows = 0

    def counted() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        for batch in batches:
            rows += batch.num_rows
            yield batch

    with path.open("wb") as stream:
        for piece in csv_bytes(schema, counted()):
            stream.write(piece)
    return rows


def _write_parquet(path: Path, schema: pa.Schema, batches: Batches) -> int:
    """Write row groups of one size whatever the batches, so that the same rows make the same bytes."""
    rows = 0
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
