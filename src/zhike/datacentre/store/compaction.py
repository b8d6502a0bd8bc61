"""Compaction: when a month is over, its many small files become few, sorted by client like every stored file.

Only an additional form of the same rows: the segments stay the truth, and a compacted file is given up as soon as one of
its members holds differently (a correction, an undone drop).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from zhike.base.period import date_of
from zhike.datacentre.store.manifest import Compacted, Manifest, Part
from zhike.datacentre.store.segments import ROWS, columns_of, in_order, write_ordered
from zhike.datacentre.stored import BUCKET, BUCKETS, stored_schema
from zhike.datacentre.tables import table as table_called
from zhike.datacentre.tables.definition import Table
from zhike.engine.durable import make_folder, sha256_of
from zhike.engine.parquet import read_between

ENOUGH = 16  # files of one month; a month of daily deliveries has about 20
SMALL = ROWS // 2


def compact(home: Path, manifest: Manifest, target: Path, place: str) -> Manifest:
    """Put the small files of closed months together, into `target` (whose path under the home will be `place`).

    A month is closed when the table has rows of a later one. Files that are only now being committed are left for the
    next time. Returns the state with what was put together.
    """
    compacted = dict(manifest.compacted)
    for name, parts in manifest.tables.items():
        inside = {m for c in compacted.get(name, ()) for m in c.members}
        free = [p for p in parts if p.live not in inside]
        in_place = [p for p in free if p.live and (home / p.live).exists()]
        last = max((p.segment.last_day for p in parts if p.segment.last_day is not None), default=None)
        for month, members in sorted(_closed_months(in_place, last).items()):
            made = _together(home, table_called(name), month, members, target, place)
            compacted[name] = (*compacted.get(name, ()), *made)
    return replace(manifest, compacted=compacted)


def _closed_months(parts: Sequence[Part], last: int | None) -> dict[str, list[Part]]:
    """Group small parts that lie wholly within one month, months before that of the day `last` that have enough of them."""
    if last is None:
        return {}
    months: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        first_day, last_day = part.segment.first_day, part.segment.last_day
        if part.live and part.live_rows < SMALL and first_day is not None and last_day is not None:
            month = f"{date_of(first_day):%Y-%m}"
            if month == f"{date_of(last_day):%Y-%m}":
                months[month].append(part)
    open_month = f"{date_of(last):%Y-%m}"
    return {m: ps for m, ps in months.items() if m != open_month and len(ps) >= ENOUGH}


def _together(
    home: Path, table: Table, month: str, members: Sequence[Part], target: Path, place: str
) -> list[Compacted]:
    """Write the rows of some parts as one file; more than two segments' worth is left as it is."""
    if sum(p.live_rows for p in members) > 2 * ROWS:
        half = len(members) // 2
        first = _together(home, table, f"{month}a", members[:half], target, place)
        return [*first, *_together(home, table, f"{month}b", members[half:], target, place)]
    names = stored_schema(table).names
    rows = pa.concat_tables(read_between(home / str(p.live), names, BUCKET, 0, BUCKETS) for p in members)
    path = make_folder(target) / f"{table.name}-{month}.parquet"
    write_ordered(path, in_order(columns_of(rows), table), table)
    live = tuple(str(p.live) for p in members)
    return [Compacted(f"{place}/{path.name}", rows.num_rows, sha256_of(path), live)]
