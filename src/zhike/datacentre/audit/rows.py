"""Invariants of rows: keys, references, sums; and, reading all of it again, the indexes and what holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from zhike.base.text import say
from zhike.datacentre import kernels
from zhike.datacentre.audit.files import dead_positions
from zhike.datacentre.audit.ground import Break, Ground
from zhike.datacentre.checks.facts import FACTS_FROM, Facts
from zhike.datacentre.store.identity import key_hashes
from zhike.datacentre.store.liveness import Outcome, Verdict, resolve
from zhike.datacentre.store.manifest import Part
from zhike.datacentre.store.segments import INDEX_BITS, INDEX_SHIFT
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables.definition import Table
from zhike.engine import Engine
from zhike.engine.parquet import read_groups, read_sorted, read_table

_CENTS = 0.02
_SHOWN = 3


def _scan(engine: Engine, ground: Ground, table: Table) -> nw.LazyFrame[Any]:
    return engine.scan(ground.store.files(ground.manifest, table.name), schema_of(table))


def keys(ground: Ground) -> Iterator[Break]:
    """Find keys that more than one row has."""
    with Engine(ground.settings) as engine:
        for table in ground.sound():
            repeated = (
                _scan(engine, ground, table)
                .group_by(*table.key)
                .agg(nw.len().alias("_n"))
                .filter(nw.col("_n") > 1)
            )
            n = int(str(engine.figures(repeated.select(nw.len().alias("n")))["n"]))
            if n:
                some = engine.collect(repeated.select(*table.key).sort(*table.key).head(_SHOWN)).to_pylist()
                shown = "; ".join(", ".join(str(v) for v in row.values()) for row in some)
                yield Break(
                    table.name, say(f"{n} 个主键重复：{shown}", f"{n} keys stand more than once: {shown}")
                )


def references(ground: Ground) -> Iterator[Break]:
    """Find rows of clients that aren't in the client table (where there is one)."""
    tables = {t.name: t for t in ground.sound()}
    if "client" not in tables or not ground.manifest.rows("client"):
        return
    with Engine(ground.settings) as engine:
        clients = _scan(engine, ground, tables["client"]).select("client_id")
        for table in tables.values():
            if table.name == "client" or not table.has("client_id"):
                continue
            rows = _scan(engine, ground, table).filter(~nw.col("client_id").is_null())
            lost = rows.join(clients, on="client_id", how="anti")
            n = int(str(engine.figures(lost.select(nw.len().alias("n")))["n"]))
            if n:
                yield Break(
                    table.name, say(f"{n} 行的客户不存在", f"{n} rows belong to clients that aren't there")
                )


def sums(ground: Ground) -> Iterator[Break]:
    """Find days of assets whose parts don't add up to the net."""
    table = next((t for t in ground.sound() if t.name == "asset"), None)
    if table is None:
        return
    net = nw.col("cash") + nw.col("securities") + nw.col("funds") - nw.col("debt")
    with Engine(ground.settings) as engine:
        wrong = _scan(engine, ground, table).filter((net - nw.col("net")).abs() > _CENTS)
        n = int(str(engine.figures(wrong.select(nw.len().alias("n")))["n"]))
    if n:
        yield Break("asset", say(f"{n} 行不成立", f"{n} rows don't add up"))


def indexes(ground: Ground) -> Iterator[Break]:
    """Find indexes that don't hold exactly the hashes of their segment's keys, sorted."""
    for table in ground.sound():
        for part in ground.manifest.tables[table.name]:
            groups = read_groups(ground.home / part.source, table.key)
            due = kernels.ascending(np.concatenate([key_hashes(g, table.key) for g in groups]) >> INDEX_SHIFT)
            found = read_sorted(ground.home / part.index, "hash", 0, 1 << INDEX_BITS).view(np.uint64)
            if not np.array_equal(due, found):
                yield Break(part.index, say("索引与数据不符", "the index isn't that of its segment"))


def liveness(ground: Ground) -> Iterator[Break]:
    """Decide anew, from all that was delivered, which rows hold, and find where the state says otherwise."""
    damaged = set(ground.unsound()).intersection(FACTS_FROM)
    facts = Facts() if damaged else ground.store.facts(ground.manifest)
    for table in ground.sound():
        parts = ground.manifest.tables[table.name]
        outcome = resolve(ground.home, table, parts, None, facts)
        for number, part in enumerate(parts):
            yield from _judged(ground, table, part, outcome.verdicts.get(number, _NOTHING_DEAD))
        yield from _merged(ground, table, outcome)


_NOTHING_DEAD = Verdict(np.empty(0, np.int64), 0)


def _judged(ground: Ground, table: Table, part: Part, verdict: Verdict) -> Iterator[Break]:
    dead = dead_positions(ground, part)
    if not np.array_equal(dead, verdict.dead) or part.unknown != verdict.unknown:
        yield Break(
            part.source,
            say(
                f"应有 {len(verdict.dead)} 行失效（{verdict.unknown} 行等待客户），状态为 {len(dead)}（{part.unknown}）",
                f"{len(verdict.dead)} rows shouldn't hold ({verdict.unknown} wait); the state says {len(dead)} ({part.unknown})",
            ),
        )
        return
    if part.live is None or part.live == part.source:
        return
    keep = np.ones(part.segment.rows, np.bool_)
    keep[dead] = False
    due = read_table(ground.home / part.source, table.names).filter(pa.array(keep))
    if not due.equals(read_table(ground.home / part.live, table.names)):
        yield Break(
            part.live, say("有效行的内容与交付的不同", "rows that hold aren't those that were delivered")
        )


def _merged(ground: Ground, table: Table, outcome: Outcome) -> Iterator[Break]:
    """Compare the rows put together from several deliveries with those that are stored."""
    patch = ground.manifest.patches.get(table.name)
    due = outcome.merged.select(table.names)
    found = read_table(ground.home / patch.path, table.names) if patch is not None else due.slice(0, 0)
    order = [(name, "ascending") for name in table.key]
    if not due.sort_by(order).combine_chunks().equals(found.sort_by(order).combine_chunks()):
        where = patch.path if patch is not None else table.name
        yield Break(
            where,
            say(
                f"合并行应为 {due.num_rows} 行，存有 {found.num_rows} 行，或内容不同",
                f"{due.num_rows} merged rows are due, {found.num_rows} are stored, or they differ",
            ),
        )
