"""The first pass over a range of clients: the fold, and all that follows from it for each client alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import feather

from zhike.base.period import Calendar
from zhike.datacentre.generation import Part, write_part
from zhike.datacentre.stored import without_codes
from zhike.decisions import proposals
from zhike.engine import Engine, EngineSettings
from zhike.engine.aside import put_array
from zhike.engine.prepared import prepared
from zhike.features.clients import assembled, attribution, estimated, follow, gather, pages, share_of, told
from zhike.features.clients.products import product_now
from zhike.features.clients.settings import YEAR, ClientSettings
from zhike.features.clients.shrinkage import RateSums
from zhike.features.ledger import READS, Ledger, ledger_of
from zhike.features.ledger.columns import ACT_CLIENT, ACT_DAY
from zhike.features.ledger.money_effect import clients_in_profit
from zhike.models import lifecycle
from zhike.models.logic import overlays
from zhike.run.branch import needed
from zhike.run.lifetimes import keep_months
from zhike.run.market import kept
from zhike.run.reading import Tables, read_range, shared_with, tables_for_measures
from zhike.run.tasks import Task, in_places, people_of, places_in
from zhike.run.valuing import keep_values

Ints = npt.NDArray[np.int64]
KEPT = (
    "client_id", "date", "trades", "buy_amount", "sell_amount", "flow_in", "flow_out", "net", "stocks", "assets_before", "pnl",
)  # fmt: skip
_PERSON = ("client_id", "opened_on", "closed_on", "frozen")
_LOOKED_AT = ("client_id", "date", "positions", "net", "funds", "debt")  # by `overlays`, and to count days
_LATER = (
    "client",
    "contact",
    "complaint",
    "product_order",
    "account",
    "custody",
)  # what the second pass reads of the store's tables


@dataclass(frozen=True, slots=True)
class Done:
    """What comes back of a range, beside the files that it wrote: parts, counts and sums; nothing of it grows with the clients.

    `in_profit`, `counted`: clients by day; `decisions`: how many there are; `rates`: sums by rate; `rows` by table.
    """

    parts: tuple[Part, ...]
    in_profit: Ints
    counted: Ints
    decisions: int
    rates: Mapping[str, RateSums]
    since: lifecycle.Begun
    rows: Mapping[str, int]
    seeded: int

    def __add__(self, other: Done) -> Done:
        """Return the counts and sums of both, without their parts."""
        return Done(
            (), self.in_profit + other.in_profit, self.counted + other.counted, self.decisions + other.decisions,
            {name: sums + other.rates[name] for name, sums in self.rates.items()},
            lifecycle.Begun.of((self.since, other.since)),
            {name: n + other.rows[name] for name, n in self.rows.items()}, self.seeded + other.seeded,
        )  # fmt: skip


def first_pass(task: Task) -> Done:
    """Do a range."""
    market = kept(task.work)
    read = read_range(task.sources, task.low, task.high)
    ledger = ledger_of(market.book, market.securities, {n: read[n] for n in READS}, len(market.book.days) - 1)
    calendar = Calendar.from_days(market.book.days)
    parts, rates = _measure(task, read, ledger, market.states, calendar)
    in_profit, counted = clients_in_profit(ledger.client_day, market.book.days)
    _keep_for_pages(task, read, ledger)
    since, people = _keep_months(task, read, ledger, calendar)
    keep_months(task, ledger.client_day, people)
    return Done(
        (*parts, *_pages(task, read, ledger.position)), in_profit, counted, _keep_decisions(task, read, ledger, people), rates, since,
        {"client_day": ledger.client_day.num_rows, "trade": read["trade"].num_rows, "round_trip": ledger.round_trip.num_rows},
        int(pc.sum(ledger.position["seeded"].cast(pa.int64())).as_py() or 0),
    )  # fmt: skip


def _keep_for_pages(task: Task, read: Tables, ledger: Ledger) -> None:
    """Keep aside what the second pass goes on with."""
    for name, rows in (
        ("client_day", ledger.client_day.select(KEPT)),
        ("position", ledger.position),
        ("round_trip", ledger.round_trip),
        *((name, read[name]) for name in _LATER if name in read),
    ):
        task.keep(name, rows)


def _keep_months(
    task: Task, read: Tables, ledger: Ledger, calendar: Calendar
) -> tuple[lifecycle.Begun, pa.Table]:
    """Keep aside what the life cycle and proposals look at; return since when it tells, and the people there are."""
    login = read["login"].select(("client_id", "date")) if "login" in read else None
    panel = lifecycle.monthly(ledger.client_day, calendar.days, login)
    client, lead = without_codes(read["client"].select(_PERSON)), read.get("lead")
    since, known = lifecycle.begun(panel, client, task.as_of, lead)
    people = people_of(sorted({*known, *ledger.clients.to_pylist()}))
    for name, rows in (("monthly", panel), ("person", client), ("lead", lead)):
        if rows is not None:
            task.keep(name, in_places(without_codes(rows), people))
    settings = task.settings.proposals
    recent = proposals.recent(ledger.client_day, calendar.days, task.as_of, settings)
    task.keep("recent", recent)
    facts = proposals.facts_of(
        proposals.Inputs(client=read["client"], recent=recent), calendar.days, task.as_of, settings
    )
    put_array(task.aside("pauses", "npy"), proposals.pauses(facts, settings))
    return since, people


def _keep_decisions(task: Task, read: Tables, ledger: Ledger, people: pa.Table) -> int:
    """Keep the decisions aside, client by client in the order of `people`, and what else tells of the logic; return how many there are."""
    book = kept(task.work).book
    since, long_ago = (_first(book.days, n) for n in (YEAR, task.settings.logic.memory.window))
    recent = np.flatnonzero(ledger.acts[:, ACT_DAY] >= len(book.days) - task.settings.logic.memory.window)
    own = places_in(people, ledger.clients)
    place = own[ledger.acts[recent, ACT_CLIENT].astype(np.int64)]
    order = np.argsort(place, kind="stable")
    acts = ledger.acts[recent[order]]
    acts[:, ACT_CLIENT] = place[order]  # 32 bits count clients up to 16 million
    put_array(task.aside("acts", "npy"), acts)
    n = people.num_rows
    days = ledger.client_day.select(_LOOKED_AT)  # a filter copies every column that is there
    held = days.filter(pc.greater(days["positions"], 0))
    trades = read["trade"].select(("client_id", "date", "kind"))
    beside = overlays(_since(days, "date", since), trades, since)
    known = {
        "ledger": pa.array(np.isin(np.arange(n), own)), "acts": pa.array(np.bincount(place, minlength=n)),
        "trips": pa.array(_count(_since(ledger.round_trip.select(("client_id", "closed_on")), "closed_on", long_ago), people)),
        "held": pa.array(_count(_since(held, "date", long_ago), people)),
        "overlay": pa.array([beside.get(c) for c in people["client_id"].to_pylist()], pa.string()),
    }  # fmt: skip
    task.keep("people", pa.table({**{name: people[name] for name in people.column_names}, **known}))
    return len(acts)


def _first(days: Ints, last: int) -> int:
    """Return the first of the last so many days."""
    return int(days[max(len(days) - last, 0)])


def _since(rows: pa.Table, column: str, day: int) -> pa.Table:
    return rows.filter(pc.greater_equal(rows[column].cast(pa.int32()), day))


def _count(rows: pa.Table, people: pa.Table) -> Ints:
    return np.bincount(places_in(people, rows["client_id"]), minlength=people.num_rows).astype(np.int64)


def _pages(task: Task, read: Tables, position: pa.Table) -> list[Part]:
    """Write of the clients' pages what needs no other clients; frozen ones have none."""
    market, client = kept(task.work), read["client"]
    clients = pages.shown(client, task.as_of)
    made = {
        "client_card": pages.client_card(client, task.as_of),
        "asset_series": pages.asset_series(
            read["asset"], clients, market.book.days.astype(np.int32), task.as_of
        ),
        "holding_now": pages.holding_now(
            position, clients, task.as_of, pa.array(market.securities, pa.string())
        ),
    }
    if "product_order" in read:
        product = feather.read_table(str(task.work / "product.arrow"))
        made["product_now"] = product_now(read["product_order"], product, read["asset"], clients, task.as_of)
    return [write_part(task.slots[name], rows) for name, rows in made.items()]


def _measure(
    task: Task, read: Tables, ledger: Ledger, states: pa.Table, calendar: Calendar
) -> tuple[list[Part], Mapping[str, RateSums]]:
    """Measure the clients: the measures aside, attribution and how sure the measures are as parts; return their sums by rate."""
    settings, as_of = task.settings.clients, task.as_of
    others = shared_with(task.work, task.low, task.high, read)
    tables = tables_for_measures(read, others, ledger, states, as_of, calendar, task.sources)
    plain = {name: without_codes(rows) for name, rows in tables.items()}
    with Engine(EngineSettings(threads=1)) as engine:
        estimates = estimates_of(engine, plain, as_of, calendar, settings)
    found = told(estimates, tables, settings=settings)
    task.keep("measure", found.measure)
    keep_values(task, read["client"], found.measure)
    own = share_of(needed(found.measure))
    for state, returns in enumerate(own.returns):
        put_array(task.aside(f"returns{state}", "npy"), returns)
    return [
        write_part(task.slots["measure_detail"], found.detail),
        write_part(task.slots["attribution"], attribution(ledger.client_day, as_of, calendar)),
    ], own.rates


def estimates_of(
    engine: Engine, tables: Mapping[str, pa.Table], as_of: date, calendar: Calendar, settings: ClientSettings
) -> pa.Table:
    """Return the measures of some clients with what each rests on, as `told` takes them; `tables` without codes."""
    pieces = engine.planned(
        ("sums", as_of, calendar.days.tobytes(), settings),
        tables,
        lambda lazy: gather(lazy, as_of, calendar, settings),
    )
    return prepared(
        engine, ("measures", as_of, settings, tuple(tables)), "sums", assembled(pieces | follow(tables, as_of, calendar, settings)),
        lambda sums: estimated(sums, tables, as_of, settings),
    )  # fmt: skip
