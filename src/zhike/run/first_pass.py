"""The first pass over a range of clients: the fold, and all that follows from it for each client alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.period import Calendar
from zhike.datacentre.generation import Part, Slot, write_part
from zhike.datacentre.stored import schema_of, without_codes
from zhike.datacentre.tables import table as table_called
from zhike.decisions.proposals import recent
from zhike.engine import Engine, EngineSettings
from zhike.engine.aside import put_aside
from zhike.features.clients import (
    assembled,
    attribution,
    calendar_days,
    estimated,
    gather,
    pages,
    told,
)
from zhike.features.clients.settings import YEAR, ClientSettings
from zhike.features.ledger import READS, Ledger, ledger_of
from zhike.features.ledger.columns import ACT_DAY
from zhike.features.ledger.money_effect import clients_in_profit
from zhike.models import lifecycle
from zhike.models.logic import overlays
from zhike.run.market import kept
from zhike.run.settings import NightSettings
from zhike.run.sources import Sources

Ints = npt.NDArray[np.int64]
_ALSO = (
    "client", "account", "login", "contact", "complaint", "survey", "product_order", "business", "relation",
)  # fmt: skip
_ORDERS = ("client_id", "date", "security_id", "side", "kind", "amount")
_WHOLE = ("lead", "product")
_READ_BY_LEDGER = (  # the ledger holds what they say
    "asset", "cash_flow", "custody", "holding", "quote", "index_quote",
)  # fmt: skip
KEPT = (
    "client_id", "date", "trades", "buy_amount", "sell_amount", "flow_in", "flow_out", "net", "stocks", "assets_before", "pnl",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Task:
    """One range of client buckets; `slots` are the places of its published parts. It travels to a worker process."""

    sources: Sources
    low: int
    high: int
    work: Path
    as_of: date
    settings: NightSettings
    slots: Mapping[str, Slot]

    def aside(self, name: str) -> Path:
        """Return where the range keeps what only the run itself reads."""
        return self.work / f"{name}-{self.low:04d}.arrow"


@dataclass(frozen=True, slots=True)
class Done:
    """What a range found, beside what it wrote: its clients, decisions, experience, overlays, and sums by day.

    `acts` count in `clients`; `trips` and `held` (clients,) are closed round trips and days with a position; all
    of as long as the logic's memory.
    """

    task: Task
    clients: tuple[str, ...]
    acts: npt.NDArray[np.float32]
    trips: Ints
    held: Ints
    overlays: Mapping[str, str]
    in_profit: Ints
    counted: Ints
    parts: tuple[Part, ...]
    rows: Mapping[str, int]
    seeded: int


def first_pass(task: Task) -> Done:
    """Do a range."""
    market = kept(task.work)
    book = market.book
    read = {name: task.sources.range(name, task.low, task.high, columns) for name, columns in READS.items()}
    ledger = ledger_of(book, market.securities, read, len(book.days) - 1)
    calendar = Calendar.from_days(book.days)
    measures = _measure(task, ledger, market.states, calendar)
    since, long_ago = (_first(book.days, n) for n in (YEAR, task.settings.logic.memory.window))
    for name, rows in (
        ("client_day", ledger.client_day.select(KEPT)),
        ("position", ledger.position),
        ("round_trip", ledger.round_trip),
        ("monthly", lifecycle.monthly(ledger.client_day, calendar.days, _logins(task))),
        ("recent", recent(ledger.client_day, calendar.days, task.as_of, task.settings.proposals)),
    ):
        put_aside(task.aside(name), rows)
    in_profit, counted = clients_in_profit(ledger.client_day, book.days)
    clients = tuple(ledger.clients.to_pylist())
    held = ledger.client_day.filter(pc.greater(ledger.client_day["positions"], 0))
    return Done(
        task, clients, _acts_since(ledger, len(book.days) - task.settings.logic.memory.window),
        _count(_since(ledger.round_trip, "closed_on", long_ago), clients), _count(_since(held, "date", long_ago), clients),
        overlays(_since(ledger.client_day, "date", since), read["trade"], since),
        in_profit, counted, (*measures, *_pages(task, read["asset"], ledger.position)),
        {"client_day": ledger.client_day.num_rows, "trade": read["trade"].num_rows, "round_trip": ledger.round_trip.num_rows},
        int(pc.sum(ledger.position["seeded"].cast(pa.int64())).as_py() or 0),
    )  # fmt: skip


def _logins(task: Task) -> pa.Table | None:
    """Return the range's logins; None where none were ever delivered."""
    has = task.sources.has("login")
    return task.sources.range("login", task.low, task.high, ("client_id", "date")) if has else None


def _first(days: Ints, last: int) -> int:
    """Return the first of the last so many days."""
    return int(days[max(len(days) - last, 0)])


def _since(rows: pa.Table, column: str, day: int) -> pa.Table:
    return rows.filter(pc.greater_equal(rows[column].cast(pa.int32()), day))


def _acts_since(ledger: Ledger, first: int) -> npt.NDArray[np.float32]:
    """Return the decisions from a day of the book on."""
    return np.ascontiguousarray(ledger.acts[ledger.acts[:, ACT_DAY] >= first])


def _count(rows: pa.Table, clients: tuple[str, ...]) -> Ints:
    at = pc.index_in(rows["client_id"].cast(pa.string()), value_set=pa.array(clients, pa.string()))
    return np.bincount(at.to_numpy().astype(np.int64), minlength=len(clients)).astype(np.int64)


def tables_for_measures(
    sources: Sources, span: tuple[int, int], as_of: date, ledger: Ledger, states: pa.Table, calendar: Calendar
) -> dict[str, pa.Table]:
    """Return the tables that measures of the client buckets [low, high) of `span` are made from, by name.

    Tables whose rows went into the ledger stand there without rows: that they were delivered is what measures ask of them.
    """
    low, high = span
    return {
        "client_day": ledger.client_day, "position": ledger.position, "round_trip": ledger.round_trip, "market_state": states,
        "calendar": calendar_days(calendar, as_of),
        **{n: sources.range(n, low, high) for n in _ALSO if sources.has(n)},
        **({"trade": sources.range("trade", low, high, _ORDERS)} if sources.has("trade") else {}),
        **{n: sources.rows(n) for n in _WHOLE if sources.has(n)},
        **{n: schema_of(table_called(n)).empty_table() for n in _READ_BY_LEDGER if sources.has(n)},
        "referred": sources.rows("client", ("client_id", "referrer_id", "opened_on")),
    }  # fmt: skip


def _pages(task: Task, asset: pa.Table, position: pa.Table) -> list[Part]:
    """Write of the clients' pages what needs no other clients; frozen ones have none."""
    market, client = kept(task.work), task.sources.range("client", task.low, task.high)
    clients = pages.shown(client, task.as_of)
    made = {
        "client_card": pages.client_card(client, task.as_of),
        "asset_series": pages.asset_series(asset, clients, market.book.days.astype(np.int32), task.as_of),
        "holding_now": pages.holding_now(
            position, clients, task.as_of, pa.array(market.securities, pa.string())
        ),
    }
    return [write_part(task.slots[name], rows) for name, rows in made.items()]


def _measure(task: Task, ledger: Ledger, states: pa.Table, calendar: Calendar) -> list[Part]:
    """Measure the clients: sums aside for what needs all clients, attribution and how sure the measures are as parts."""
    settings, as_of = task.settings.clients, task.as_of
    tables = tables_for_measures(task.sources, (task.low, task.high), as_of, ledger, states, calendar)
    plain = {name: without_codes(rows) for name, rows in tables.items()}
    with Engine(EngineSettings(threads=1)) as engine:
        estimates = estimates_of(engine, plain, as_of, calendar, settings)
        parts = engine.planned(
            ("attribution", as_of, calendar.days.tobytes()),
            {"client_day": plain["client_day"]},
            lambda lazy: {"attribution": attribution(lazy["client_day"], as_of, calendar)},
        )["attribution"]
    found = told(estimates, tables, settings=settings)
    put_aside(task.aside("measure"), found.measure)
    return [
        write_part(task.slots["measure_detail"], found.detail),
        write_part(task.slots["attribution"], parts),
    ]


def estimates_of(
    engine: Engine, tables: Mapping[str, pa.Table], as_of: date, calendar: Calendar, settings: ClientSettings
) -> pa.Table:
    """Return the measures of some clients with what each rests on, as `told` takes them; `tables` without codes."""
    pieces = engine.planned(
        ("sums", as_of, calendar.days.tobytes(), settings),
        tables,
        lambda lazy: gather(lazy, as_of, calendar, settings),
    )
    return engine.planned(
        ("measures", as_of, settings, tuple(tables)),
        {"sums": assembled(pieces)},
        lambda lazy: {"measure": estimated(lazy["sums"], tables, as_of, settings)},
    )["measure"]
