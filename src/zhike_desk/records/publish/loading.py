"""Every row of a generation into a book: which table is filled from what, piece by piece, each counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Protocol

import pyarrow as pa

from zhike.base.errors import BrokenPromise
from zhike.base.text import say
from zhike_desk.records.book import wide
from zhike_desk.records.publish import definitions, summary
from zhike_desk.records.publish.working import Work, prepared
from zhike_desk.records.rows import cells, clients, facts, ties
from zhike_desk.records.rows.preparing import HELD, Ground
from zhike_desk.records.rows.source import Source

ALL_OF = {
    wide.MEASURES: "measure",
    "book_holding": "holding_now",
    "book_product": "product_now",
    "book_timeline": "timeline",
    "book_attribution": "attribution",
    "book_clv": "clv",
    "book_market": "market_state",
    "book_phase": "phase",
    "book_transition": "transition",
    "book_measure_name": "measure_dictionary",
    "book_proposal": "proposal",
}
"""Tables of the book that have every row of a table of the generation."""


class Book(Protocol):
    """Where rows go: a file or a schema."""

    place: str

    def create(self, measures: list[str]) -> None:
        """Make every table."""

    def load(self, table: str, rows: pa.Table) -> None:
        """Append rows, which have the table's columns in its order."""

    def index(self) -> None:
        """Make keys and indexes."""

    def count(self, table: str) -> int:
        """Return how many rows a table holds."""
        ...

    def finish(self) -> None:
        """Make it durable, under its name."""

    def abandon(self) -> None:
        """Leave nothing of it."""


@dataclass
class Loading:
    """One generation on its way into one book; `rows` counts what each table was given."""

    ground: Ground
    book: Book
    told: Callable[[str, int], None] | None = None
    rows: dict[str, int] = field(default_factory=dict)
    _kept: dict[str, list[pa.Table]] = field(default_factory=lambda: defaultdict(list))

    @property
    def source(self) -> Source:
        """Return what is loaded."""
        return self.ground.source

    def run(self) -> dict[str, Any]:
        """Fill every table, index, and count again; return the summary. Raise BrokenPromise where a count differs."""
        names = self.source.whole("measure_dictionary").sort_by("name")["name"].to_pylist()
        self.book.create(names)
        self.rows = dict.fromkeys((m._meta.db_table for m in definitions.classes()), 0)
        self.rows[wide.MEASURES] = 0
        measures = self._measures(names)
        for done in prepared(self.ground, self._works(), self._clients):
            for table, rows in done.tables.items():
                self._put(table, rows)
            for name, rows in done.kept.items():
                self._kept[name].append(rows)
            self._beside(names, next(measures, None))
        for rows in measures:
            self._beside(names, rows)
        self._rest(names)
        self.book.index()
        self._check(names)
        return summary.told(self._kept["classes"])

    @property
    def _clients(self) -> int:
        return self.source.rows("client_card")

    def _works(self) -> Iterator[Work]:
        """Yield what is to be prepared: people and assets by turns, since one is work for Python and the other isn't."""
        people: Iterator[Work] = (("people", span) for span in self.source.pieces())
        assets: Iterator[Work] = (("assets", file) for file in self.source.files("asset_series"))
        for pair in zip_longest(people, assets):
            yield from (work for work in pair if work)
        yield ("people", HELD)

    def _measures(self, names: list[str]) -> Iterator[pa.Table]:
        for rows in self.source.streamed("measure"):
            yield clients.measured(rows, names)

    def _rest(self, names: list[str]) -> None:
        source = self.source
        filled: dict[str, Iterable[pa.Table]] = {
            "book_relation": [source.relations],
            "book_staff": facts.staff(source, self.ground.main),
            "book_security": facts.securities(source),
            "book_holding": source.streamed("holding_now"),
            "book_product": facts.products(source),
            "book_complaint": facts.complaints(source),
            "book_day": facts.days(source),
            "book_timeline": facts.timeline(source),
            "book_attribution": source.streamed("attribution"),
            "book_clv": source.streamed("clv"),
            "book_cell": cells.cells(self._kept["cells"]),
            "book_link": ties.links(source),
            "book_peer": ties.peers(self._kept["behaviour"]),
            "book_market": source.streamed("market_state"),
            "book_phase": source.streamed("phase"),
            "book_transition": facts.transitions(source),
            "book_measure_name": facts.measure_names(source, names),
            "book_proposal": facts.proposals(source, pa.concat_tables(self._kept["known"])),
        }
        for table, pieces in filled.items():
            for piece in pieces:
                self._put(table, piece)

    def _put(self, table: str, rows: pa.Table) -> None:
        model = next(m for m in definitions.classes() if m._meta.db_table == table)
        self._add(table, definitions.shaped(model, rows, self.rows[table] + 1))

    def _add(self, table: str, rows: pa.Table) -> None:
        self.book.load(table, rows)
        self._added(table, len(rows))

    def _beside(self, names: list[str], rows: pa.Table | None) -> None:
        """Put rows of measures into the parts of their table."""
        if rows is None:
            return
        for part, columns in wide.parts(names):
            self.book.load(part, rows.select(["client_id", *columns]))
        self._added(wide.MEASURES, len(rows))

    def _added(self, table: str, rows: int) -> None:
        self.rows[table] += rows
        if self.told:
            self.told(table, self.rows[table])

    def _check(self, names: list[str]) -> None:
        """Count every table in the finished book against what it was given, and what it was given against the generation."""
        for table, rows in self.rows.items():
            _same(table, rows, self.book.count(table))
        for part, _ in wide.parts(names):
            _same(part, self.rows[wide.MEASURES], self.book.count(part))
        for table, of in ALL_OF.items():
            _same(table, self.source.rows(of), self.rows[table])


def _same(table: str, expected: int, found: int) -> None:
    if found != expected:
        raise BrokenPromise(
            say(
                f"表 {table} 应有 {expected} 行，实有 {found} 行。",
                f"Table {table} should have {expected} rows and has {found}.",
            )
        )
