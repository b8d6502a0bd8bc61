"""Which parts of `market_state` are missing, or made of less than they could be, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from zhike.base.text import Said, say
from zhike.features.market.prices import Prices
from zhike.features.market.states import FROM_STOCKS


@dataclass(frozen=True, slots=True)
class MissingPart:
    """A column of `market_state` that is empty on every day, or made of less than it could be, and why."""

    column: str
    reason: Said


_NO_STOCKS = say("没有个股行情（quote 表）", "There are no quotes of stocks (table 'quote')")
_TOO_SHORT = say("已知的交易日不足 60 个", "Fewer than 60 trading days are known")
_NO_LIMITS = say(
    "股票的上市板块不明，无从判断涨跌停", "The stocks' boards aren't known, so neither are their limits"
)
_EMPTY: Mapping[str, Said] = MappingProxyType({
    "limit_up": _NO_LIMITS,
    "limit_down": _NO_LIMITS,
    "prev_limit_up_return": say("没有涨停的股票", "No stock closed limit-up"),
    "broken_limit_share": say("没有触及涨停的股票，或没有最高价（high）", "No stock touched its limit, or there are no highs (column 'high')"),
    "turnover_pct": say("没有成交额（amount），或已知不足 60 日", "There is no value traded (column 'amount'), or fewer than 60 days of it"),
    "client_money_effect": say("没有客户盈亏", "There are no clients' profits and losses"),
    "regime_known": say("指数尚未涨过 20% 或跌过 15%", "The index hasn't risen by 20 % or fallen by 15 % yet"),
    "regime_dated": say("尚无可以事后划定的拐点", "There is no turning point yet that can be dated"),
    "wave": say("尚无走完的一浪", "No leg is finished yet"),
})  # fmt: skip
_NO_INDEX = say(
    "没有指数（index_quote 表），以全部股票的收益代替", "There is no index (table 'index_quote'): the stocks' own return stands for it"
)  # fmt: skip
_INDEX_ALONE = say("仅由指数合成", "Composed of the index alone")
_NO_FREE_FLOAT = say(
    "没有流通市值（float_cap），以成交额代替换手率", "There is no free float (column 'float_cap'): value traded stands for turnover"
)  # fmt: skip


def missing_parts(states: pa.Table, prices: Prices | None, index: pa.Table | None) -> tuple[MissingPart, ...]:
    """List what a table of states, made of these prices and this index, lacks; in the order of its columns."""
    prices = prices if prices is not None and prices.securities else None
    found = {name: _why_empty(name, prices) for name in states.schema.names if _empty(states, name)}
    if (index is None or not index.num_rows) and prices is not None:
        found |= {
            name: found.get(name, _NO_INDEX) for name in ("drawdown", "regime_known", "regime_dated", "wave")
        }
    if prices is None:
        found.setdefault("money_effect", _INDEX_ALONE)
    if prices is None or np.isnan(prices.float_cap).all():
        found.setdefault("turnover_pct", _NO_FREE_FLOAT)
    return tuple(MissingPart(name, found[name]) for name in states.schema.names if name in found)


def _empty(states: pa.Table, name: str) -> bool:
    return bool(states[name].null_count == states.num_rows)


def _why_empty(name: str, prices: Prices | None) -> Said:
    if prices is None and name in FROM_STOCKS:
        return _NO_STOCKS
    return _EMPTY.get(name, _TOO_SHORT)
