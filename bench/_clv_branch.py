"""A simulated branch as the lifetime value sees it, and what its clients brought in the year after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from zhike.base.period import date_of
from zhike.datacentre.generation import Generation
from zhike.datacentre.tables.results import LOGICS
from zhike.features.ledger import READS, ledger_of
from zhike.features.market import StandingSettings
from zhike.features.market.settings import MarketSettings
from zhike.models.clv.learning import Served
from zhike.models.clv.market import MarketMonths, market_months
from zhike.models.clv.months import READS as DAILY
from zhike.models.clv.months import Months, months_of, stages_of
from zhike.models.clv.purchases import Histories
from zhike.models.clv.settings import BEAR, BULL, NEUTRAL, ClvSettings
from zhike.models.lifecycle import history, monthly
from zhike.run.market import Market, market_of
from zhike.run.sources import Sources

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
YEAR = 245  # days that the truth looks ahead
# What the simulated branch's own books say of each yuan: handling fees still in the commission, interest less funding, product
# fees less the issuer's share, trail on what was subscribed, a minute of staff. Its truth counts by these (zhike.simulate.agents).
SETTINGS = ClvSettings(trade_cost=0.00006)
_INTEREST, _FEES, _TRAIL, _MINUTE = 0.5, 0.6, 0.002, 2.5


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What is known on the drop's last day, (n, …), and the truth: discounted net revenue of the 245 days after it.

    weeks: purchases (weeks with a trade), the last and the time since the first, in weeks; spent: mean net revenue of such a
    week after the first. last_year: net revenue of the last 245 days, less cost; revenue_12m: the measure of that name.
    stays: chance of the truth not to be lost in a neutral market.
    """

    months: Months
    logic: Ints
    served: Served
    market: MarketMonths
    weeks: Histories
    bought: npt.NDArray[np.bool_]
    spent: Floats
    last_year: Floats
    revenue_12m: Floats
    true: Floats
    true_neutral: Floats
    stays: Floats


def seen(branch: Path, home: Path) -> Seen:
    """Read a branch that was simulated into `branch`, taken into `home` and run."""
    generation = Generation.latest(home)
    if generation is None:
        raise SystemExit(f"{home} has no generation: run the night first")
    sources, s = Sources.of(home), SETTINGS
    market = market_of(sources, generation.manifest.as_of, MarketSettings(), StandingSettings())
    day = _client_day(sources, market)
    clients = sorted(sources.rows("client")["client_id"].to_pylist())
    days = np.asarray(market.book.days, np.int64)
    days = days[days >= day["date"].cast(pa.int32()).to_numpy().min()]
    logic = generation.read("logic").select(["client_id", "logic"])
    stage = _stages(sources, day, logic, days, clients, s)
    m = months_of(day.select(DAILY), clients, days, stage, s.month_days)
    year = days[-YEAR:]
    truth = pq.read_table(branch / "truth" / "client.parquet").sort_by("client_id")
    if truth["client_id"].to_pylist() != clients:
        raise SystemExit("truth and drop differ in their clients")
    measures = generation.read("measure")
    revenue = dict(zip(measures["client_id"].to_pylist(), measures["revenue_12m"].to_pylist(), strict=True))
    kept = _earned(sources, day, clients, s)
    served = _served(sources, clients, int(year[0]), s)
    weekly = _weeks(kept, len(clients), days)
    last = np.bincount(kept[0][kept[1] >= year[0]], kept[2][kept[1] >= year[0]], len(clients))
    return Seen(
        m, _codes(clients, logic, LOGICS), served, _market(market, s), *weekly, last + served.interest + served.products - served.cost,
        np.array([float(revenue.get(c) or 0.0) for c in clients]),
        *(truth[n].to_numpy().astype(float) for n in ("contribution", "contribution_neutral")), 1 - truth["p_lost_neutral"].to_numpy(),
    )  # fmt: skip


def _client_day(sources: Sources, market: Market) -> pa.Table:
    read = {n: sources.rows(n, columns) for n, columns in READS.items() if sources.has(n)}
    return ledger_of(market.book, market.prices.securities, read, len(market.book.days) - 1).client_day


def _stages(
    sources: Sources, day: pa.Table, logic: pa.Table, days: Ints, clients: Sequence[str], s: ClvSettings
) -> Ints:
    """Return the stage at each month's end, as the life cycle says it: at the last calendar month's end before it."""
    all_days = days.astype(np.int32)
    panel = monthly(day, all_days, sources.rows("login") if sources.has("login") else None)
    found = history(panel, sources.rows("client"), all_days, date_of(int(days[-1])), logic=logic)
    return stages_of(found, clients, days, s.month_days)


def _codes(clients: Sequence[str], table: pa.Table, words: Sequence[str]) -> Ints:
    named = dict(zip(table["client_id"].to_pylist(), table["logic"].to_pylist(), strict=True))
    return np.array([words.index(named.get(c) or words[-1]) for c in clients], np.int64)


def _market(market: Market, s: ClvSettings) -> MarketMonths:
    rows = market.index.sort_by("date")
    level = rows["close"].cast(pa.float64()).to_numpy()
    states = dict(zip(market.states["date"].to_pylist(), market.states["regime_known"].to_pylist(), strict=True))  # fmt: skip
    words = {"bear": BEAR, "bull": BULL}
    regime = [words.get(states.get(d) or "", NEUTRAL) for d in rows["date"].to_pylist()]
    return market_months(np.diff(np.log(level)), np.array(regime[1:], np.int64), s.month_days)


def _earned(
    sources: Sources, day: pa.Table, clients: Sequence[str], s: ClvSettings
) -> tuple[Ints, Ints, Floats]:
    """Return client, day and net commission of every day with a trade."""
    rows = day.filter(pc.greater(day["trades"], 0))
    money = {n: rows[n].cast(pa.float64()).to_numpy() for n in ("commission", "exchange_fee", "buy_amount", "sell_amount")}  # fmt: skip
    value = money["commission"] - money["exchange_fee"] - s.trade_cost * (money["buy_amount"] + money["sell_amount"])  # fmt: skip
    return _who(rows, clients), rows["date"].cast(pa.int32()).to_numpy().astype(np.int64), value


def _who(rows: pa.Table, clients: Sequence[str]) -> Ints:
    at = pc.index_in(rows["client_id"].cast(pa.string()), value_set=pa.array(clients, pa.string()))
    return np.asarray(at.to_numpy(), np.int64)


def _served(sources: Sources, clients: Sequence[str], since: int, s: ClvSettings) -> Served:
    """Sum the last year's interest, product fees and contacts, as the branch keeps and pays them."""

    def recent(name: str, column: str) -> pa.Table:
        rows = sources.rows(name)
        date = rows[column].cast(pa.date32()).cast(pa.int32())
        return rows.filter(pc.greater_equal(date, since))

    def total(rows: pa.Table, values: Floats) -> Floats:
        return np.bincount(_who(rows, clients), values, len(clients)).astype(float)

    flows = recent("cash_flow", "date")
    paid = flows.filter(
        pc.and_(pc.equal(flows["kind"].cast(pa.string()), "interest"), pc.less(flows["amount"], 0))
    )
    orders = recent("product_order", "date")
    subscribed = (pc.equal(orders["side"].cast(pa.string()), "subscribe")).to_numpy()
    fee, amount = (orders[n].cast(pa.float64()).to_numpy() for n in ("fee", "amount"))
    contacts = recent("contact", "at")
    minutes = contacts["minutes"].cast(pa.float64()).to_numpy()
    return Served(
        -_INTEREST * total(paid, paid["amount"].cast(pa.float64()).to_numpy()),
        total(orders, _FEES * fee + _TRAIL * amount * subscribed),
        total(contacts, _MINUTE * minutes), total(contacts, np.ones(len(minutes))),
    )  # fmt: skip


def _weeks(
    kept: tuple[Ints, Ints, Floats], n: int, days: Ints
) -> tuple[Histories, npt.NDArray[np.bool_], Floats]:
    """Return what purchase models see: weeks with a trade from the client's first on, and the net commission of one after it."""
    who, day, value = kept
    week = (day - days[0]) // 7
    keys, at = np.unique(who * 10_000 + week, return_inverse=True)
    money = np.bincount(at, value)
    client, when = keys // 10_000, (keys % 10_000).astype(float)
    first, last = np.full(n, np.inf), np.zeros(n)
    np.minimum.at(first, client, when)
    np.maximum.at(last, client, when)
    bought = np.isfinite(first)
    first = np.where(bought, first, 0.0)
    repeats = np.bincount(client[when > first[client]], minlength=n).astype(float)
    spent = np.bincount(client[when > first[client]], money[when > first[client]], n)
    now = (days[-1] - days[0]) / 7
    return (
        Histories(repeats, np.where(bought, last - first, 0.0), now - first),
        bought, np.divide(spent, repeats, out=np.zeros(n), where=repeats > 0),
    )  # fmt: skip
