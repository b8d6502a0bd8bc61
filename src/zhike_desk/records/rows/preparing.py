"""What a worker does for a publication: rows of a range of clients, or one file's packed assets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from zhike.datacentre.generation import Generation
from zhike_desk.records.rows import cells, clients, detail, facts, ties, tokens
from zhike_desk.records.rows.source import Source

HELD = (-1, -1)
"""In the place of a range: clients whom the night leaves out, because their record is kept only by law."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows for tables of the book, and what is kept of them to be counted once all are there."""

    tables: dict[str, pa.Table]
    kept: dict[str, pa.Table]


@dataclass(frozen=True)
class Ground:
    """What all of a publication's rows are made from; `key` makes the pseudonyms."""

    source: Source
    key: bytes

    @cached_property
    def main(self) -> pa.Table:
        """Return who mainly serves each client."""
        return clients.main_staff(self.source.relations)

    def people(self, span: tuple[int, int]) -> Prepared:
        """Prepare clients, identities, tokens and details of a range of buckets."""
        piece = clients.Piece.held(self.source) if span == HELD else clients.Piece.of(self.source, span)
        listed = clients.listed(self.source, piece, self.main, self.key)
        identity = clients.identities(piece)
        rows = {"book_client": listed, "book_identity": identity, "book_token": tokens.rows(listed, identity)}
        rows["book_detail"] = detail.details(self.source, piece.span, listed["client_id"])
        kept = {
            "known": listed.select(["client_id", "staff_id", "branch_id", "score"]),
            "classes": listed.select(list(clients.CLASSES)),
            "cells": cells.counted(listed),
            "behaviour": ties.behaviour(listed, piece.measures),
        }
        return Prepared(rows, kept)

    def assets(self, file: Path) -> Prepared:
        """Prepare the packed assets of the clients in a file."""
        return Prepared({"book_asset": facts.assets(file)}, {})


_grounds: list[Ground] = []


def begin(home: Path, generation: str, key: bytes) -> None:
    """Make this process a worker of one publication."""
    _grounds[:] = [Ground(Source(home, Generation.at(home, generation)), key)]


def do(what: str, of: tuple[int, int] | Path) -> Prepared:
    """Do one piece of work in a worker: `people` of a range, or `assets` of a file."""
    found: Prepared = getattr(_grounds[0], what)(of)
    return found
