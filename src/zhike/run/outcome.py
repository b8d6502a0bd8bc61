"""What a published generation says in a few lines: how the clients divide, who moved, whom to call first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from zhike.datacentre.generation import Generation

_MOVES, _CALLS = 6, 8


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
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Clients by class (`logic`, `stage`) and proposals by `rule`, the largest moves, the first calls."""

    counts: Mapping[str, Mapping[str, int]]
    moves: tuple[Move, ...]
    first: tuple[Call, ...]


def outcome_of(generation: Generation) -> Outcome:
    """Read a generation; raise DamagedStore where a file of it can't be read."""
    counts = {}
    for table, column in (("logic", "logic"), ("stage", "stage"), ("proposal", "rule")):
        if table in generation.tables:
            words = generation.read(table)[column].to_pylist()
            counts[column] = dict(Counter(words).most_common())
    return Outcome(counts, _moves(generation), _calls(generation))


def _moves(generation: Generation) -> tuple[Move, ...]:
    if generation.previous is None or "transition" not in generation.tables:
        return ()
    rows = generation.read("transition").to_pylist()
    found = [Move(r["table"], r["from"], r["to"], r["clients"]) for r in rows if r["from"] != r["to"]]
    return tuple(sorted(found, key=lambda m: (-m.clients, m.table, m.before, m.after))[:_MOVES])


def _calls(generation: Generation) -> tuple[Call, ...]:
    """Return the first proposals to be carried out: what must be done first, then by their due day."""
    if "proposal" not in generation.tables:
        return ()
    rows = [r for r in generation.read("proposal").to_pylist() if r["arm"] == "treat"]
    rows.sort(key=lambda r: (not r["must_do"], r["due_on"], r["client_id"], r["rule"]))
    kinds: Counter[str] = Counter()
    chosen: list[Call] = []
    for r in rows:  # a few of each rule, so that the list shows what there is
        kinds[r["rule"]] += 1
        if kinds[r["rule"]] <= 2 and len(chosen) < _CALLS:
            chosen.append(Call(r["client_id"], r["due_on"], r["must_do"], r["reason"]))
    return tuple(chosen)
