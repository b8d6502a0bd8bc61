"""The client's ledger and measures once more, from the delivered rows alone: as the first pass of a night does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa

from zhike.base.measure import Measure
from zhike.base.period import Calendar, date_of
from zhike.datacentre.hashes import whole
from zhike.datacentre.stored import without_codes
from zhike.features.clients import ClientSettings, assembled
from zhike.features.clients.branchwide import NEEDED, branchwide
from zhike.features.clients.bucket import Bucket
from zhike.features.clients.sources import SOURCES
from zhike.features.clients.sums import Built, Want, built, followed, gathered
from zhike.features.clients.walk import Held
from zhike.features.clients.windows import Horizon
from zhike.features.ledger import READS, Ledger, ledger_of
from zhike.features.market.gathering import floats
from zhike.run.branch import needed
from zhike.run.explaining.delivered import Deliveries, bucket_of
from zhike.run.explaining.published import Page, client_rows
from zhike.run.market import Market, market_of
from zhike.run.reading import read_range, tables_for_measures
from zhike.run.settings import NightSettings

_WHOLE = ("lead", "product", "referred", "market_state", "calendar")  # not of one client alone


@dataclass(frozen=True, slots=True)
class Again:
    """A measure found again: value, observations, interval, and the sums it is made of by their names."""

    value: float | None
    n: float | None
    low: float | None
    high: float | None
    sums: Mapping[str, float | None] = field(default_factory=dict)


class Retold:
    """A client's ledger, folded anew up to the generation's day, and what measures of it come to."""

    def __init__(self, page: Page, settings: NightSettings) -> None:
        self.page, self.settings = page, settings
        self.as_of: date = page.generation.manifest.as_of
        self.deliveries = Deliveries(page.home, page.sources, page.client)

    @cached_property
    def market(self) -> Market:
        """The market as the night knew it."""
        return market_of(self.page.sources, self.as_of, self.settings.market, self.settings.standing)

    @cached_property
    def ledger(self) -> Ledger:
        """The client's client_day, position and round_trip."""
        low = bucket_of(self.page.client)
        sources, client = self.page.sources, self.page.client
        read = {n: client_rows(sources.range(n, low, low + 1, c), client) for n, c in READS.items()}
        return ledger_of(
            self.market.book, self.market.prices.securities, read, len(self.market.book.days) - 1
        )

    @cached_property
    def calendar(self) -> Calendar:
        """The trading days."""
        return Calendar.from_days(self.market.book.days)

    @cached_property
    def tables(self) -> Mapping[str, pa.Table]:
        """The tables of measures, with the client's rows; delivered ones keep storage's own columns."""
        low, client, sources = bucket_of(self.page.client), self.page.client, self.page.sources
        others = {name: sources.rows(name) for name in ("lead", "product")}
        others["referred"] = sources.rows("client", ("client_id", "referrer_id", "opened_on"))
        made = tables_for_measures(
            read_range(sources, low, low + 1),
            others,
            self.ledger,
            self.market.states,
            self.as_of,
            self.calendar,
            sources,
        )
        own = {n: t if n in _WHOLE else client_rows(t, client) for n, t in made.items()}
        events = (n for n in SOURCES if n in own and n not in ("client_day", "round_trip"))
        return {n: without_codes(t) for n, t in own.items()} | {n: self.deliveries.rows(n) for n in events}

    @cached_property
    def bucket(self) -> Bucket:
        """The tables, lazily, and where the run stands in time."""
        lazy = {name: self.page.engine.over(rows) for name, rows in self.tables.items()}
        return Bucket(lazy, Horizon.of(self.calendar, self.as_of), self.clients)

    @cached_property
    def held(self) -> Held:
        """The same tables in memory."""
        return Held(self.tables, self.bucket.horizon, self.clients)

    @property
    def clients(self) -> ClientSettings:
        """The settings of the measures."""
        return self.settings.clients

    def built(self, measure: Measure) -> Built:
        """Return a measure's expressions for the tables that are there."""
        return built(measure, self.tables)

    def again(self, measure: Measure) -> Again:
        """Find a measure again, from the rows up."""
        wanted, engine = self.built(measure), self.page.engine
        pieces = gathered([wanted], self.bucket)
        collected = {name: engine.collect(piece) for name, piece in pieces.items()}
        sums = assembled(collected | followed([wanted], self.held))
        mine = client_rows(sums, self.page.client)
        if not mine.num_rows:
            return Again(None, None, None, None)
        exprs = {"value": wanted.value, "n": wanted.n, "low": wanted.low, "high": wanted.high}
        found = engine.collect(engine.over(mine).select(*(e.alias(n) for n, e in exprs.items()))).to_pylist()[
            0
        ]
        return Again(**found, sums={k: v for k, v in mine.to_pylist()[0].items() if k != "client_id"})

    def among_all(self, name: str) -> Again:
        """Find a measure again that needs all clients, from the published measures it is made of."""
        lazy = self.page.generation.scan(self.page.engine, "measure").select("client_id", *NEEDED)
        rows = self.page.engine.collect(lazy).sort_by("client_id")
        found = branchwide(needed(rows))[name]
        at = rows["client_id"].to_pylist().index(self.page.client)
        value, low, high = (_known(x[at]) for x in (found.value, found.low, found.high))
        return Again(value, float(found.n[at]), low, high)

    def contributions(self, want: Want) -> list[dict[str, object]]:
        """Return the rows that a sum over a table of events was made of, with `contribution` and `age`."""
        rows = SOURCES[want.of].rows(self.held, (want.column,))
        parts = floats(whole(rows[want.column]))
        inside = ~np.isnan(parts) & (rows["age"].to_numpy() < (want.days or np.inf))
        rows = rows.append_column("contribution", pa.array(parts))
        return list(rows.filter(pa.array(inside)).to_pylist())

    def day(self, age: int) -> date:
        """Return the trading day of an age."""
        return date_of(int(self.bucket.horizon.days[-1 - age]))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
