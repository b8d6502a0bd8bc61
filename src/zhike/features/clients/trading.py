"""Trading: how much is turned over, how long it is held, and how the closed round trips ended."""

from __future__ import annotations

from functools import partial

import narwhals as nw

from zhike.base.measure import Measure, Sums
from zhike.base.text import say
from zhike.engine.meaning import positive, ratio
from zhike.features.clients.arithmetic import around, mean_error, wilson
from zhike.features.clients.assets import NO_ASSETS, average_net
from zhike.features.clients.settings import WINDOWS, YEAR

_trade = partial(Measure, group="trading", source=("trade",))
_trip = partial(
    Measure,
    group="trading",
    source=("trade",),
    window=YEAR,
    why=say("区间内没有清仓的交易", "no round trip ended in the window"),
)
_held = partial(Measure, group="trading", source=("trade",), window=YEAR)


def traded(t: Sums, days: int) -> nw.Expr:
    """Return the value bought and sold."""
    return t.total("buy_amount", days) + t.total("sell_amount", days)


def trips(t: Sums, column: str, days: int = YEAR) -> nw.Expr:
    """Return a sum over the round trips closed in the window."""
    return t.total(column, days, of="round_trip")


def _turnover(t: Sums, days: int) -> nw.Expr:
    value = traded(t, days)
    return nw.when(value > 0).then(ratio(value, average_net(t, days))).otherwise(0.0)


def _of_window(name: str, days: int) -> tuple[Measure, ...]:
    return (
        _trade(f"trades_{name}", "trades", say("成交笔数", "Trades"), say("成交笔数（不含回购）。", "Executions, repos left out."), days,
               build=lambda t: t.total("trades", days), absent=0.0),
        _trade(f"traded_{name}", "CNY", say("成交金额", "Value traded"), say("买卖成交金额。", "Value bought and sold."), days, build=lambda t: traded(t, days), absent=0.0),
        _trade(f"turnover_{name}", "times", say("资产周转率", "Turnover"), say("资产周转率：买卖成交金额除以日均净资产。", "Value bought and sold over average daily net assets."),
               days, source=("trade", "asset"), absent=0.0, why=NO_ASSETS, build=lambda t: _turnover(t, days)),
        _trade(f"round_trips_{name}", "round trips", say("清仓轮数", "Round trips"), say("清仓的完整交易轮数。", "Round trips closed."), days,
               build=lambda t: trips(t, "trips", days), absent=0.0),
    )  # fmt: skip


def _monthly(t: Sums) -> nw.Expr:
    """Return Σ of a year's monthly sides over the sides that could be measured: ½(sold + bought) a month."""
    return ratio(t.figure("turned", of="months"), t.figure("sides", of="months"))


def _expectancy_bounds(t: Sums) -> tuple[nw.Expr, nw.Expr]:
    n = trips(t, "trips")
    return around(ratio(trips(t, "rates"), n), mean_error(trips(t, "rates"), trips(t, "rates2"), n))


TRADING: tuple[Measure, ...] = (
    *(m for name, days in WINDOWS.items() for m in _of_window(name, days)),
    _trade("turnover_monthly", "per month", say("月均换手率", "Monthly turnover"), say("月换手率（Barber 与 Odean）：½（卖出/月初市值 + 买入/月末市值），各以 1 为限，完整月份平均。",
           "Monthly turnover (Barber and Odean): ½ (sold ÷ opening value + bought ÷ closing value), each at most 1, mean of whole months."),
           say("最近 12 个完整自然月", "the last 12 whole calendar months"), build=_monthly, why=say("完整月份内没有持仓", "nothing held in a whole month")),
    _trade("order_size_median_12m", "CNY", say("单次成交中位数", "Median order"), say("单次决策成交金额的中位数。", "Median value of a decision."), YEAR,
           build=lambda t: t.figure("median", of="orders"), n=lambda t: t.figure("n", of="orders")),
    _trade("order_size_mean_12m", "CNY", say("单次成交均值", "Mean order"), say("单次决策成交金额的平均值。", "Mean value of a decision."), YEAR,
           n=lambda t: t.total("buys", YEAR) + t.total("sells", YEAR),
           build=lambda t: ratio(traded(t, YEAR), t.total("buys", YEAR) + t.total("sells", YEAR))),
    _held("holding_days_median_12m", "calendar days", say("持有天数中位数", "Median days held"), say("区间内建仓的持有天数中位数（Kaplan–Meier，未清仓者按删失处理）。",
          "Median days held of positions opened in the window (Kaplan–Meier: open ones have not ended)."),
          build=lambda t: t.figure("median", of="holding"), n=lambda t: t.figure("n", of="holding"),
          why=say("无建仓，或过半持仓尚未清仓", "nothing opened, or more than half of it still held")),
    _held("holding_days_restricted_12m", "calendar days", say("平均持有天数", "Mean days held"), say("区间内建仓的平均持有天数，以区间长度为限（Kaplan–Meier 曲线下面积）。",
          "Mean days held of positions opened in the window, up to its length (area under the Kaplan–Meier curve)."),
          build=lambda t: t.figure("restricted", of="holding"), n=lambda t: t.figure("n", of="holding"), why=say("区间内没有建仓", "nothing opened in the window")),
    _held("still_held_share_12m", "fraction", say("未清仓占比", "Share still held"), say("区间内建仓而尚未清仓的比例。", "Share of the positions opened in the window that are still held."),
          build=lambda t: ratio(t.figure("n", of="holding") - t.figure("ended", of="holding"), t.figure("n", of="holding")),
          n=lambda t: t.figure("n", of="holding"), why=say("区间内没有建仓", "nothing opened in the window")),
    _trip("holding_days_mean_12m", "calendar days", say("清仓交易持有天数", "Days held, closed trips"), say("清仓交易的平均持有天数（不含未清仓者，偏短）。", "Mean days held of closed round trips (open ones left out: too short)."),
          build=lambda t: ratio(trips(t, "held"), trips(t, "trips")), n=lambda t: trips(t, "trips")),
    _trip("wins_12m", "round trips", say("盈利轮数", "Round trips won"), say("盈利的清仓交易数（扣除费用）。", "Closed round trips that gained, after fees."), absent=0.0,
          build=lambda t: trips(t, "wins")),
    _trip("trip_pnl_12m", "CNY", say("清仓盈亏", "Profit of round trips"), say("清仓交易的盈亏合计（扣除费用）。", "Gain of the closed round trips, after fees."), absent=0.0,
          build=lambda t: trips(t, "trip_pnl")),
    _trip("win_rate_12m", "fraction", say("胜率", "Win rate"), say("胜率：盈利的清仓交易占比。", "Share of closed round trips that gained."),
          build=lambda t: ratio(trips(t, "wins"), trips(t, "trips")), n=lambda t: trips(t, "trips"),
          bounds=lambda t: wilson(trips(t, "wins"), trips(t, "trips"))),
    _trip("payoff_12m", "ratio", say("盈亏比", "Payoff ratio"), say("盈亏比：平均盈利率除以平均亏损率。", "Mean gain over mean loss, as rates on cost."),
          build=lambda t: ratio(trips(t, "gains"), trips(t, "wins")) / positive(ratio(trips(t, "losses"), trips(t, "defeats"))),
          n=lambda t: trips(t, "trips"), why=say("缺少盈利或亏损的清仓交易", "no round trip that gained, or none that lost")),
    _trip("expectancy_12m", "fraction", say("每轮期望收益", "Mean return of a trip"), say("期望：每轮交易的平均收益率（胜率×平均盈利−败率×平均亏损）。",
          "Mean return of a round trip: win rate × mean gain − loss rate × mean loss."),
          build=lambda t: ratio(trips(t, "rates"), trips(t, "trips")), n=lambda t: trips(t, "trips"), bounds=_expectancy_bounds),
    _trade("quick_sell_share_12m", "fraction", say("五日内卖出占比", "Sold within 5 days"), say("建仓五个交易日内卖出的决策占比。", "Share of sell decisions within five trading days of opening."), YEAR,
           build=lambda t: ratio(t.total("sells_quick", YEAR), t.total("sells_known", YEAR)), n=lambda t: t.total("sells_known", YEAR),
           bounds=lambda t: wilson(t.total("sells_quick", YEAR), t.total("sells_known", YEAR))),
)  # fmt: skip
