"""Results of some clients once more, from the delivered rows up, held against what was published."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.errors import DamagedStore, StoreLocked, UsageError
from zhike.base.sums import in_one_order
from zhike.base.text import say
from zhike.datacentre.audit import Invariant, Result
from zhike.datacentre.audit.ground import Break, Remark
from zhike.datacentre.generation import Generation, Inputs, Slot
from zhike.datacentre.store.identity import client_buckets
from zhike.datacentre.stored import BUCKETS, without_codes
from zhike.datacentre.tables import table as table_called
from zhike.engine.durable import make_folder, only_writer
from zhike.engine.parquet import read_table
from zhike.models.value.versions import in_force
from zhike.run.first_pass import first_pass
from zhike.run.market import keep, market_of
from zhike.run.reading import share
from zhike.run.settings import NightSettings
from zhike.run.sources import Sources
from zhike.run.tasks import Task

RECOMPUTED = Invariant(
    "recomputed",
    say("抽样客户的结果由原始数据重新计算相符", "results of sampled clients, computed anew from the rows, are what was published"),
    lambda ground: iter(()), deep=True,
)  # fmt: skip
MODELS = Invariant(
    "models",
    say("价值模型都是发布时的内容", "models of value are what was published"),
    lambda ground: iter(()),
)
_CLIENTS = 50  # about so many are looked at
_WRITTEN = ("measure_detail", "attribution", "client_card", "asset_series", "holding_now", "product_now")
_MEASURE = "measure"
_CLOSE = 1e-12  # floats that differ by less, relative to their size, are the same


def models_kept(home: Path) -> Result:
    """Look whether every model of value that was published or used is there with the words it had, and those in force can be read."""
    try:
        in_force(home)
    except (DamagedStore, UsageError) as error:
        return Result(MODELS, (Break(error.where, error.what),))
    return Result(MODELS)


def recomputed(home: Path, settings: NightSettings | None = None, clients: int = _CLIENTS) -> Result:
    """Compute the latest generation's results anew for some clients, as a night's first pass does, and compare.

    Whose they are follows from the generation's id, so each generation shows others. Integers, decimals and texts must be the
    same, floats to 1e-12. What rests on all clients (logic, stage, places among peers) isn't looked at. Where the data, the code or
    the settings are others than the generation's there is nothing to compare, which a remark says.
    """
    chosen, generation = settings or NightSettings.of(home), Generation.latest(home)
    if generation is None:
        return Result(RECOMPUTED)
    where = generation.entry.folder
    try:
        with only_writer(home / "LOCK"):  # nothing may change under it
            if Inputs.gather(home, chosen.by_room()) != generation.manifest.inputs:
                note = say(
                    "数据、程序或设置在发布后已变，未比较",
                    "data, code or settings have changed since; not compared",
                )
                return Result(RECOMPUTED, remarks=(Remark(where, note),))
            low, high = span_of(generation, clients)
            with _aside(home) as work, in_one_order():
                return Result(RECOMPUTED, tuple(_breaks(generation, low, high, work, chosen)))
    except StoreLocked:
        note = say("另一个进程正在写入，未比较", "another process is writing; not compared")
        return Result(RECOMPUTED, remarks=(Remark(where, note),))


@contextmanager
def _aside(home: Path) -> Iterator[Path]:
    """Make a folder for clients' rows inside the home folder, where what a crash leaves is swept away."""
    room = make_folder(home / "staging")
    with tempfile.TemporaryDirectory(prefix="check-", dir=room) as name:
        yield Path(name)
    with suppress(OSError):  # somebody else's work may lie there
        room.rmdir()


def span_of(generation: Generation, clients: int) -> tuple[int, int]:
    """Return client buckets [low, high), one at least, that hold about so many of a generation's clients."""
    all_ = generation.rows(_MEASURE) if _MEASURE in generation.tables else 0
    width = min(BUCKETS, -(-BUCKETS * clients // max(all_, 1)))
    low = int(generation.id[:8], 16) % (BUCKETS - width + 1)
    return low, low + width


def _breaks(
    generation: Generation, low: int, high: int, work: Path, settings: NightSettings
) -> Iterator[Break]:
    sources, as_of = Sources.of(generation.home), generation.manifest.as_of
    keep(market_of(sources, as_of, settings.market, settings.standing), work)
    share(sources, work)
    slots = {n: Slot(n, work / f"{n}.parquet", as_of) for n in _WRITTEN}
    task = Task(sources, low, high, work, as_of, settings, slots, {})
    made = {part.slot.table: read_table(part.slot.path) for part in first_pass(task).parts}
    made[_MEASURE] = task.kept(_MEASURE)
    for name, rows in made.items():
        yield from _differences(generation, name, rows, low, high)


def _differences(generation: Generation, name: str, rows: pa.Table, low: int, high: int) -> Iterator[Break]:
    """Compare a table of some clients with what was published of them, row by row and column by column."""
    key, where = table_called(name).key, f"{generation.entry.folder}/{name}"
    found = _in_order(_published(generation, name, rows.column_names, low, high), key)
    rows = _in_order(rows, key)
    if not all(rows[k].equals(found[k]) for k in key):
        yield Break(
            where,
            say(
                f"重新计算得 {rows.num_rows} 行，发布了 {found.num_rows} 行，主键不同",
                f"{rows.num_rows} rows computed anew and {found.num_rows} published have different keys",
            ),
        )
        return
    for column in (c for c in rows.column_names if c not in key):
        at = _unlike(rows[column], found[column])
        if len(at):
            first = rows.slice(int(at[0]), 1)
            shown = ", ".join(str(first[k][0]) for k in key)
            yield Break(
                where,
                say(
                    f"{column}：{len(at)} 行不同，如 {shown}：发布 {found[column][int(at[0])]}，重算 {first[column][0]}",
                    f"{column}: {len(at)} rows differ, such as {shown}: published {found[column][int(at[0])]}, anew {first[column][0]}",
                ),
            )


def _published(generation: Generation, name: str, columns: Sequence[str], low: int, high: int) -> pa.Table:
    """Read what was published of the client buckets [low, high); of the measures that rest on all clients nothing."""
    files = [f for f in generation.files_of(name, low, high) if not f.stem.endswith("-branchwide")]
    rows = pa.concat_tables([read_table(f, list(columns)) for f in files])
    bucket = client_buckets(rows)
    return rows.filter(pa.array((bucket >= low) & (bucket < high)))


def _in_order(rows: pa.Table, key: Sequence[str]) -> pa.Table:
    return without_codes(rows).sort_by([(name, "ascending") for name in key]).combine_chunks()


def _unlike(a: pa.ChunkedArray, b: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the places where two columns differ."""
    if pa.types.is_floating(a.type):
        x, y = (c.cast(pa.float64()).fill_null(np.nan).to_numpy() for c in (a, b))
        same = np.isclose(x, y, rtol=_CLOSE, atol=0.0, equal_nan=True)
        return np.flatnonzero(~same | (a.is_null().to_numpy() != b.is_null().to_numpy()))
    same = pc.fill_null(pc.equal(a, b.cast(a.type)), False)
    both = pc.and_(a.is_null(), b.is_null())
    return np.flatnonzero(~pc.or_(same, both).to_numpy())
