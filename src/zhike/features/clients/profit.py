"""Profit: what was earned in money and as a rate, beside the index."""

from __future__ import annotations

from functools import partial

import narwhals as nw

from zhike.base.measure import Measure, Sums
from zhike.base.text import say
from zhike.datacentre.tables.branch import STATES
from zhike.engine.meaning import least, positive, ratio, root
from zhike.features.clients.arithmetic import around, mean_error
from zhike.features.clients.assets import NOW, average_net
from zhike.features.clients.settings import WINDOWS, YEAR

_profit = partial(
    Measure, group="profit", source=("trade",), also=("asset", "cash_flow", "custody", "holding", "quote")
)
_index = partial(_profit, source=("trade", "index_quote"))
_NO_RETURN = say("区间内没有收益率", "no day with a return in the window")
_NO_CAPITAL = say("区间内没有投入资本", "no capital in the window")
_DAYS_A_YEAR = 250.0


def time_weighted(t: Sums, days: int) -> nw.Expr:
    """Return the time-weighted return of a window: the daily returns chained; null without any."""
    known = t.total("return_days", days) > 0
    return nw.when(known).then(t.total("log_return", days).exp() - 1.0)


def capital(t: Sums, days: int) -> nw.Expr:
    """Return the capital that worked in a window: what was there, and each flow for the part of the window it was there.

    Modified Dietz: A₀ + Σ in·(age + 1)/n − Σ out·age/n, inflows at the open, outflows at the close. A client whose first day
    lies within the window begins with what stood there at its close, less that day's profit.
    """
    first = t.figure("first_age", of="span")
    n = least(t.figure("known", of="span"), nw.lit(float(days)))
    worked = ratio(t.total("flow_in_aged", days) - t.total("flow_out_aged", days), n)
    stood, gained = t.figure("first_net", of="span"), t.figure("first_pnl", of="span")
    came, went = t.figure("first_flow_in", of="span"), t.figure("first_flow_out", of="span")
    began = (first < n) & ~stood.is_null()
    entered = (stood - gained - came + went) * ratio(first + 1.0, n)
    earlier = nw.when(began & (first + 1.0 >= n)).then(0.0).otherwise(t.total(f"opening_{days}", days))
    return worked + earlier + nw.when(began).then(entered).otherwise(0.0)


def money_weighted(t: Sums, days: int) -> nw.Expr:
    """Return the money-weighted return of a window: profit over the capital that worked (Modified Dietz)."""
    return ratio(t.total("pnl", days), capital(t, days))


def _of_window(name: str, days: int) -> tuple[Measure, ...]:
    return (
        _profit(f"pnl_{name}", "CNY", say("盈亏", "Profit"), say("盈亏：净资产变动减去净转入。", "Change of net assets less what the client brought in."), days,
                build=lambda t: t.total("pnl", days), absent=0.0),
        _profit(f"twr_{name}", "fraction", say("收益率", "Return"), say("时间加权收益率：每日收益率连乘。", "Time-weighted return: the daily returns chained."), days,
                build=lambda t: time_weighted(t, days), n=lambda t: t.total("return_days", days), why=_NO_RETURN),
        _profit(f"mwr_{name}", "fraction", say("资金加权收益率", "Money-weighted return"), say("资金加权收益率（修正 Dietz 法）：盈亏除以实际投入资本。",
                "Money-weighted return (Modified Dietz): profit over the capital that worked."), days, source=("trade", "asset", "cash_flow"), also=("custody",),
                build=lambda t: money_weighted(t, days), n=lambda t: t.total("return_days", days), why=_NO_CAPITAL),
        _index(f"index_return_{name}", "fraction", say("同期指数收益率", "Index return"), say("客户有收益之日的指数收益率。", "The index's return over the client's days."), days,
               build=lambda t: nw.when(t.total("days", days) > 0).then(t.total("index_log", days).exp() - 1.0), why=_NO_RETURN),
        _index(f"excess_return_{name}", "fraction", say("超额收益率", "Excess return"), say("相对指数的超额收益率（时间加权）。", "Time-weighted return beyond the index, over the same days."),
               days, n=lambda t: t.total("days", days), why=_NO_RETURN,
               build=lambda t: nw.when(t.total("days", days) > 0).then((t.total("own_log", days) - t.total("index_log", days)).exp() - 1.0)),
        _profit(f"realised_{name}", "CNY", say("已实现盈亏", "Realised profit"), say("已实现盈亏（平均成本法，未扣卖出费用）。", "Profit realised over average cost, before the sales' fees."), days,
                build=lambda t: t.total("pnl_realised", days), absent=0.0),
    )  # fmt: skip


def spread(t: Sums, a: str, b: str) -> nw.Expr:
    """Return n Σab − Σa Σb over a year of client_day's sums of x and y."""
    return t.total("days", YEAR) * t.total(f"sum_{a}{b}" if a != b else f"sum_{a}2", YEAR) - t.total(f"sum_{a}", YEAR) * t.total(f"sum_{b}", YEAR)  # fmt: skip


def _beta(t: Sums) -> nw.Expr:
    return nw.when(t.total("days", YEAR) > 2).then(spread(t, "x", "y") / positive(spread(t, "x", "x")))


def _beta_bounds(t: Sums) -> tuple[nw.Expr, nw.Expr]:
    n, beta = t.total("days", YEAR), _beta(t)
    left = spread(t, "y", "y") - beta * spread(t, "x", "y")
    error = root(left / positive(n - 2.0) / positive(spread(t, "x", "x")))
    return around(beta, error)


def _volatility(t: Sums) -> nw.Expr:
    n = t.total("return_days", YEAR)
    error = mean_error(t.total("log_return", YEAR), t.total("log_return2", YEAR), n)
    yearly: nw.Expr = error * positive(n).sqrt() * _DAYS_A_YEAR**0.5
    return yearly


def _in_state(state: str) -> tuple[Measure, ...]:
    said = {"frozen": "冰点", "ebbing": "退潮", "ranging": "震荡", "warming": "回暖", "hot": "高潮"}[state]
    peers = partial(_profit, source=("trade", "market_state"))

    def days(t: Sums) -> nw.Expr:
        return t.figure(f"days_{state}", of="states")

    return (
        peers(f"return_{state}_12m", "log per day", say(f"{said}市日均收益率", f"Daily return, {state} market"), say(f"{said}市日均对数收益率。", f"Mean daily log return on days when the market was {state}."), YEAR,
              build=lambda t: ratio(t.figure(f"log_{state}", of="states"), days(t)), n=days,
              why=say("区间内没有这种市况的收益率", "no return on such a day in the window")),
        peers(f"return_days_{state}_12m", "days", say(f"{said}市收益天数", f"Days of return, {state} market"), say(f"{said}市有收益率的日数。", f"Days with a return when the market was {state}."), YEAR,
              build=lambda t: days(t).fill_null(0.0), absent=0.0),
    )  # fmt: skip


PROFIT: tuple[Measure, ...] = (
    *(m for name, days in WINDOWS.items() for m in _of_window(name, days)),
    _profit("floating_now", "CNY", say("浮动盈亏", "Paper profit"), say("浮动盈亏：持仓市值减平均成本。", "Paper profit: value of the positions less their average cost."), NOW, absent=0.0,
            build=lambda t: t.figure("floating", of="position_now").fill_null(0.0)),
    _profit("floating_share_now", "fraction", say("浮动盈亏率", "Paper profit on cost"), say("成本已知持仓的浮动盈亏占成本。", "Paper profit over cost, of the positions whose cost is known."), NOW,
            build=lambda t: ratio(t.figure("known_floating", of="position_now"), t.figure("known_cost", of="position_now")),
            n=lambda t: t.figure("known", of="position_now"), why=say("没有成本已知的持仓", "no position whose cost is known")),
    _profit("under_water_share_now", "fraction", say("浮亏持仓占比", "Positions under water"), say("成本已知持仓中浮亏的比例。", "Share of the positions with known cost that stand below it."), NOW,
            build=lambda t: ratio(t.figure("under", of="position_now"), t.figure("known", of="position_now")),
            n=lambda t: t.figure("known", of="position_now"), why=say("没有成本已知的持仓", "no position whose cost is known")),
    _profit("income_12m", "CNY", say("股息利息净额", "Dividends and interest"), say("股息利息收入净额。", "Dividends and interest received less taxes and interest paid."), YEAR, absent=0.0,
            build=lambda t: t.total("pnl_income", YEAR)),
    _profit("volatility_12m", "fraction a year", say("年化波动率", "Volatility a year"), say("日对数收益率的标准差（年化，250 日）。", "Standard deviation of the daily log return, times √250."), YEAR,
            build=_volatility, n=lambda t: t.total("return_days", YEAR), why=_NO_RETURN),
    _index("beta_12m", "ratio", say("贝塔", "Beta"), say("贝塔：客户日收益率对指数日收益率的斜率。", "Slope of the client's daily return on the index's."), YEAR,
           build=_beta, n=lambda t: t.total("days", YEAR), bounds=_beta_bounds, why=_NO_RETURN),
    _profit("cost_share_12m", "fraction", say("费用占资产", "Costs of assets"), say("费用税金占日均净资产。", "Fees and taxes over average net assets."), YEAR, source=("trade", "asset"),
            build=lambda t: ratio(-t.total("cost", YEAR), average_net(t, YEAR)), why=say("区间内没有净资产记录", "no net assets known in the window")),
    *(m for state in STATES for m in _in_state(state)),
)  # fmt: skip
