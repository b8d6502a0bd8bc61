"""Securities, prices, indices, corporate actions, trading days, products, as tables of the contract."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from zhike.base.period import date_of
from zhike.simulate.branch.columns import dates, decimal, money, nulled, price, rounded, words
from zhike.simulate.chance import stream
from zhike.simulate.market.assembly import Market
from zhike.simulate.market.shelf import PRODUCTS
from zhike.simulate.market.universe import INDEX_IDS, INDUSTRIES, REPO


def market_tables(market: Market) -> Iterator[tuple[str, pa.Table]]:
    """Yield (name, table) for all that is known of the market up to the drop's last day."""
    yield "calendar", pa.table({"date": dates(market.course.days[_begin(market) : market.end])})
    yield "security", _security(market)
    yield "quote", _quote(market)
    yield "index_quote", _index_quote(market)
    yield "corporate_action", _corporate_action(market)
    yield "product", _product(market)


def _begin(market: Market) -> int:
    return market.plan.market_settings.lead_in


def _security(market: Market) -> pa.Table:
    u = market.universe
    known = u.listed < market.end
    n, extra = u.stocks, len(u) - u.stocks
    old = stream(market.plan.seed, "listed").integers(400, 4000, len(u))
    listed = np.where(
        u.listed > 0, market.course.days[np.minimum(u.listed, market.end)], market.course.days[0] - old
    )
    industry = pa.array([INDUSTRIES[k] for k in u.industry] + [None] * extra, pa.string())
    shares = pa.table({
        "security_id": pa.array(u.ids), "name": pa.array(u.names), "kind": pa.array(["stock"] * n + ["etf"] * extra),
        "board": pa.array([b or None for b in u.board], pa.string()), "industry": industry, "listed_on": dates(listed),
    }).filter(pa.array(known))  # fmt: skip
    others = pa.table({
        "security_id": pa.array([*INDEX_IDS, REPO]), "name": pa.array(["沪深300", "上证指数", "GC001"]),
        "kind": pa.array(["index", "index", "repo"]),
    })  # fmt: skip
    return pa.concat_tables([shares, others], promote_options="default")


def _quote(market: Market) -> pa.Table:
    tape, u = market.tape, market.universe
    span = slice(_begin(market), market.end)
    t, s = np.nonzero(tape.close[span] > 0)
    order = np.lexsort((t, s))
    t, s = t[order] + span.start, s[order]
    halted = market.halted[t, s]
    cap = market.float_shares[t, s] * (tape.close[t, s] / 1000.0)
    rate = 0.012 * market.heat[t] * tape.volume[t, s]
    volume = np.where(
        halted, 0, np.rint(cap * np.minimum(rate, 0.6) / (tape.close[t, s] / 1000.0) / 100) * 100
    ).astype(np.int64)
    middle = (tape.high[t, s] + tape.low[t, s]) // 2
    funds = s >= u.stocks
    return pa.table({
        "date": dates(market.course.days[t]), "security_id": words(u.ids, s), "open": price(tape.open[t, s]),
        "high": price(tape.high[t, s]), "low": price(tape.low[t, s]), "close": price(tape.close[t, s]),
        "prev_close": price(tape.prev[t, s]), "volume": volume, "amount": money(middle * volume // 10),
        "float_cap": rounded(cap, 0), "eps_ttm": rounded(market.reports.eps[t, s], 4, funds),
        "bps": rounded(market.reports.bps[t, s], 4, funds), "dividend_ttm": rounded(market.reports.dividend[t, s], 4, funds),
        "adj_factor": rounded(tape.factor[t, s], 8), "suspended": pa.array(halted), "st": pa.array(market.st[t, s]),
    })  # fmt: skip


def _index_quote(market: Market) -> pa.Table:
    span = slice(_begin(market), market.end)
    close = market.index[span]
    before = market.index[span.start - 1 : span.stop - 1]
    wiggle = (
        np.abs(stream(market.plan.seed, "index range").standard_normal((2, len(market.index), 2)))[:, span]
        * 0.003
    )
    start = before + 0.3 * (close - before)
    high, low = np.maximum(start, close) * (1 + wiggle[0]), np.minimum(start, close) * (1 - wiggle[1])
    traded = (market.float_shares * market.tape.close / 1000.0 * 0.012 * market.tape.volume)[
        span, : market.universe.stocks
    ].sum(1)
    amount = traded * market.heat[span]
    both = [
        pa.table({
            "date": dates(market.course.days[span]), "index_id": words((INDEX_IDS[k],), np.zeros(len(close), np.int64)),
            "open": rounded(np.clip(start[:, k], low[:, k], high[:, k]), 3), "high": rounded(high[:, k] + 0.001, 3),
            "low": rounded(low[:, k] - 0.001, 3), "close": rounded(close[:, k], 3),
            "amount": rounded(amount * (0.6 if k == 0 else 0.5), 0),
        })
        for k in range(2)
    ]  # fmt: skip
    return pa.concat_tables(both)


def _corporate_action(market: Market) -> pa.Table:
    span = slice(_begin(market) + 1, market.end)
    pays = [(t, s, 0) for t, s in zip(*np.nonzero(market.tape.dividend[span] > 0), strict=True)]
    more = [
        (t, s, 1 if s < market.universe.stocks else 2)
        for t, s in zip(*np.nonzero(market.ratio[span] > 0), strict=True)
    ]
    rows = np.array(sorted(pays + more), np.int64).reshape(-1, 3)
    t, s, kind = rows[:, 0] + span.start, rows[:, 1], rows[:, 2]
    ratio = np.rint(market.ratio[t, s] * 1e4).astype(np.int64) + np.where(kind == 2, 10_000, 0)
    return pa.table({
        "security_id": words(market.universe.ids, s), "ex_date": dates(market.course.days[t]),
        "kind": words(("dividend", "bonus", "split"), kind), "cash": nulled(price(market.tape.dividend[t, s]), kind > 0),
        "ratio": nulled(decimal(ratio, 4), kind == 0),
    })  # fmt: skip


def _product(market: Market) -> pa.Table:
    def day(part: float) -> object:
        at = min(
            max(market.first + round(part * market.plan.days), market.first - 200),
            len(market.course.days) - 1,
        )
        return date_of(int(market.course.days[at]))

    return pa.table({
        "product_id": [p.product_id for p in PRODUCTS], "name": [p.name for p in PRODUCTS],
        "risk_level": [f"R{p.risk}" for p in PRODUCTS], "category": [p.category for p in PRODUCTS],
        "term_days": pa.array([p.term * 365 // 245 or None for p in PRODUCTS], pa.int64()),
        "minimum": pa.array([p.minimum for p in PRODUCTS], pa.int64()), "fee_rate": [p.fee for p in PRODUCTS],
        "on_sale_from": [day(p.first) for p in PRODUCTS],
        "on_sale_to": pa.array([day(p.last) if p.last < 1 else None for p in PRODUCTS], pa.date32()),
    })  # fmt: skip
