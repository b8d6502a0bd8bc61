"""The night's market: the price book, standings and states, built once and shared by all ranges of clients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import feather

from zhike.base.errors import UsageError
from zhike.base.period import day_no
from zhike.base.text import say
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables import table as table_called
from zhike.features.ledger import Book
from zhike.features.ledger.market_book import book_of, load_book, save_book
from zhike.features.market import (
    Prices,
    StandingSettings,
    market_states,
    prices_of,
    standing_of,
    trading_days,
    with_client_effect,
)
from zhike.features.market.folders import load_arrays, save_arrays
from zhike.features.market.settings import MarketSettings
from zhike.run.sources import Sources

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_QUOTE = (
    "date", "security_id", "high", "low", "close", "prev_close", "volume", "amount", "float_cap", "eps_ttm", "bps",
    "dividend_ttm", "adj_factor", "suspended", "st",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Market:
    """The price book (without securities where there were no quotes), the fold's book, the states, the index and its name.

    `ahead`: the trading days after the night's that a calendar tells of, as day numbers.
    """

    prices: Prices
    book: Book
    states: pa.Table
    index: pa.Table
    index_id: str
    ahead: npt.NDArray[np.int32]


def market_of(sources: Sources, as_of: date, settings: MarketSettings, ranked: StandingSettings) -> Market:
    """Build the night's market from what was delivered up to `as_of`; without quotes it has days, and no securities."""
    indices = _until(sources.rows("index_quote"), as_of)
    index_id = _benchmark(indices, settings)
    index = indices.filter(pc.equal(indices["index_id"].cast(pa.string()), index_id))
    told = sources.rows("calendar")
    calendar, ahead = (
        _until(told, as_of),
        np.unique(told["date"].cast(pa.int32()).to_numpy()).astype(np.int32),
    )
    quotes = _quotes(sources, as_of)
    first = next(quotes, None)
    actions = sources.rows("corporate_action")
    days = trading_days(calendar, indices)
    if first is None:
        days = days if days is not None else _days_of_trades(sources, as_of)
        prices = _no_prices(days)
    else:
        prices = prices_of(chain((first,), quotes), sources.rows("security"), days, actions, settings)
    book = book_of(prices, standing_of(prices, ranked), _closes(index, prices), actions)
    states = _states(prices, index, as_of, settings)
    return Market(prices, book, states, index, index_id, ahead[ahead > day_no(as_of)])


def _states(prices: Prices, index: pa.Table, as_of: date, settings: MarketSettings) -> pa.Table:
    """Return the market's states; none where there are neither prices nor an index."""
    if not len(prices.securities) and not index.num_rows:
        return schema_of(table_called("market_state")).empty_table()
    return market_states(prices if prices.securities else None, index, as_of, settings)


def with_clients(market: Market, in_profit: Ints, counted: Ints) -> pa.Table:
    """Return the states with the branch's own money effect: clients in profit over those that count, day by day."""
    days = np.flatnonzero(counted > 0)
    share = np.rint(in_profit[days] / counted[days] * 1e8) / 1e8
    dates = pa.array(market.book.days[days].astype(np.int32)).view(pa.date32())
    effect = pa.table({"date": dates, "client_money_effect": pa.array(share)})
    return with_client_effect(market.states, effect)


def _quotes(sources: Sources, as_of: date) -> Iterator[pa.RecordBatch]:
    """Read the quotes up to `as_of` a stretch at a time: as a table they would be most of what a night holds at once."""
    for rows in sources.groups("quote", _QUOTE):
        yield from (batch for batch in _until(rows, as_of).to_batches() if batch.num_rows)


def _until(rows: pa.Table, as_of: date) -> pa.Table:
    return rows.filter(pc.less_equal(rows["date"], pa.scalar(as_of, pa.date32())))


def _benchmark(indices: pa.Table, settings: MarketSettings) -> str:
    counts = {
        str(r["values"]): int(r["counts"])
        for r in pc.value_counts(indices["index_id"].cast(pa.string())).to_pylist()
    }
    wanted = next((i for i in settings.indices if i in counts), "")
    return wanted or max(sorted(counts), key=lambda i: counts[i], default="")


def _closes(index: pa.Table, prices: Prices) -> Floats:
    """Return the index's closes on the book's days, NaN where it has none."""
    out = np.full(len(prices.days), np.nan)
    at = prices.days_of(index["date"].cast(pa.int32()).to_numpy())
    closes = index["close"].cast(pa.float64()).to_numpy()
    out[at[at >= 0]] = closes[at >= 0]
    return out


def _days_of_trades(sources: Sources, as_of: date) -> npt.NDArray[np.int32]:
    dates = sources.days("trade")
    found = dates[dates <= day_no(as_of)]
    if not len(found):
        raise no_days()
    return found


def no_days() -> UsageError:
    """Return the refusal of data without a single trading day."""
    return UsageError(
        say("没有可用的交易日：缺少行情、指数与成交。", "No trading days: there are no quotes, indices or trades."),
        next_=say("先导入数据：zhike ingest 目录", "Take data in first: zhike ingest FOLDER"),
    )  # fmt: skip


def _no_prices(days: npt.NDArray[np.int32]) -> Prices:
    wide, narrow = np.zeros((0, len(days))), np.zeros((0, len(days)), np.float32)
    flags = np.zeros((0, len(days)), np.uint8)
    return Prices(days, (), (), wide, wide, wide, wide, narrow, narrow, narrow, narrow, narrow, narrow, flags)


@dataclass(frozen=True, slots=True)
class Kept:
    """What every range needs of the market: the fold's book, the securities that its rows stand for, the states, the trading days ahead."""

    book: Book
    securities: tuple[str, ...]
    states: pa.Table
    ahead: npt.NDArray[np.int32]


def keep(market: Market, folder: Path) -> Market:
    """Write what every range needs into a folder for the worker processes; return the market as it lies there.

    Its grids are opened from files: the run hardly looks at them again, and needn't hold them beside its workers.
    """
    grids = {
        f.name: grid for f in fields(Prices) if isinstance(grid := getattr(market.prices, f.name), np.ndarray)
    }
    save_arrays(folder / "prices", grids)
    save_book(folder / "book", market.book)
    (folder / "securities.txt").write_text("\n".join(market.prices.securities), "utf-8")
    np.save(folder / "ahead.npy", market.ahead)
    feather.write_feather(market.states, str(folder / "states.arrow"), compression="lz4")
    opened: dict[str, Any] = load_arrays(folder / "prices", tuple(grids))
    return replace(market, prices=replace(market.prices, **opened), book=load_book(folder / "book"))


@lru_cache(1)
def kept(folder: Path) -> Kept:
    """Open what `keep` wrote, once in a process."""
    names = (folder / "securities.txt").read_text("utf-8")
    securities = tuple(names.split("\n")) if names else ()
    states = feather.read_table(str(folder / "states.arrow"))
    return Kept(load_book(folder / "book"), securities, states, np.load(folder / "ahead.npy"))
