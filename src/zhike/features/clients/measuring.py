"""From a bucket's lazy tables to its measures, and to how sure each of them is. The run collects what is lazy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date as Date
from functools import lru_cache

import narwhals as nw
import pyarrow as pa

from zhike.base.measure import Measure, registry
from zhike.base.period import Calendar
from zhike.features.clients.activity import ACTIVITY, rhythm_measures
from zhike.features.clients.assets import ASSETS
from zhike.features.clients.behaviour import BEHAVIOUR, market_measures
from zhike.features.clients.branchwide import BRANCHWIDE
from zhike.features.clients.bucket import Bucket, Frame
from zhike.features.clients.flows import FLOWS
from zhike.features.clients.profit import PROFIT
from zhike.features.clients.relationship import RELATIONSHIP
from zhike.features.clients.revenue import REVENUE, served_measures
from zhike.features.clients.settings import ClientSettings
from zhike.features.clients.sums import Built, built, followed, gathered
from zhike.features.clients.trading import TRADING
from zhike.features.clients.walk import Held
from zhike.features.clients.windows import Horizon


def measures(settings: ClientSettings | None = None) -> Mapping[str, Measure]:
    """Return every measure of a client by name, in order."""
    chosen = settings or ClientSettings()
    return registry(
        ASSETS, FLOWS, ACTIVITY, rhythm_measures(chosen.fewest_gaps), TRADING, PROFIT, BEHAVIOUR,
        market_measures(chosen.fewest_days), REVENUE, served_measures(chosen.minute_cost), RELATIONSHIP, BRANCHWIDE,
    )  # fmt: skip


MEASURES = measures()


def gather(
    tables: Mapping[str, Frame],
    as_of: Date,
    calendar: Calendar,
    settings: ClientSettings | None = None,
) -> Mapping[str, Frame]:
    """Return the figures that stand which the measures want of a bucket, as lazy pieces by name with at most one row a client each.

    What they want of sums and of clients' paths is given by `follow`; `assembled` takes the pieces of both.

    `tables`: lazy tables by name: those of the ledger (client_day, position, round_trip), market_state, those of the data
    contract, `calendar` as `calendar_days` makes it. All of them hold the rows of the bucket's clients; `lead` and `referred`
    (referrer_id, opened_on of `client`) those that name them as referrers, or more. Tables that only the ledger read
    (cash_flow, quote, index_quote …) stand there without rows where they were delivered. What depends on a table that isn't there
    is null. Give the same names to `estimated` and `told`. Raises UsageError where `calendar` isn't there or `as_of` lies outside
    the calendar.
    """
    chosen = settings or ClientSettings()
    return gathered(built_measures(tables, chosen), Bucket(tables, Horizon.of(calendar, as_of), chosen))


def follow(
    tables: Mapping[str, pa.Table],
    as_of: Date,
    calendar: Calendar,
    settings: ClientSettings | None = None,
) -> dict[str, pa.Table]:
    """Return what the measures want of sums and of the paths of some clients, as pieces by name with at most one row a client each.

    `tables`: rows in memory of the tables that `gather` is given, texts written out. Raises BrokenPromise where the
    ledger's tables lack what they promise, UsageError like `gather`.
    """
    chosen = settings or ClientSettings()
    return followed(built_measures(tables, chosen), Held(tables, Horizon.of(calendar, as_of), chosen))


def estimated(
    sums: Frame, present: Collection[str], as_of: Date, settings: ClientSettings | None = None
) -> Frame:
    """Return the measures of a bucket from its sums (`assembled` pieces), one row a client.

    Beside each estimate stands what it rests on: `NAME__n`, `NAME__low`, `NAME__high`; see `told`. `present`: the names of the
    tables that were there.
    """
    columns: list[nw.Expr] = []
    for b in built_measures(present, settings):
        columns.append(b.value.alias(b.measure.name))
        if b.measure.n and not b.lacking:
            columns.append(b.n.alias(f"{b.measure.name}__n"))
        if b.measure.bounds and not b.lacking:
            columns += [b.low.alias(f"{b.measure.name}__low"), b.high.alias(f"{b.measure.name}__high")]
    return sums.select("client_id", nw.lit(as_of).alias("as_of"), *columns)


def built_measures(present: Collection[str], settings: ClientSettings | None = None) -> tuple[Built, ...]:
    """Return the measures that a client's own rows tell, in order, as expressions for the tables that are there."""
    return _built(frozenset(present), settings or ClientSettings())


@lru_cache(2)
def _built(present: frozenset[str], settings: ClientSettings) -> tuple[Built, ...]:
    """Build all expressions; each range of clients asks three times for the same."""
    return tuple(built(m, present) for m in measures(settings).values() if m.build is not None)
