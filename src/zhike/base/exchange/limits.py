"""Say how far a share's price may move in a day: f(board, ST, trading days since listing, date)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import numpy as np

from zhike.base.errors import UsageError
from zhike.base.exchange.codes import BOARDS
from zhike.base.exchange.packaged import packaged
from zhike.base.text import say

TICK = Decimal("0.01")
"""The price tick of A shares in yuan (Shenzhen B shares: Hong Kong dollars)."""


@dataclass(frozen=True, slots=True)
class LimitPrices:
    """The highest and the lowest price at which a share may trade on a day, in its currency."""

    up: Decimal
    down: Decimal


@dataclass(frozen=True, slots=True)
class _Rules:
    """Rates by (board, st) and unlimited first days by board, each as (from, value), latest first."""

    rates: dict[tuple[str, bool], list[tuple[Date, Decimal]]]
    fresh: dict[str, list[tuple[Date, int]]]


@cache
def _rules() -> _Rules:
    rules = _Rules(rates={}, fresh={})
    tables = packaged("limits.toml")
    for row in sorted(tables["limit"], key=lambda row: row["from"], reverse=True):
        for board in row["board"]:
            for st in [row["st"]] if "st" in row else [False, True]:
                rules.rates.setdefault((board, st), []).append((row["from"], Decimal(row["rate"])))
    for row in sorted(tables["fresh"], key=lambda row: row["from"], reverse=True):
        for board in row["board"]:
            rules.fresh.setdefault(board, []).append((row["from"], row["days"]))
    return rules


def _is_fresh(board: str, age: int, date: Date) -> bool:
    """Tell whether the share is in its unlimited first days.

    It is under the rule of its listing day, which the caller doesn't give: counting weekdays from the rule's
    first day finds it exactly, since no exchange holiday fell in the first week of any of these rules.
    """
    for since, days in _rules().fresh.get(board, []):
        if int(np.busday_count(since, date)) >= age:
            return age < days
    return False


def limit_rate(board: str, st: bool, listing_age_days: int | None, date: Date) -> Decimal | None:
    """Find the daily price limit of a share as a fraction of its previous close; None where there is none.

    `listing_age_days` counts trading days since listing, 0 on the listing day; None (unknown) means long ago.
    None comes back for first days without limit, for boards without one here (Hong Kong, NEEQ) and for dates
    before there was one. Not to be told from these four arguments: the delisting period (退市整理期: none on
    its first day, ±10 % on the main board even though ST), unreformed S shares (±5 %), the shares that came
    to the BSE on its first day with a previous close.

    Raises UsageError where `board` is none of `BOARDS` or the age is negative. Sources: `limits.toml`.
    """
    if board not in BOARDS:
        known = ", ".join(BOARDS)
        raise UsageError(
            say(f"没有板块“{board}”", f"There is no board '{board}'"),
            next_=say(f"可用：{known}", f"Use one of: {known}"),
        )
    if listing_age_days is not None:
        if listing_age_days < 0:
            raise UsageError(say("上市交易日数为负", "The listing age is negative"))
        if _is_fresh(board, listing_age_days, date):
            return None
    periods = _rules().rates.get((board, st), [])
    rate = next((rate for since, rate in periods if date >= since), None)
    # before ST had a limit of its own, it had the board's
    return limit_rate(board, False, None, date) if rate is None and st else rate


def limit_prices(prev_close: Decimal, rate: Decimal, tick: Decimal = TICK) -> LimitPrices:
    """Compute limit-up and limit-down from the previous close, rounded half-up to the tick.

    A limit closer to the previous close than one tick is moved to one tick away, and none is below one tick
    (SSE and SZSE 交易规则, 2023-02-17, 价格涨跌幅限制). All in the share's currency.

    Raises UsageError where the previous close, the rate or the tick isn't positive.
    """
    if min(prev_close, rate, tick) <= 0:
        raise UsageError(
            say("前收盘价、涨跌幅和最小变动单位必须为正", "Previous close, rate and tick must be positive"),
            where=f"{prev_close}, {rate}, {tick}",
        )
    up = max(_to_tick(prev_close * (1 + rate), tick), prev_close + tick)
    down = min(_to_tick(prev_close * (1 - rate), tick), prev_close - tick)
    return LimitPrices(up=up, down=max(down, tick))


def _to_tick(price: Decimal, tick: Decimal) -> Decimal:
    return (price / tick).quantize(Decimal(1), rounding=ROUND_HALF_UP) * tick
