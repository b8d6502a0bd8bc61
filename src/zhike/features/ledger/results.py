"""One bucket's ledger: from stored rows through the fold to client_day, position and round_trip."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables import table as table_called
from zhike.datacentre.tables.ledger import CLIENT_DAY, POSITION, ROUND_TRIP
from zhike.features.ledger import columns as col
from zhike.features.ledger import events as ev
from zhike.features.ledger.book import Book
from zhike.features.ledger.bookings import N_SUMS
from zhike.features.ledger.cells import typed
from zhike.features.ledger.events import Events, Holdings
from zhike.features.ledger.fold import fold
from zhike.features.ledger.gathering import (
    Names,
    assets_of,
    custody_of,
    flows_of,
    holdings_of,
    in_order,
    together,
    trades_of,
)
from zhike.features.ledger.positions import ACTS, TRIPS, State, fresh_state
from zhike.features.ledger.quiet import FOLLOWED, Stretch, turned
from zhike.features.ledger.rows import Rows

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
READS: Mapping[str, tuple[str, ...]] = {
    "trade": ("trade_id", "date", "time", "client_id", "security_id", "side", "kind", "quantity", "amount", "commission",
              "exchange_fee", "stamp_duty", "transfer_fee", "other_fee", "net_amount"),
    "cash_flow": ("flow_id", "date", "client_id", "security_id", "kind", "amount"),
    "custody": ("custody_id", "date", "client_id", "security_id", "quantity", "market_value", "direction", "kind"),
    "asset": ("date", "client_id", "cash", "securities", "funds", "debt", "net"),
    "holding": ("date", "client_id", "security_id", "quantity", "cost"),
}  # fmt: skip

_BARE = (
    *range(col.TRADES, col.STOCKS), col.INTEREST, col.COST, *range(col.REALISED_GAINS, col.PNL_UNREALISED), col.PNL_INCOME,
    *range(col.MOMENTUM, col.MOMENTUM + 2 * col.N_MOMENTA),
)  # fmt: skip
BARE = frozenset(col.DAY_NAMES[k] for k in _BARE)
"""The columns of client_day that rest on no close but those of days with a sale."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the fold leaves behind for some clients: the tables client_day, position and round_trip.

    `acts` (n, N_ACT): their decisions, each a row in the columns ACT_… of `columns`, client by client in order of time;
    ACT_CLIENT counts in `clients`.
    """

    client_day: pa.Table
    position: pa.Table
    round_trip: pa.Table
    clients: pa.Array
    acts: npt.NDArray[np.float32]


def ledger_of(
    book: Book,
    securities: Sequence[str],
    tables: Mapping[str, pa.Table],
    as_of: int,
    columns: Collection[str] | None = None,
) -> Ledger:
    """Fold the events of some clients up to `as_of` (a column of the book's days).

    `securities` names the book's rows. `tables`: rows of those named in READS, each with its columns there; one that
    isn't there has no rows. The clients are those that the rows name.

    `columns`: what is wanted of client_day, beside its key (None: all of it). Where none of them rests on the closes
    (`BARE`), positions aren't valued from day to day, which is most of the work: client_day then has only the days with
    events or assets, round_trip neither peak nor trough, and there are no decisions.
    """
    tables = {name: tables.get(name, _empty(name)) for name in READS}
    names = Names(_clients(tables), _securities(tables, securities), book.days)
    n = len(names.clients)
    happened = together(
        [trades_of(tables["trade"], names), flows_of(tables["cash_flow"], names), custody_of(tables["custody"], names)]
    )  # fmt: skip
    events, assets = in_order(happened, n, as_of), assets_of(tables["asset"], names, as_of)
    holdings = holdings_of(tables["holding"], names, as_of)
    first = _first_days(n, events.start, events.day, assets.start, assets.day, holdings.day, as_of)
    wanted = _wanted(columns)
    closes = columns is None or not BARE.issuperset(columns)
    days = int((as_of + 1 - first).clip(min=0).sum()) if closes else len(events.day) + len(assets.day)
    rows = _room(days + 1, wanted, len(events.day) + len(holdings.security))
    book, state = turned(book), _state_for(events, holdings, len(names.securities), closes)
    stretch = Stretch(np.empty((FOLLOWED + 1, len(book.days))), book.turns)
    fold(state, book, events, holdings, assets, first, as_of, closes, stretch, rows)
    trips = _round_trips(state.trips[: state.of_client[TRIPS]], names)
    return Ledger(
        _client_days(rows, names),
        _positions(rows, names),
        trips if closes else trips.drop_columns(["peak", "trough"]),
        names.clients,
        state.acts[: state.of_client[ACTS]],
    )


def _wanted(columns: Collection[str] | None) -> Ints:
    """Return the places of the columns that are wanted; raise UsageError where client_day has no such column."""
    names = col.DAY_NAMES if columns is None else tuple(columns)
    if unknown := [name for name in names if name not in col.DAY_NAMES]:
        raise UsageError(
            say(
                f"client_day 没有列 {'、'.join(unknown)}。", f"client_day has no column {', '.join(unknown)}."
            ),
            next_=say("列名见 docs/dictionary.md。", "docs/dictionary.md has its columns."),
        )
    return np.array([col.DAY_NAMES.index(name) for name in names], np.int64)


def _state_for(events: Events, holdings: Holdings, securities: int, decisions: bool) -> State:
    """Return room for one client's positions at a time, and for the trips, and decisions if wanted, of all."""
    most = int(max((np.diff(events.start) + np.diff(holdings.start)).max(initial=0), 1))
    trips, acts = int((events.kind == ev.SELL).sum()), int((events.kind >= ev.BUY).sum()) * decisions
    return fresh_state(most + 1, securities, 2 * most + 2, trips + 1, acts + 1)


def _empty(name: str) -> pa.Table:
    return schema_of(table_called(name)).empty_table()


def _clients(tables: Mapping[str, pa.Table]) -> pa.Array:
    ids = [pc.unique(t["client_id"]).cast(pa.string()) for t in tables.values()]
    found = pc.unique(pa.concat_arrays([_one(i) for i in ids])).drop_null()
    return found.take(pc.sort_indices(found))


def _one(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _securities(tables: Mapping[str, pa.Table], known: Sequence[str]) -> pa.Array:
    """Return the book's securities, and behind them those that only the rows name."""
    book = pa.array(list(known), pa.string())
    named = [_one(pc.unique(t["security_id"]).cast(pa.string())) for n, t in tables.items() if n != "asset"]
    others = pc.unique(pa.concat_arrays(named)).drop_null()
    others = others.filter(pc.invert(pc.is_in(others, value_set=book)))
    return pa.concat_arrays([book, others.take(pc.sort_indices(others))])


def _first_days(n: int, starts: Ints, days: Ints, more: Ints, others: Ints, held: Ints, last: int) -> Ints:
    """Return each client's first day: of an event, an asset row, a holding; behind the last where there is none."""
    first = np.full(n, last + 1, np.int64)
    for start, day in ((starts, days), (more, others)):
        some = np.flatnonzero(np.diff(start) > 0)
        first[some] = np.minimum(first[some], day[start[some]])
    return np.minimum(first, np.where(held >= 0, held, last + 1))


def _room(days: int, wanted: Ints, positions: int) -> Rows:
    """Return room for rows of so many days and columns; what is never written takes no memory."""
    return Rows(
        np.empty(days, np.int64), np.empty(days, np.int64), np.zeros((len(wanted), days)), wanted,
        np.arange(len(wanted)), np.flatnonzero(np.isin(wanted, col.QUIET)), np.zeros(col.N_DAY), np.zeros(N_SUMS), np.empty((positions, 2), np.int64),
        np.empty((positions, 4), np.int64), np.empty(positions, np.int64), np.zeros(2, np.int64),
    )  # fmt: skip


def _client_days(rows: Rows, names: Names) -> pa.Table:
    n = int(rows.counts[0])
    found: dict[str, pa.Array] = {
        "client_id": names.clients.take(pa.array(rows.client[:n])),
        "date": pa.array(names.days[rows.day[:n]].astype(np.int32)).view(pa.date32()),
    }
    for k, place in enumerate(rows.wanted):
        column = CLIENT_DAY.columns[2 + place]
        found[column.name] = typed(rows.values[k, :n], column)
    schema = schema_of(CLIENT_DAY)
    return pa.table(found).cast(pa.schema([schema.field(name) for name in found]))


def _positions(rows: Rows, names: Names) -> pa.Table:
    n = int(rows.counts[1])
    held, whole = rows.held[:n], rows.held_whole[:n].astype(np.float64)
    order = np.lexsort((held[:, 1], held[:, 0]))
    columns = {c.name: c for c in POSITION.columns}
    found = {
        "client_id": names.clients.take(pa.array(held[order, 0])),
        "security_id": names.securities.take(pa.array(held[order, 1])),
        "quantity": typed(whole[order, 0], columns["quantity"]),
        "cost": typed(whole[order, 1], columns["cost"]),
        "opened_on": typed(whole[order, 2], columns["opened_on"]),
        "market_value": typed(rows.held_value[:n][order].astype(np.float64), columns["market_value"]),
        "seeded": pa.array(whole[order, 3] != 0),
    }
    return pa.table(found).cast(schema_of(POSITION))


def _round_trips(trips: Floats, names: Names) -> pa.Table:
    place = trips[:, col.TRIP_CLIENT] * len(names.securities) + trips[:, col.TRIP_SECURITY]
    trips = trips[
        np.argsort(place.astype(np.int64), kind="stable")
    ]  # a position's end in the order in which they begin
    ordinals = _ordinals(trips[:, col.CLOSED_ON], trips[:, col.TRIP_SECURITY], trips[:, col.TRIP_CLIENT])
    client, security = (trips[:, k].astype(np.int64) for k in (col.TRIP_CLIENT, col.TRIP_SECURITY))
    found: dict[str, pa.Array] = {
        "client_id": names.clients.take(pa.array(client)),
        "security_id": names.securities.take(pa.array(security)),
        "ordinal": pa.array(ordinals),
    }
    definitions = {c.name: c for c in ROUND_TRIP.columns}
    for k, name in enumerate(col.TRIP_NAMES):
        found[name] = typed(np.ascontiguousarray(trips[:, k]), definitions[name])
    return pa.table(found).select(ROUND_TRIP.names).cast(schema_of(ROUND_TRIP))


def _ordinals(*keys: npt.NDArray[np.generic]) -> Ints:
    """Count rows that are alike in all keys 1, 2, …; they lie together."""
    n = len(keys[0])
    if not n:
        return np.empty(0, np.int64)
    fresh = np.r_[True, np.logical_or.reduce([k[1:] != k[:-1] for k in keys])]
    begun = np.maximum.accumulate(np.where(fresh, np.arange(n), 0))
    return np.asarray(np.arange(n) - begun + 1, np.int64)
