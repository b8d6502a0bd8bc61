"""Rows about each client: the list's columns, identity, measures; a piece of the branch at a time."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datacentre.masks import masked
from zhike.datacentre.tables import Level
from zhike.decisions.proposals.rules import months_later
from zhike_desk.records.book.compared import NEEDED
from zhike_desk.records.rows.decimals import UNKNOWN
from zhike_desk.records.rows.names import sort_key
from zhike_desk.records.rows.source import Source, beside, sentences

GRADES = ("diamond", "platinum", "gold", "growth", "standard")
HORIZON = 12
MEASURED = (
    "age", "net_now", "net_flow_3m", "revenue_12m", "traded_3m", "pnl_3m", "twr_12m",
    "days_since_trade", "days_since_contact",
)  # fmt: skip
CLASSES = ("logic", "stage", "grade", "quadrant", "kind", "branch_id", "staff_id", "net_now", "revenue_12m")
NOWHERE = (0, 0)  # a range that no bucket lies in
SERVING = {"server": 0, "developer": 1, "adviser": 2}


@dataclass(frozen=True, slots=True)
class Piece:
    """Clients of a range of buckets: their cards, what the store says of them, their measures; rows of all three go together."""

    span: tuple[int, int]
    cards: pa.Table
    stored: pa.Table
    measures: pa.Table

    @classmethod
    def of(cls, source: Source, span: tuple[int, int]) -> Piece:
        """Read a piece."""
        cards = source.piece("client_card", span)
        wanted = [n for n in ("client_id", *MEASURED, *NEEDED) if n in source.measures]
        measures = source.piece("measure", span, wanted)
        return cls(span, cards, beside(cards, source.clients), beside(cards, measures))

    @classmethod
    def held(cls, source: Source) -> Piece:
        """Read clients whose record is kept only by law: they have no card, no measures; only who may see them still does."""
        stored = source.clients.filter(pc.fill_null(source.clients["frozen"], False))
        carded = pa.concat_tables(source.piece("client_card", s, ["client_id"]) for s in source.pieces())
        stored = stored.filter(pc.invert(pc.is_in(stored["client_id"], value_set=carded["client_id"])))
        cards = stored.select(["client_id", "kind", "branch_id", "opened_on", "risk_level"])
        for name in ("name", "phone"):
            hints = [masked(v or "", Level.IDENTITY) for v in stored[name].to_pylist()]
            cards = cards.append_column(name, pa.array(hints, pa.string()))
        nothing = pa.table({n: pa.nulls(len(cards), pa.float64()) for n in MEASURED})
        return cls(NOWHERE, cards, stored, nothing)


def main_staff(relations: pa.Table) -> pa.Table:
    """Return who mainly serves each client: the server with the largest share, else the developer, else the adviser."""
    order = pa.array([SERVING.get(r, len(SERVING)) for r in relations["role"].to_pylist()], pa.int8())
    less = pc.negate(relations["share"].cast(pa.float64()))
    rows = pa.table(
        {
            "client_id": relations["client_id"],
            "order": order,
            "less": less,
            "since": relations["start_on"],
            "staff_id": relations["staff_id"],
        }
    ).sort_by([(n, "ascending") for n in ("client_id", "order", "less", "since", "staff_id")])
    ids = rows["client_id"].to_numpy(zero_copy_only=False)
    first = np.ones(len(ids), bool)
    first[1:] = ids[1:] != ids[:-1]
    return rows.filter(pa.array(first)).select(["client_id", "staff_id"])


def listed(source: Source, piece: Piece, staff: pa.Table, key: bytes) -> pa.Table:
    """Return the rows of `book_client` of a piece; `staff` says who serves each, `key` makes the pseudonyms."""
    cards, stored = piece.cards, piece.stored
    ids = cards["client_id"].to_pylist()
    found = {
        n: cards[n] for n in ("client_id", "kind", "name", "phone", "branch_id", "opened_on", "risk_level")
    }
    found |= {n: stored[n] for n in ("closed_on", "gender", "risk_assessed_on", "professional", "frozen")}
    found["risk_valid_until"] = valid_until(stored["risk_assessed_on"], source.assessment_months)
    found["opt_out"] = stored["marketing_opt_out"]
    found["pseudonym"] = pa.array([pseudonym(key, i) for i in ids], pa.string())
    found["sort_key"] = pa.array([sort_key(n or "") for n in stored["name"].to_pylist()], pa.string())
    found["staff_id"] = beside(cards, staff)["staff_id"]
    found |= _judged(source, piece)
    found |= {n: _measure(piece.measures, n) for n in MEASURED}
    return pa.table(found)


def valid_until(assessed: pa.ChunkedArray, months: int) -> pa.Array:
    """Return the last day each risk assessment holds, by the branch's own term; a branch has few days of assessment."""
    days = assessed.cast(pa.date32()).combine_chunks().dictionary_encode()
    until = [months_later(day, months) for day in days.dictionary.to_pylist()]
    return pa.array(until, pa.date32()).take(days.indices)


def _judged(source: Source, piece: Piece) -> dict[str, pa.ChunkedArray]:
    """Return what the night concluded of the clients: logic, stage, value, lifetime value."""
    cards = piece.cards
    logic = beside(cards, source.piece("logic", piece.span))
    stage = beside(cards, source.piece("stage", piece.span))
    value = beside(cards, source.piece("value", piece.span))
    clv = source.piece("clv", piece.span)
    clv = beside(cards, clv.filter(pc.equal(clv["horizon_months"], HORIZON)))
    ranks = {grade: place for place, grade in enumerate(GRADES, 1)}
    found = {n: logic[n] for n in ("logic", "overlay", "p_value", "p_trend", "p_sentiment")}
    found |= {
        "logic_since": logic["since"],
        "logic_evidence": logic["evidence"],
        "logic_reason": sentences(logic, "reason"),
    }
    found["logic_p"] = pc.max_element_wise(
        *(logic[f"p_{n}"].cast(pa.float64()) for n in ("value", "trend", "sentiment"))
    )
    found |= {
        "stage": stage["stage"],
        "stage_since": stage["since"],
        "stage_reason": sentences(stage, "reason"),
    }
    found |= {
        n: value[n]
        for n in ("grade", "model_version", "score", "rank", "current", "potential", "quadrant", "criteria")
    }
    found |= {"grade_since": value["since"], "value_note": sentences(value, "note"), "clv_p50": clv["p50"]}
    found["grade_rank"] = pa.array([ranks.get(g) for g in value["grade"].to_pylist()], pa.int64())
    return found


def _measure(measures: pa.Table, name: str) -> pa.ChunkedArray:
    if name in measures.column_names:
        return measures[name]
    return pa.chunked_array([pa.nulls(len(measures), pa.float64())])


def pseudonym(key: bytes, client_id: str) -> str:
    """Return the name analysts know a client by: the same every night, and no way back without the key."""
    return "P" + hmac.digest(key, client_id.encode(), "sha256").hex()[:10]


def identities(piece: Piece) -> pa.Table:
    """Return the rows of `book_identity` of a piece."""
    stored = piece.stored
    return stored.set_column(stored.column_names.index("client_id"), "client_id", piece.cards["client_id"])


def measured(measures: pa.Table, names: list[str]) -> pa.Table:
    """Return rows of the wide table of measures: `names` in order, NaN and infinity unknown."""
    there = frozenset(measures.column_names)
    unknown = pa.chunked_array([pa.nulls(len(measures), pa.float64())])
    columns = [_known(measures[n].cast(pa.float64())) if n in there else unknown for n in names]
    return pa.table([measures["client_id"], *columns], names=["client_id", *names])


def _known(values: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.is_finite(values), values, UNKNOWN)
