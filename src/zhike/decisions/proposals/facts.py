"""What the rules look at: everything known about each client on a day, as arrays in one order of clients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from functools import reduce

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.period import Days, day_no
from zhike.decisions.proposals.recent import RECENT
from zhike.decisions.proposals.settings import Settings

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Texts = tuple[str | None, ...]

NEVER = -(10**6)
"""A day number long before any date: the day isn't known, or it never was."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The tables a night's proposals are made from; None: not delivered, or no earlier generation.

    `usual_pause`: the median of all clients' `pauses`, where these are some of them (None: these are all).
    """

    client: pa.Table
    recent: pa.Table | None = None
    contact: pa.Table | None = None
    custody: pa.Table | None = None
    position: pa.Table | None = None
    account: pa.Table | None = None
    stage: pa.Table | None = None
    previous_stage: pa.Table | None = None
    logic: pa.Table | None = None
    previous_logic: pa.Table | None = None
    usual_pause: float | None = None


@dataclass(frozen=True, slots=True)
class Recent:
    """The columns of `recent`, in the order of the clients: days as day numbers, NaN or NEVER where absent."""

    net: Floats
    flow: Floats
    flow_on: Ints
    assets_before: Floats
    drawdown: Floats
    peak_on: Ints
    low_on: Ints
    lost: Floats
    traded_on: Ints
    gap: Floats
    long_gap: Floats
    gaps: Floats


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about each client on `as_of`; days are day numbers, NEVER where there is none."""

    as_of: int
    trading_days: Ints
    clients: tuple[str, ...]
    kind: Texts
    opened: Ints
    closed: Ints
    born: Ints
    assessed: Ints
    risk_level: Texts
    opted_out: tuple[bool | None, ...]
    frozen: Flags
    applied: Flags
    """Closing or transfer applied for on a day that isn't known (closing day set, account status)."""
    transferred: Ints
    """Day on which all securities were transferred out, within the days that count."""
    contacted: Ints
    called_back: Ints
    contacts_known: bool
    recent: Recent
    stage: Texts
    stage_since: Ints
    stage_reason: Texts
    """Why the client stands there, as code and figures."""
    previous_stage: Texts
    logic: Texts
    logic_since: Ints
    previous_logic: Texts
    usual_pause: float | None

    def trading_days_since(self, day: int) -> int:
        """Count the trading days in (day, as_of]."""
        until = np.searchsorted(self.trading_days, self.as_of, side="right")
        return int(until - np.searchsorted(self.trading_days, day, side="right"))


def facts_of(inputs: Inputs, calendar_days: Days, as_of: Date, settings: Settings | None = None) -> Facts:
    """Bring the tables into one order of clients. Rows later than `as_of` are not read."""
    settings, now = settings or Settings(), day_no(as_of)
    ids = _clients(inputs, now)
    client, contact = _Rows(inputs.client, ids), _reached(inputs.contact, settings.unreached_words)
    stage, logic = _Rows(inputs.stage, ids), _Rows(inputs.logic, ids)
    closed = client.days("closed_on")
    return Facts(
        as_of=now,
        trading_days=np.unique(np.asarray(calendar_days, np.int64)),
        clients=tuple(ids.to_pylist()),
        kind=client.texts("kind"),
        opened=client.days("opened_on"),
        closed=closed,
        born=client.days("birth_date"),
        assessed=client.days("risk_assessed_on"),
        risk_level=client.texts("risk_level"),
        opted_out=client.flags("marketing_opt_out"),
        frozen=np.array([bool(f) for f in client.flags("frozen")], np.bool_),
        # a closing further off than that can't have been applied for yet: it would be news from the future
        applied=((closed > now) & (closed <= now + settings.leaving_days))
        | _status_says(inputs.account, ids, settings.leaving_words),
        transferred=_transferred(inputs.custody, inputs.position, ids, now, settings.leaving_days),
        contacted=_last(contact, ids, "at", now),
        called_back=_last(_meant(contact, "purpose", settings.callback_words), ids, "at", now),
        contacts_known=contact is not None,
        recent=_recent(inputs.recent, ids),
        stage=stage.texts("stage"),
        stage_since=stage.days("since"),
        stage_reason=stage.texts("reason_told"),
        previous_stage=_Rows(inputs.previous_stage, ids).texts("stage"),
        logic=logic.texts("logic"),
        logic_since=logic.days("since"),
        previous_logic=_Rows(inputs.previous_logic, ids).texts("logic"),
        usual_pause=inputs.usual_pause,
    )


def _clients(inputs: Inputs, now: int) -> pa.Array:
    """Return the clients there are on the day, in order: those on file, and those only their trades tell of."""
    client = inputs.client
    if "opened_on" in client.column_names:
        client = client.filter(pc.less_equal(_day_column(client, "opened_on"), now).fill_null(True))
    later = set(inputs.client["client_id"].to_pylist()) - set(client["client_id"].to_pylist())
    traded = set(inputs.recent["client_id"].to_pylist()) if inputs.recent is not None else set()
    return pa.array(sorted(set(client["client_id"].to_pylist()) | (traded - later)), pa.string())


def _day_column(table: pa.Table, name: str) -> pa.ChunkedArray:
    return table[name].cast(pa.date32()).cast(pa.int32())


class _Rows:
    """One table's columns in the order of the clients; nothing where the table or the column isn't there."""

    def __init__(self, table: pa.Table | None, ids: pa.Array) -> None:
        self._table, self._n = table, len(ids)
        if table is not None:
            self._at = pc.index_in(ids, value_set=table["client_id"].cast(pa.string()).combine_chunks())

    def column(self, name: str) -> pa.Array | None:
        if self._table is None or name not in self._table.column_names:
            return None
        column = self._table[name]
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        return column.combine_chunks().take(self._at)

    def texts(self, name: str) -> Texts:
        found = self.column(name)
        return (None,) * self._n if found is None else tuple(found.cast(pa.string()).to_pylist())

    def flags(self, name: str) -> tuple[bool | None, ...]:
        found = self.column(name)
        return (None,) * self._n if found is None else tuple(found.to_pylist())

    def days(self, name: str) -> Ints:
        found = self.column(name)
        if found is None:
            return np.full(self._n, NEVER, np.int64)
        return np.asarray(found.cast(pa.date32()).cast(pa.int32()).fill_null(NEVER).to_numpy(), np.int64)

    def numbers(self, name: str) -> Floats:
        found = self.column(name)
        if found is None:
            return np.full(self._n, np.nan)
        return np.asarray(found.cast(pa.float64()).fill_null(np.nan).to_numpy(), np.float64)


def _recent(table: pa.Table | None, ids: pa.Array) -> Recent:
    rows, dates = _Rows(table, ids), pa.types.is_date32
    found = {f.name: rows.days(f.name) if dates(f.type) else rows.numbers(f.name) for f in list(RECENT)[1:]}
    return Recent(**found)  # type: ignore[arg-type]  # each field's kind follows from RECENT


def _meant(contact: pa.Table | None, column: str, words: Sequence[str]) -> pa.Table | None:
    """Return the rows whose text contains one of the words."""
    if contact is None:
        return None
    text = pc.utf8_lower(contact[column].cast(pa.string())).fill_null("")
    found = pa.array(np.zeros(contact.num_rows, np.bool_))
    for word in words:
        found = pc.or_(found, pc.match_substring(text, word.lower()))
    return contact.filter(found)


def _reached(contact: pa.Table | None, unreached: Sequence[str]) -> pa.Table | None:
    """Leave out the attempts: contacts whose outcome says that the client was not reached."""
    if contact is None or "outcome" not in contact.column_names:
        return contact
    said = pc.utf8_lower(contact["outcome"].cast(pa.string())).fill_null("")
    missed = [pc.match_substring(said, word) for word in unreached]
    return contact.filter(pc.invert(reduce(pc.or_, missed))) if missed else contact


def _last(table: pa.Table | None, ids: pa.Array, column: str, now: int) -> Ints:
    """Return each client's last day in a table up to `now`."""
    out = np.full(len(ids), NEVER, np.int64)
    if table is not None:
        at = pc.index_in(table["client_id"].cast(pa.string()), value_set=ids).fill_null(-1).to_numpy()
        day = np.asarray(_day_column(table, column).fill_null(NEVER).to_numpy(), np.int64)
        known = (at >= 0) & (day <= now)
        np.maximum.at(out, at[known], day[known])
    return out


def _status_says(account: pa.Table | None, ids: pa.Array, words: Sequence[str]) -> Flags:
    """Tell whose account's status says that closing or transfer was applied for."""
    if account is None or "status" not in account.column_names:
        return np.zeros(len(ids), np.bool_)
    said = _meant(account, "status", words)
    assert said is not None
    return np.asarray(
        pc.is_in(ids, value_set=said["client_id"].cast(pa.string()).combine_chunks()).to_numpy(False)
    )


def _transferred(
    custody: pa.Table | None, position: pa.Table | None, ids: pa.Array, now: int, days: int
) -> Ints:
    """Return the last day securities went out to another broker, where lately and nothing is held any more."""
    out = np.full(len(ids), NEVER, np.int64)
    if custody is None:
        return out
    moved = pc.is_in(custody["kind"].cast(pa.string()), value_set=pa.array(["custody", "designation"]))
    gone = custody.filter(pc.and_(moved, pc.equal(custody["direction"].cast(pa.string()), "out")))
    last = _last(gone, ids, "date", now)
    holds = np.zeros(len(ids), np.bool_)
    if position is not None:
        held = position.filter(pc.not_equal(position["quantity"].cast(pa.float64()), 0.0))["client_id"]
        holds = np.asarray(pc.is_in(ids, value_set=held.cast(pa.string()).combine_chunks()).to_numpy(False))
    return np.where((last > now - days) & ~holds, last, out)
