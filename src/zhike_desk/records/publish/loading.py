"""Every row of a generation into a book: which table is filled from what, piece by piece, each counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa
from django.apps import apps

from zhike.base.errors import BrokenPromise
from zhike.base.text import say
from zhike_desk.records.publish import cells, clients, definitions, facts, tokens
from zhike_desk.records.publish.home import Source
from zhike_desk.records.publish.summary import Tally


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

    source: Source
    book: Book
    key: bytes
    told: Callable[[str, int], None] | None = None
    rows: dict[str, int] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    _known: list[pa.Table] = field(default_factory=list)
    _cells: list[pa.Table] = field(default_factory=list)

    def run(self) -> None:
        """Fill every table, index, and count again; raise BrokenPromise where a count differs."""
        names = self.source.whole("measure_dictionary").sort_by("name")["name"].to_pylist()
        self.book.create(names)
        main = clients.main_staff(self.source.relations)
        for span in self.source.pieces():
            self._piece(clients.Piece.of(self.source, span), main, names)
        self._whole(main, names)
        self.book.index()
        self._check()

    def _piece(self, piece: clients.Piece, main: pa.Table, names: list[str]) -> None:
        listed = clients.listed(self.source, piece, main, self.key)
        identity = clients.identities(piece)
        self._put("book_client", listed)
        self._put("book_identity", identity)
        self._add(definitions.MEASURES, clients.measured(piece, names))
        self._put("book_token", tokens.rows(_searched(listed, identity)))
        self._put("book_asset", facts.assets(self.source, piece))
        kept = listed.select(["client_id", "staff_id", "branch_id", "score"])
        self._known.append(kept)
        self._cells.append(cells.counted(listed))
        self.tally.add(listed)

    def _whole(self, main: pa.Table, names: list[str]) -> None:
        source = self.source
        known = pa.concat_tables(self._known)
        filled: dict[str, Iterable[pa.Table]] = {
            "book_relation": facts.relations(source),
            "book_staff": facts.staff(source, main),
            "book_security": facts.securities(source),
            "book_holding": facts.plain(source, "holding_now"),
            "book_timeline": facts.plain(source, "timeline"),
            "book_attribution": facts.plain(source, "attribution"),
            "book_clv": facts.plain(source, "clv"),
            "book_cell": cells.cells(self._cells),
            "book_market": facts.plain(source, "market_state"),
            "book_phase": facts.plain(source, "phase"),
            "book_transition": facts.transitions(source),
            "book_measure_name": facts.measure_names(source, names),
            "book_proposal": facts.proposals(source, known),
        }
        for table, pieces in filled.items():
            self.rows.setdefault(table, 0)
            for piece in pieces:
                self._put(table, piece)

    def _put(self, table: str, rows: pa.Table) -> None:
        model = next(m for m in apps.get_app_config("book").get_models() if m._meta.db_table == table)
        self._add(table, definitions.shaped(model, rows, self.rows.get(table, 0) + 1))

    def _add(self, table: str, rows: pa.Table) -> None:
        self.book.load(table, rows)
        self.rows[table] = self.rows.get(table, 0) + len(rows)
        if self.told:
            self.told(table, self.rows[table])

    def _check(self) -> None:
        expected = dict(self.rows)
        if "client_card" in self.source.generation.tables:
            expected["book_client"] = self.source.generation.rows("client_card")
        for table, rows in expected.items():
            found = self.book.count(table)
            if found != rows:
                raise BrokenPromise(
                    say(
                        f"表 {table} 应有 {rows} 行，实有 {found} 行。",
                        f"Table {table} should have {rows} rows and has {found}.",
                    )
                )


def _searched(listed: pa.Table, identity: pa.Table) -> list[tuple[str, str, str, str]]:
    columns = (listed["client_id"], listed["pseudonym"], identity["name"], identity["phone"])
    return [tuple(v or "" for v in row) for row in zip(*(c.to_pylist() for c in columns), strict=True)]  # type: ignore[misc]
