"""What a book is loaded from: the generation, and what the store knows of clients, staff and securities beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from zhike.config import proposal_settings
from zhike.datacentre.generation import Generation
from zhike.datacentre.store.house import Store
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables import table as table_called
from zhike.engine.parquet import read_groups, read_table

CLIENT_COLUMNS = (
    "client_id", "kind", "name", "id_type", "id_number", "gender", "birth_date", "phone", "email", "region",
    "occupation", "opened_on", "closed_on", "branch_id", "risk_level", "risk_assessed_on", "professional",
    "marketing_opt_out", "frozen",
)  # fmt: skip
_MANY = 4
_SPAN = re.compile(r"(\d{4})-(\d{4})$")
_ALL = (0, 1 << 12)


@dataclass(frozen=True)
class Source:
    """A home folder and the generation of it that is to be loaded."""

    home: Path
    generation: Generation

    @property
    def as_of(self) -> date:
        """Return the day the generation's numbers hold for."""
        return self.generation.manifest.as_of

    @cached_property
    def assessment_months(self) -> int:
        """Return how many months a risk assessment holds at this branch."""
        return proposal_settings(self.home).assessment_months

    def pieces(self) -> Iterator[tuple[int, int]]:
        """Yield the ranges of client buckets that the generation's files hold, in order."""
        named = [_SPAN.match(path.stem) for path in self.files("client_card")]
        if any(found is None for found in named):
            yield _ALL
            return
        yield from sorted({(int(found[1]), int(found[2])) for found in named if found})

    def rows(self, table: str) -> int:
        """Return how many rows a table of the generation has; 0 where it has no such table."""
        return self.generation.rows(table) if table in self.generation.tables else 0

    def files(self, table: str) -> list[Path]:
        """Return a table's files; none where the generation has no such table."""
        return self.generation.files(table) if table in self.generation.tables else []

    def piece(self, table: str, span: tuple[int, int], columns: Sequence[str] | None = None) -> pa.Table:
        """Return a table's rows of a range of client buckets; no rows where the generation has no such table."""
        if table not in self.generation.tables:
            return schema_of(table_called(table)).empty_table()
        files = [f for f in self.generation.files_of(table, *span) if not f.stem.endswith("-branchwide")]
        if not files:
            return self.generation.schema(table).empty_table()
        return pa.concat_tables([read_table(f, columns) for f in files])

    def whole(self, table: str) -> pa.Table:
        """Return all rows of a small table of the generation; no rows where it has none."""
        if table not in self.generation.tables:
            return schema_of(table_called(table)).empty_table()
        return self.generation.read(table)

    def streamed(self, table: str) -> Iterator[pa.Table]:
        """Yield the rows of a large table, file by file, in pieces of bounded size."""
        for file in self.files(table):
            yield from read_groups(file, self.generation.schema(table).names)

    def stored(self, table: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Return the rows of a delivered table as they hold now."""
        store = Store(self.home)
        files = store.files(store.manifest(), table)
        wanted = list(columns) if columns else schema_of(table_called(table)).names
        if not files:
            return schema_of(table_called(table)).empty_table().select(wanted)
        return pa.concat_tables([read_table(f, wanted) for f in files])

    @cached_property
    def measures(self) -> frozenset[str]:
        """Return the columns of the generation's measures."""
        return (
            frozenset(self.generation.schema("measure").names)
            if "measure" in self.generation.tables
            else frozenset()
        )

    @cached_property
    def clients(self) -> pa.Table:
        """Return who the clients are."""
        return self.stored("client", CLIENT_COLUMNS)

    @cached_property
    def relations(self) -> pa.Table:
        """Return the relations in force on the day of the generation: client, staff, role, share, start."""
        rows = self.stored("relation", ("client_id", "staff_id", "role", "share", "start_on", "end_on"))
        day = pa.scalar(self.as_of, pa.date32())
        ended = pc.fill_null(pc.less(rows["end_on"], day), False)
        return rows.filter(pc.and_(pc.less_equal(rows["start_on"], day), pc.invert(ended))).drop_columns(
            ["end_on"]
        )


def sentences(rows: pa.Table, column: str) -> pa.ChunkedArray:
    """Return a column's sentences as codes and figures; those an older version published as their Chinese text."""
    told = f"{column}_told"
    return pc.coalesce(rows[told], rows[column]) if told in rows.column_names else rows[column]


def beside(left: pa.Table, right: pa.Table, key: str = "client_id") -> pa.Table:
    """Return the rows of `right` that go with those of `left`, in its order; nulls where there is none. Keys of `right` are unique."""
    if not len(right):
        return pa.table({n: pa.nulls(len(left), right.schema.field(n).type) for n in right.column_names})
    if len(right) > _MANY * len(left):  # a table of few keys is made faster than one of many
        right = right.filter(pc.is_in(right[key], value_set=left[key].combine_chunks()))
    places = pc.index_in(left[key], value_set=right[key])
    return right.take(places)
