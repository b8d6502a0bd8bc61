"""From stored rows to events: one bucket's trades, flows, custody, assets and holdings as the fold wants them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.compiling import compiled
from zhike.base.exchange import FeeFamily, fee_family_of, fee_table
from zhike.datacentre.hashes import whole, whole_numbers
from zhike.features.ledger import events as ev
from zhike.features.ledger.events import ABSENT, Assets, Events, Holdings

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int32]
_WIDEST = 1 << 62
_FEES = ("commission", "exchange_fee", "stamp_duty", "transfer_fee", "other_fee")
_SORTS = {
    "short": ev.SHORT, "ipo": ev.IPO, "rights": ev.RIGHTS, "repo": ev.REPO,
    "conversion": ev.EXCHANGED, "creation": ev.EXCHANGED,
}  # fmt: skip
_FLOWS = {"bank": ev.BANK, "dividend": ev.DIVIDEND, "interest": ev.INTEREST, "tax": ev.TAX, "fee": ev.FEE}


@dataclass(frozen=True, slots=True)
class Names:
    """What rows and columns stand for: client ids and security ids in order of their numbers, the book's days."""

    clients: pa.Array
    securities: pa.Array
    days: Ints

    def client(self, rows: pa.Table) -> Ints:
        """Return the number of each row's client."""
        return _numbers(rows["client_id"], self.clients)

    def security(self, rows: pa.Table) -> Ints:
        """Return the number of each row's security, −1 where it names none."""
        return _numbers(rows["security_id"], self.securities)

    def coming(self, rows: pa.Table) -> Ints:
        """Return for each row the first of the book's days that isn't before it."""
        return _places_of(self.days, _dates(rows), "left")

    def past(self, rows: pa.Table) -> Ints:
        """Return for each row the last of the book's days that isn't after it (−1: none)."""
        return _places_of(self.days, _dates(rows), "right") - 1


def _places_of(days: Ints, dates: Days, side: Literal["left", "right"]) -> Ints:
    """Return the places of dates among sorted days; each date that can occur is looked for once, unless they lie far apart."""
    if not len(dates):
        return np.zeros(0, np.int64)
    first, last = int(dates.min()), int(dates.max())
    if last - first > len(dates):
        return np.searchsorted(days, dates, side).astype(np.int64)
    every = np.searchsorted(days, np.arange(first, last + 1), side).astype(np.int64)
    return np.asarray(every[dates - first], np.int64)


def _numbers(column: pa.ChunkedArray, names: pa.Array) -> Ints:
    words = _words(column)
    return _by_code(words, _places(words.dictionary.cast(pa.string()), names), -1)


def _words(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """Return a column of texts as codes, whether or not it came so."""
    coded = column.unify_dictionaries() if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    return whole(coded)


def _by_code(words: pa.DictionaryArray, numbers: Ints, otherwise: int) -> Ints:
    """Return the number of each row's code, `otherwise` where the cell is empty."""
    places = np.append(numbers, otherwise)
    return np.asarray(places[words.indices.fill_null(len(numbers)).to_numpy(zero_copy_only=False)], np.int64)


def _places(words: pa.Array, names: pa.Array) -> Ints:
    return np.asarray(
        pc.index_in(words, value_set=names).fill_null(-1).to_numpy(zero_copy_only=False), np.int64
    )


def _dates(rows: pa.Table) -> Days:
    return np.asarray(rows["date"].cast(pa.int32()).to_numpy(), np.int32)


def _cells(rows: pa.Table, name: str, absent: int = 0) -> Ints:
    """Return a number column in its own units, `absent` where a cell is empty or the column isn't there."""
    if name not in rows.column_names:
        return np.full(rows.num_rows, absent, np.int64)
    values = whole_numbers(whole(rows[name]))
    return np.where(values == ABSENT, absent, values)


def _coded(rows: pa.Table, name: str, codes: Mapping[str, int], otherwise: int) -> Ints:
    """Return the code of each row's word."""
    return _by_word(rows, name, lambda word: codes.get(word, otherwise), otherwise)


def _by_word(rows: pa.Table, name: str, of: Callable[[str], int], otherwise: int) -> Ints:
    """Return a number for each row by its word, found once for each word; `otherwise` where there is none."""
    if name not in rows.column_names:
        return np.full(rows.num_rows, otherwise, np.int64)
    words = _words(rows[name])
    return _by_code(words, np.array([of(w) for w in words.dictionary.to_pylist()], np.int64), otherwise)


@dataclass(frozen=True, slots=True)
class Happened:
    """Events in no order yet: the fields of Events with their clients, and what orders them within a day."""

    client: Ints
    day: Ints
    date: Ints
    kind: Ints
    sort: Ints
    security: Ints
    quantity: Ints
    amount: Ints
    fees: Ints
    commission: Ints
    exchange_fee: Ints
    time: Ints
    key: pa.Array


def trades_of(rows: pa.Table, names: Names) -> Happened:
    """Return trades as events, with the fees that they show, or that lie between their amount and net amount."""
    kind = _coded(rows, "side", {"buy": ev.BUY, "sell": ev.SELL}, ev.BUY)
    amount, net = _cells(rows, "amount"), _cells(rows, "net_amount", ABSENT)
    shares = _exchange_share(rows, kind == ev.SELL)
    fees, commission, exchange = _fees(
        amount, net, kind == ev.SELL, shares, *(_cells(rows, name, ABSENT) for name in _FEES)
    )
    return Happened(
        names.client(rows), names.coming(rows), _dates(rows).astype(np.int64), kind, _coded(rows, "kind", _SORTS, ev.ORDINARY), names.security(rows),
        np.abs(_cells(rows, "quantity")), np.abs(amount), fees, commission, exchange, _cells(rows, "time", -1), whole(rows["trade_id"].cast(pa.string())),
    )  # fmt: skip


def _exchange_share(rows: pa.Table, sells: Bools) -> Floats:
    """Return the share of the amount that goes on to exchange and regulator by the tariffs of the day."""
    if not rows.num_rows:
        return np.zeros(0)
    family = _by_word(rows, "security_id", fee_family_of, FeeFamily.UNKNOWN)
    rates = fee_table().rates(_dates(rows), sells, family.astype(np.int8), ("handling", "management"))
    return np.nan_to_num(rates["handling"]) + np.nan_to_num(rates["management"])


@compiled
def _fees(
    amount: Ints, net: Ints, sells: Bools, share: Floats,
    commission: Ints, exchange: Ints, stamp: Ints, transfer: Ints, other: Ints,
) -> tuple[Ints, Ints, Ints]:  # fmt: skip
    """Return all fees of each trade, what the broker took (commission), and what of it goes on to exchange and regulator.

    Fees that aren't shown at all lie between amount and net amount; a commission without the exchange's fee beside it holds it.
    """
    fees, taken, passed_on = np.empty_like(amount), np.empty_like(amount), np.empty_like(amount)
    for i in range(len(amount)):
        total, shown = 0, False
        for fee in (commission[i], exchange[i], stamp[i], transfer[i], other[i]):
            if fee != ABSENT:
                total, shown = total + fee, True
        if not shown and net[i] != ABSENT:
            total = max(amount[i] - net[i] if sells[i] else -net[i] - amount[i], 0)
        own = 0 if commission[i] == ABSENT else commission[i]
        beside = 0 if exchange[i] == ABSENT else exchange[i]
        within = min(np.int64(np.rint(share[i] * amount[i])), own)
        fees[i], taken[i] = total, own + beside
        passed_on[i] = within if exchange[i] == ABSENT else beside
    return fees, taken, passed_on


def flows_of(rows: pa.Table, names: Names) -> Happened:
    """Return cash flows as events."""
    kind, amount = _coded(rows, "kind", _FLOWS, ev.OTHER), _cells(rows, "amount")
    return _plain(rows, names, kind, amount, np.zeros(rows.num_rows, np.int64), "flow_id")


def custody_of(rows: pa.Table, names: Names) -> Happened:
    """Return bookings of custody as events; moves between own accounts, and listings out, are there to be ignored."""
    out = _coded(rows, "direction", {"in": 0, "out": 1}, 0) == 1
    sort = _coded(rows, "kind", {"custody": 0, "designation": 0, "collateral": 1, "listing": 2}, 0)
    kind = np.where(out, ev.CUSTODY_OUT, ev.CUSTODY_IN)
    kind = np.where(sort == 2, ev.LISTING_IN, kind)
    kind = np.where((sort == 1) | ((sort == 2) & out), ev.IGNORED, kind)
    return _plain(
        rows,
        names,
        kind,
        _cells(rows, "market_value", ABSENT),
        np.abs(_cells(rows, "quantity")),
        "custody_id",
    )


def _plain(rows: pa.Table, names: Names, kind: Ints, amount: Ints, quantity: Ints, key: str) -> Happened:
    zero = np.zeros(rows.num_rows, np.int64)
    return Happened(
        names.client(rows), names.coming(rows), _dates(rows).astype(np.int64), kind, zero, names.security(rows),
        quantity, amount, zero, zero, zero, zero, whole(rows[key].cast(pa.string())),
    )  # fmt: skip


FIELDS = tuple(Happened.__slots__)


def chosen(events: Happened, rows: Bools | Ints) -> Happened:
    """Return some of the events: those a mask marks, or those at some places."""
    at = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
    return Happened(key=events.key.take(pa.array(at)), **{f: getattr(events, f)[at] for f in FIELDS[:-1]})


def together(groups: list[Happened]) -> Happened:
    """Put events of several tables together."""
    return Happened(
        key=pa.concat_arrays([g.key for g in groups]),
        **{f: np.concatenate([getattr(g, f) for g in groups]) for f in FIELDS[:-1]},
    )


def in_order(events: Happened, clients: int, last: int) -> Events:
    """Return the events up to a day, client by client, in order of time."""
    kept = (events.client >= 0) & (events.day <= last)
    if not kept.all():
        events = chosen(events, kept)
    order = _order(events)
    start = np.searchsorted(events.client[order], np.arange(clients + 1))
    return Events(start.astype(np.int64), *(getattr(events, f)[order] for f in FIELDS[1:-2]))


def _order(events: Happened) -> Ints:
    """Return the places of events in order of client, day, sort of event, date, time, key.

    All but the key fit into one whole number a time's moments wide; rows come nearly in order, which a stable sort of one number
    makes good use of: a tenth of what sorting by each takes.
    """
    group = (events.kind >= ev.BANK).astype(np.int64) + (events.kind >= ev.BUY)  # custody, money, trades
    moment = _joined((group, events.date, events.time))
    place = _joined((events.client, events.day, moment))
    order = np.argsort(place, kind="stable")
    ordered = place[order]
    same = ordered[1:] == ordered[:-1]
    tied = np.flatnonzero(np.r_[same, False] | np.r_[False, same]) if len(order) else order
    if len(tied):
        ranks = pc.rank(events.key.take(pa.array(order[tied]))).to_numpy()
        order[tied] = order[tied][np.lexsort((ranks, ordered[tied]))]
    return np.asarray(order, np.int64)


def _joined(keys: Sequence[Ints]) -> Ints:
    """Return one whole number for each row, in the order of several, the first one first."""
    joined, wide = np.zeros(len(keys[0]), np.int64), 1
    for given in keys:
        key, span = _from_zero(given)
        if wide * span > _WIDEST:
            (joined, wide), (key, span) = _ranked(joined), _ranked(key)
        joined, wide = joined * span + key, wide * span
    return joined


def _from_zero(key: Ints) -> tuple[Ints, int]:
    """Return numbers less the least of them, and how many there can be."""
    least = int(key.min(initial=0))
    return key - least, int(key.max(initial=0)) - least + 1


def _ranked(key: Ints) -> tuple[Ints, int]:
    """Return the place of each number among the different ones, and how many these are."""
    different, places = np.unique(key, return_inverse=True)
    return np.asarray(places, np.int64), len(different)


def assets_of(rows: pa.Table, names: Names, last: int) -> Assets:
    """Return the assets at the end of each of the book's days, client by client; rows on other days are left out."""
    client, day = names.client(rows), names.coming(rows)
    keep = np.flatnonzero((client >= 0) & (day <= last) & (day == names.past(rows)))
    order = keep[np.lexsort((day[keep], client[keep]))]
    start = np.searchsorted(client[order], np.arange(len(names.clients) + 1)).astype(np.int64)
    cash, securities, funds, debt, net = (
        _cells(rows, n)[order] for n in ("cash", "securities", "funds", "debt", "net")
    )
    some = (cash != 0) | (securities != 0) | (funds != 0) | (debt != 0) | (net != 0)
    return Assets(start, day[order], cash, funds, debt, net, some)


def holdings_of(rows: pa.Table, names: Names, last: int) -> Holdings:
    """Return what clients held on the first day that holdings show, up to the last of the book's days."""
    client, security, date = names.client(rows), names.security(rows), _dates(rows).astype(np.int64)
    known = np.flatnonzero((client >= 0) & (date <= names.days[last]))
    first = np.full(len(names.clients), np.iinfo(np.int64).max)
    np.minimum.at(first, client[known], date[known])
    shown = first < np.iinfo(np.int64).max
    quantity, cost = _cells(rows, "quantity"), _cells(rows, "cost", ABSENT)
    keep = known[(date[known] == first[client[known]]) & (security[known] >= 0) & (quantity[known] != 0)]
    keep = keep[np.lexsort((security[keep], client[keep]))]
    start = np.searchsorted(client[keep], np.arange(len(names.clients) + 1)).astype(np.int64)
    day = np.maximum(np.searchsorted(names.days, first, "right") - 1, 0)
    return Holdings(start, first, np.where(shown, day, -1), security[keep], quantity[keep], cost[keep])
