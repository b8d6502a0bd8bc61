"""What a client's page shows: card, assets over time, holdings, timeline. One bucket of clients in, rows as published out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, time
from itertools import chain

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.period import Days, day_no
from zhike.datacentre.hashes import whole
from zhike.datacentre.masks import masked
from zhike.datacentre.stored import schema_of, without_codes
from zhike.datacentre.tables.definition import Level, Table
from zhike.datacentre.tables.pages import ASSET_SERIES, CLIENT_CARD, HOLDING_NOW, TIMELINE
from zhike.datacentre.tables.sentences import Told, plain, tell
from zhike.features.clients.products import KNOWN, ORDER, product_events
from zhike.features.market.gathering import floats

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Event = tuple[str, datetime, str, Told]
"""Client, moment, kind, sentence."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the pages show; money in yuan."""

    series_days: int = 250
    """Trading days up to as_of that are shown one by one; before them month-ends only."""
    flow_amount: float = 100_000.0
    """A day's flow is told from this amount …"""
    flow_share: float = 0.2
    """… and from this share of the assets before it."""
    trips: int = 3
    """How many of the largest gains and of the largest losses are told."""


def shown(client: pa.Table, as_of: Date) -> pa.Array:
    """Return the clients that have a page: opened by `as_of` and not frozen, in order."""
    late = pc.greater(_column(client, "opened_on", pa.date32()), pa.scalar(as_of)).fill_null(False)
    hidden = pc.or_(late, _column(client, "frozen", pa.bool_()).fill_null(False))
    ids = client["client_id"].cast(pa.string()).filter(pc.invert(hidden)).combine_chunks()
    return ids.take(pc.sort_indices(ids))


def client_card(client: pa.Table, as_of: Date) -> pa.Table:
    """Return the head of each page. Name and phone are masked; a risk grade of a later day isn't known yet."""
    rows = _of(client, shown(client, as_of)).sort_by("client_id")
    later = pc.greater(_column(rows, "risk_assessed_on", pa.date32()), pa.scalar(as_of)).fill_null(False)
    known = {
        "client_id": rows["client_id"],
        "as_of": _as_of(rows, as_of),
        "name": _masked(rows, "name"),
        "phone": _masked(rows, "phone"),
        "risk_level": pc.if_else(
            later, pa.scalar(None, pa.string()), _column(rows, "risk_level", pa.string())
        ),
    }
    schema = schema_of(CLIENT_CARD)
    columns = [known[f.name] if f.name in known else _column(rows, f.name, f.type) for f in schema]
    return _typed(columns, CLIENT_CARD)


def asset_series(
    asset: pa.Table, clients: pa.Array, calendar_days: Days, as_of: Date, settings: Settings | None = None
) -> pa.Table:
    """Return each client's assets on the last trading days, and before these on the last day of each month that has a row."""
    days = np.asarray(calendar_days, np.int64)
    days = np.unique(days[days <= day_no(as_of)])
    first = days[max(len(days) - (settings or Settings()).series_days, 0)] if len(days) else day_no(as_of)
    rows = _of(asset, clients)
    rows = rows.filter(pc.less_equal(rows["date"], pa.scalar(as_of)))
    rows = rows.sort_by([("client_id", "ascending"), ("date", "ascending")])
    date = rows["date"].cast(pa.int32()).to_numpy().astype(np.int64)
    month = date.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    who = rows["client_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    ends = np.ones(len(date), np.bool_)
    ends[:-1] = (who[1:] != who[:-1]) | (month[1:] != month[:-1])
    rows = rows.filter(pa.array(ends | ((date >= first) & np.isin(date, days))))
    columns = [_as_of(rows, as_of) if n == "as_of" else rows[n] for n in ASSET_SERIES.names]
    return _typed(columns, ASSET_SERIES)


def holding_now(position: pa.Table, clients: pa.Array, as_of: Date, priced: pa.Array) -> pa.Table:
    """Return what each client holds; without a price (`priced`: the securities that have one) there is no market value."""
    rows = _of(position, clients)
    rows = rows.filter(pc.not_equal(rows["quantity"].cast(pa.float64()), 0.0))
    rows = rows.sort_by([("client_id", "ascending"), ("security_id", "ascending")])
    has_price = pc.is_in(rows["security_id"].cast(pa.string()), value_set=priced)
    value = pc.if_else(has_price, rows["market_value"], pa.scalar(None, rows["market_value"].type))
    known = {"as_of": _as_of(rows, as_of), "market_value": value}
    return _typed(
        [known.get(n, rows[n] if n in rows.column_names else None) for n in HOLDING_NOW.names], HOLDING_NOW
    )


def timeline(
    tables: Mapping[str, pa.Table], clients: pa.Array, as_of: Date, settings: Settings | None = None
) -> pa.Table:
    """Tell what happened with each client up to `as_of`, a sentence an event; events of one kind at one moment in one row.

    `tables`: rows of client, client_day, contact, complaint, product_order, product, round_trip, security, and of stage and logic (any
    number of rows a client: client_id, since, stage or logic, reason_told); what isn't there isn't told. An event of a day is told at midnight.
    """
    settings = settings or Settings()
    theirs = {n: _maybe_of(_read(n, t), clients) for n, t in tables.items()}
    found: dict[tuple[str, datetime, str], list[Told]] = {}
    tellers = (_client_events, _day_events, _trip_events, _class_events, _contact_events, _complaint_events)
    all_ = chain(*(events(theirs, settings) for events in tellers), product_events(theirs, clients, as_of))
    for client, at, kind, event in all_:
        if at.date() <= as_of:
            found.setdefault((client, at, kind), []).append(event)
    keys = sorted(found)
    told = [_together(found[key]) for key in keys]
    columns = [
        *([k[part] for k in keys] for part in range(3)),
        [as_of] * len(keys),
        [t.zh for t in told],
        [t.stored for t in told],
    ]
    schema = schema_of(TIMELINE)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


def _together(events: list[Told]) -> Told:
    """Tell events of one kind at one moment in one sentence."""
    if len(events) == 1:
        return events[0]
    return tell("event.several", events=sorted(events, key=lambda e: e.zh))


def _column(table: pa.Table, name: str, kind: pa.DataType) -> pa.ChunkedArray:
    if name in table.column_names:
        return table[name].cast(kind)
    return pa.chunked_array([pa.nulls(table.num_rows, kind)])


def _of(table: pa.Table, clients: pa.Array) -> pa.Table:
    """Return the rows of some clients; columns that are stored as codes come out as plain text."""
    table = without_codes(table)
    return table.filter(pc.is_in(table["client_id"], value_set=clients))


def _maybe_of(table: pa.Table, clients: pa.Array) -> pa.Table:
    return _of(table, clients) if "client_id" in table.column_names else table


def _as_of(rows: pa.Table, as_of: Date) -> pa.Array:
    return pa.array([as_of] * rows.num_rows, pa.date32())


def _masked(rows: pa.Table, name: str) -> pa.Array:
    values = _column(rows, name, pa.string()).to_pylist()
    return pa.array([None if v is None else masked(v, Level.IDENTITY) for v in values], pa.string())


def _typed(columns: list[pa.Array | None], table: Table) -> pa.Table:
    schema = schema_of(table)
    height = next(len(c) for c in columns if c is not None)
    filled = [
        pa.nulls(height, f.type) if c is None else c.cast(f.type)
        for c, f in zip(columns, schema, strict=True)
    ]
    return pa.table(filled, schema=schema)


# The events of the timeline: each function turns some tables' rows into sentences.


_READ = {
    "client": ("client_id", "opened_on", "closed_on", "risk_assessed_on", "risk_level"),
    "client_day": ("client_id", "date", "trades", "flow_in", "flow_out", "assets_before"),
    "security": ("security_id", "name"),
    "round_trip": ("client_id", "security_id", "opened_on", "closed_on", "cost", "proceeds", "fees"),
    "stage": ("client_id", "since", "stage", "reason_told"),
    "logic": ("client_id", "since", "logic", "reason_told"),
    "contact": ("client_id", "at", "medium", "purpose", "outcome"),
    "complaint": ("client_id", "opened_at", "category", "severity", "closed_at", "upheld"),
    "product_order": ORDER,
    "product": KNOWN,
}


def _read(name: str, rows: pa.Table) -> pa.Table:
    return rows.select([column for column in _READ[name] if column in rows.column_names])


def _rows(tables: Mapping[str, pa.Table], name: str) -> Iterator[dict[str, object]]:
    if name in tables:
        yield from tables[name].to_pylist()


def _at(day: object) -> datetime:
    assert isinstance(day, Date)
    return day if isinstance(day, datetime) else datetime.combine(day, time())


def _client_events(tables: Mapping[str, pa.Table], settings: Settings) -> Iterator[Event]:
    for row in _rows(tables, "client"):
        client = str(row["client_id"])
        if row.get("opened_on"):
            yield client, _at(row["opened_on"]), "opened", tell("event.opened")
        if row.get("closed_on"):
            yield client, _at(row["closed_on"]), "closed", tell("event.closed")
        if row.get("risk_assessed_on"):
            level = row.get("risk_level")
            assessed = tell("event.assessed", level=level) if level else tell("event.assessed_unknown")
            yield client, _at(row["risk_assessed_on"]), "risk_assessment", assessed


def _day_events(tables: Mapping[str, pa.Table], settings: Settings) -> Iterator[Event]:
    if "client_day" not in tables:
        return
    days = tables["client_day"]
    traded = days.select(("client_id", "date", "trades")).filter(pc.greater(days["trades"], 0))
    first = (
        traded.sort_by([("client_id", "ascending"), ("date", "ascending")])
        .group_by("client_id", use_threads=False)
        .aggregate([("date", "first"), ("trades", "first")])
    )
    for row in first.to_pylist():
        event = tell("event.first_trade", n=row["trades_first"])
        yield row["client_id"], _at(row["date_first"]), "first_trade", event
    for column, way in (("flow_in", "inflow"), ("flow_out", "outflow")):
        amount = days[column].cast(pa.float64())
        before = pc.max_element_wise(days["assets_before"].cast(pa.float64()), 0.0)
        enough = pc.greater_equal(amount, pc.multiply(before, settings.flow_share))
        for row in days.filter(pc.and_(pc.greater_equal(amount, settings.flow_amount), enough)).to_pylist():
            event = tell(f"event.{way}", amount=row[column], before=row["assets_before"])
            yield row["client_id"], _at(row["date"]), f"large_{way}", event


def _trip_events(tables: Mapping[str, pa.Table], settings: Settings) -> Iterator[Event]:
    """Tell the largest gains and losses among the client's closed round trips: proceeds − cost − fees."""
    if "round_trip" not in tables:
        return
    names = {str(r["security_id"]): r.get("name") for r in _rows(tables, "security")}
    chosen, gains = _largest(tables["round_trip"], settings.trips)
    for row, gain in zip(_rows({"round_trip": chosen}, "round_trip"), gains.tolist(), strict=True):
        what, security = "gain" if gain > 0 else "loss", str(row["security_id"])
        event = tell(
            f"event.{what}",
            name=names.get(security) or "",
            security=security,
            amount=abs(gain),
            opened=row["opened_on"],
        )
        yield str(row["client_id"]), _at(row["closed_on"]), f"biggest_{what}", event


def _largest(trips: pa.Table, most: int) -> tuple[pa.Table, Floats]:
    """Return the trips that brought each client the most, at most so many gains and so many losses, and what each brought.

    Of equal ones it takes them by security and day: of losses the first, of gains the last.
    """
    gain = floats(whole(trips["proceeds"])) - floats(whole(trips["cost"])) - floats(whole(trips["fees"]))
    client = _numbered(trips["client_id"])
    day = trips["closed_on"].cast(pa.int32()).to_numpy()
    order = np.lexsort((day, _numbered(trips["security_id"]), gain, client))
    place, whose, brought = np.arange(len(order)), client[order], gain[order]
    after = np.searchsorted(whose, whose, "right") - 1 - place  # how many of the client's come behind
    before = place - np.searchsorted(whose, whose)
    told = ((before < most) & (brought < 0)) | ((after < most) & (brought > 0))
    return trips.take(pa.array(order[told])), brought[told]


def _numbered(names: pa.ChunkedArray) -> Ints:
    """Return names as numbers in their order."""
    codes = names.combine_chunks().dictionary_encode()
    rank = np.empty(len(codes.dictionary), np.int64)
    rank[pc.sort_indices(codes.dictionary).to_numpy()] = np.arange(len(rank))
    return np.asarray(rank[codes.indices.to_numpy()], np.int64)


def _class_events(tables: Mapping[str, pa.Table], settings: Settings) -> Iterator[Event]:
    for name in ("stage", "logic"):
        for row in _rows(tables, name):
            why = plain(str(row["reason_told"])) if row.get("reason_told") else None
            event = tell(f"event.{name}", **{name: row[name]}, why=why)
            yield str(row["client_id"]), _at(row["since"]), name, event


def _contact_events(tables: Mapping[str, pa.Table], settings: Settings) -> Iterator[Event]:
    for row in _rows(tables, "contact"):
        event = tell(
            "event.contact", medium=row["medium"], purpose=row["purpose"], outcome=row.get("outcome")
        )
        yield str(row["client_id"]), _at(row["at"]), "contact", event


def _complaint_events(tables: Mapping[str, pa.Table], settings: Settings) -> Iterator[Event]:
    for row in _rows(tables, "complaint"):
        client, what = (
            str(row["client_id"]),
            {"category": row["category"], "severity": row["severity"]},
        )
        yield client, _at(row["opened_at"]), "complaint", tell("event.complaint", **what)
        if row.get("closed_at"):
            end = {True: "upheld", False: "rejected", None: "closed"}[row.get("upheld")]  # type: ignore[index]
            yield client, _at(row["closed_at"]), "complaint_closed", tell(f"event.complaint_{end}", **what)
