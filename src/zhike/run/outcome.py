"""What a published generation says in a few lines: how the clients divide, who moved, whom to call first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.text import Said
from zhike.datacentre.generation import Generation
from zhike.datacentre.tables.sentences import in_words
from zhike.engine.parquet import read_groups

_MOVES, _CALLS = 6, 8
_EACH = 2  # calls of a rule, so that the list shows what there is
_CALL = ("client_id", "rule", "reason_told", "due_on", "must_do", "arm")


@dataclass(frozen=True, slots=True)
class Move:
    """How many clients went from one class to another since the last generation."""

    table: str
    before: str
    after: str
    clients: int


@dataclass(frozen=True, slots=True)
class Call:
    """A proposal: for whom, until when, whether a rule or the law demands it, and why."""

    client: str
    due_on: date
    must_do: bool
    reason: Said


@dataclass(frozen=True, slots=True)
class Outcome:
    """Clients by class (`logic`, `stage`, `grade`) and proposals by `rule`, the largest moves, the first calls."""

    counts: Mapping[str, Mapping[str, int]]
    moves: tuple[Move, ...]
    first: tuple[Call, ...]


def outcome_of(generation: Generation) -> Outcome:
    """Read a generation, a row group at a time; raise DamagedStore where a file of it can't be read."""
    counts = {}
    for table, column in (("logic", "logic"), ("stage", "stage"), ("value", "grade"), ("proposal", "rule")):
        if table in generation.tables:
            found: Counter[str] = Counter()
            for rows in _groups(generation, table, (column,)):
                found.update({r["values"]: r["counts"] for r in pc.value_counts(rows[column]).to_pylist()})
            counts[column] = dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
    return Outcome(counts, _moves(generation), _calls(generation))


def _groups(generation: Generation, table: str, columns: tuple[str, ...]) -> Iterator[pa.Table]:
    for path in generation.files(table):
        yield from read_groups(path, columns)


def _moves(generation: Generation) -> tuple[Move, ...]:
    if generation.previous is None or "transition" not in generation.tables:
        return ()
    rows = generation.read("transition").to_pylist()
    found = [Move(r["table"], r["from"], r["to"], r["clients"]) for r in rows if r["from"] != r["to"]]
    return tuple(sorted(found, key=lambda m: (-m.clients, m.table, m.before, m.after))[:_MOVES])


def _calls(generation: Generation) -> tuple[Call, ...]:
    """Return the first proposals to be carried out: what must be done first, then by their due day; a few of each rule."""
    if "proposal" not in generation.tables:
        return ()
    first: dict[str, list[dict[str, Any]]] = {}
    for rows in _groups(generation, "proposal", _CALL):
        for r in rows.filter(pc.equal(rows["arm"], "treat")).to_pylist():
            of_rule = first.setdefault(r["rule"], [])
            of_rule.append(r)
            of_rule.sort(key=_urgency)
            del of_rule[_EACH:]
    chosen = sorted((r for of_rule in first.values() for r in of_rule), key=_urgency)[:_CALLS]
    return tuple(Call(r["client_id"], r["due_on"], r["must_do"], in_words(r["reason_told"])) for r in chosen)


def _urgency(row: dict[str, Any]) -> tuple[bool, date, str, str]:
    return not row["must_do"], row["due_on"], row["client_id"], row["rule"]
