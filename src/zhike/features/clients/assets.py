"""Assets: how much, how much of it at most, how it is spread, how much of what the client owns is with us."""

from __future__ import annotations

from functools import partial

import narwhals as nw

from zhike.base.measure import Measure, Sums
from zhike.base.text import say
from zhike.engine.meaning import least, positive, ratio
from zhike.features.clients.settings import MONTH, PRIOR, QUARTER, WINDOWS, YEAR

_assets = partial(Measure, group="assets", source=("asset",))
_stocks = partial(Measure, group="assets", source=("trade",), also=("holding", "quote"))
NOW = say("截至日", "as of the day")
NO_ASSETS = say("区间内没有净资产记录", "no net assets known in the window")
NOTHING_HELD = say("没有持仓", "no position held")


def days_of(t: Sums, days: int) -> nw.Expr:
    """Return the trading days of a window since the client's first day; a window's days where it began before."""
    return least(t.figure("first_age", of="span") + 1.0, nw.lit(float(days)))


def average_net(t: Sums, days: int) -> nw.Expr:
    """Return the average daily net assets of a window, since the client's first day.

    A day without a row is one without assets and counts as 0; a day with a row but without an asset row isn't known and
    doesn't count. 0 for a client without any row, null where no day is known.
    """
    known = days_of(t, days) - t.total("net_unknown", days)
    return nw.when(_unseen(t)).then(0.0).otherwise(ratio(t.total("net", days), known))


def _unseen(t: Sums) -> nw.Expr:
    return t.figure("first_age", of="span").is_null()


def average_before(t: Sums) -> nw.Expr:
    """Return the average daily net assets of the half year before the last quarter."""
    days = least(t.figure("first_age", of="span") + 1.0, nw.lit(float(PRIOR))) - float(QUARTER)
    known = days - (t.total("net_unknown", PRIOR) - t.total("net_unknown", QUARTER))
    return ratio(t.total("net", PRIOR) - t.total("net", QUARTER), known)


def net_now(t: Sums) -> nw.Expr:
    """Return the net assets of the last day for which they are known; 0 for a client without any row."""
    return _known(t, "net")


def _free(t: Sums) -> nw.Expr:
    left = _at_close(t, "last_stocks").fill_null(0.0) - _known(t, "debt").fill_null(0.0)
    return nw.when(left < 0).then(0.0).otherwise(left)


def _not_with_us(t: Sums) -> nw.Expr:
    gap = positive(t.figure("declared_wealth", of="client_now")) - average_net(t, MONTH)
    return nw.when(gap < 0).then(0.0).otherwise(gap)


def _known(t: Sums, column: str) -> nw.Expr:
    return nw.when(_unseen(t)).then(0.0).otherwise(t.figure(column, of="known_assets"))


def _peak(t: Sums) -> nw.Expr:
    """Return the highest net assets of a year; 0 where no day of it has a row."""
    rows = t.total("rows", YEAR) > 0
    return nw.when(rows).then(t.most("net", YEAR)).otherwise(0.0)


def _average(days: int) -> Measure:
    return _assets(
        f"net_avg_{_NAMES[days]}", "CNY", say("日均净资产", "Mean net assets"), say("日均净资产（自首日起计）。", "Average daily net assets, since the client's first day."),
        days, build=lambda t: average_net(t, days), absent=0.0, why=NO_ASSETS,
    )  # fmt: skip


def _cash_share(days: int) -> Measure:
    return _assets(
        f"cash_share_{_NAMES[days]}", "fraction", say("平均资金占比", "Mean cash share"), say("资金占总资产（净资产加负债）的平均比例。", "Average share of cash in all assets (net and debt)."),
        days, build=lambda t: ratio(t.total("cash", days), t.total("gross", days)), why=NO_ASSETS,
    )  # fmt: skip


def _exposure(days: int) -> Measure:
    return _assets(
        f"exposure_{_NAMES[days]}", "fraction", say("平均仓位", "Mean exposure"), say("平均仓位：持仓市值占净资产。", "Average exposure: value of positions over net assets."),
        days, build=lambda t: ratio(t.total("exposure", days), t.total("exposure_days", days)), why=NO_ASSETS, also=("trade",),
    )  # fmt: skip


def _concentration(days: int) -> Measure:
    return _stocks(
        f"concentration_{_NAMES[days]}", "fraction", say("持仓集中度", "Concentration"),
        say("持仓集中度：占比平方和的日均（1 为单一持仓）。", "Concentration: mean of the daily Σ share² (1: one position)."),
        days, build=lambda t: ratio(t.total("herfindahl", days), t.total("held_days", days)), why=NOTHING_HELD,
    )  # fmt: skip


def _at_close(t: Sums, column: str) -> nw.Expr:
    """Return a figure of the client's last row, null where that isn't the last day: nothing is held then."""
    return nw.when(t.figure("last_age", of="span") == 0).then(t.figure(column, of="span"))


_NAMES = {days: name for name, days in WINDOWS.items()}

ASSETS: tuple[Measure, ...] = (
    _assets("net_now", "CNY", say("净资产", "Net assets"), say("最近一次已知的净资产。", "Net assets when last known."), NOW, build=net_now, absent=0.0, why=NO_ASSETS),
    *(_average(days) for days in WINDOWS.values()),
    _assets("net_peak_12m", "CNY", say("净资产峰值", "Peak net assets"), say("日终净资产的最高值。", "Highest net assets at a close."), YEAR,
            build=_peak, absent=0.0, why=NO_ASSETS),
    _assets("net_trend", "ratio", say("净资产趋势", "Trend of net assets"), say("近 20 日日均净资产除以近 120 日日均。", "Average net assets of 20 days over those of 120."),
            WINDOWS["6m"], build=lambda t: ratio(average_net(t, MONTH), average_net(t, WINDOWS["6m"])), why=NO_ASSETS),
    _assets("fall_12m", "fraction", say("最大回撤", "Largest fall"), say("剔除资金进出后的最大回撤。", "Deepest fall from the highest level, what came in and went out left aside."),
            YEAR, build=lambda t: t.figure("deepest", of="fall"), also=("cash_flow", "custody")),
    _assets("fall_now", "fraction", say("当前回撤", "Fall from peak"), say("剔除资金进出后距一年内最高点的回撤。", "Fall from the year's highest level, what came in and went out left aside."),
            YEAR, build=lambda t: t.figure("now", of="fall"), also=("cash_flow", "custody")),
    *(_cash_share(days) for days in (QUARTER, YEAR)),
    _assets("cash_share_now", "fraction", say("资金占比", "Cash share"), say("资金占总资产的比例。", "Share of cash in all assets."), NOW, why=NO_ASSETS,
            build=lambda t: ratio(t.figure("cash", of="known_assets"), net_now(t) + t.figure("debt", of="known_assets").fill_null(0.0))),
    _assets("funds_share_now", "fraction", say("基金产品占比", "Share of funds"), say("基金等产品占总资产的比例。", "Share of funds and products in all assets."), NOW, why=NO_ASSETS,
            build=lambda t: ratio(t.figure("funds", of="known_assets"), net_now(t) + t.figure("debt", of="known_assets").fill_null(0.0))),
    _assets("debt_now", "CNY", say("负债", "Debt"), say("欠券商的负债。", "Owed to the broker."), NOW, absent=0.0,
            build=lambda t: _known(t, "debt").fill_null(0.0)),
    _assets("leverage_now", "fraction", say("负债率", "Leverage"), say("负债占净资产。", "Debt over net assets."), NOW, why=NO_ASSETS,
            build=lambda t: ratio(t.figure("debt", of="known_assets"), net_now(t))),
    _assets("cash_now", "CNY", say("资金余额", "Cash"), say("资金余额。", "Cash."), NOW, absent=0.0, build=lambda t: _known(t, "cash")),
    *(_exposure(days) for days in (QUARTER, YEAR)),
    *(_concentration(days) for days in (QUARTER, YEAR)),
    _stocks("stocks_now", "CNY", say("持仓市值", "Value held"), say("持仓市值（按台账）。", "Value of the positions, by the ledger."), NOW, absent=0.0,
            build=lambda t: _at_close(t, "last_stocks").fill_null(0.0)),
    _stocks("stocks_free_now", "CNY", say("可再质押持仓", "Value still to pledge"), say("持仓市值超出负债的部分：可再用于质押的持仓。", "Value of the positions beyond what is owed: what could still be pledged."),
            NOW, absent=0.0, source=("trade", "asset"), build=_free),
    _stocks("positions_now", "securities", say("持有证券数", "Securities held"), say("持有证券数。", "Securities held."), NOW, absent=0.0,
            build=lambda t: _at_close(t, "last_positions").fill_null(0.0)),
    _stocks("largest_share_now", "fraction", say("最大持仓占比", "Largest position"), say("最大单一持仓占持仓市值。", "Largest position over all positions."), NOW, why=NOTHING_HELD,
            build=lambda t: ratio(_at_close(t, "last_largest"), _at_close(t, "last_stocks"))),
    _stocks("positions_avg_12m", "securities", say("平均持有证券数", "Mean securities held"), say("有持仓之日的平均持有证券数。", "Mean number of securities held, on days with any."), YEAR,
            why=NOTHING_HELD, build=lambda t: ratio(t.total("positions", YEAR), t.total("held_days", YEAR))),
    _assets("collected_share", "fraction", say("资产归集率", "Share of wealth with us"), say("归集率：近 20 日日均净资产占申报金融资产；申报偏低时大于 1。",
            "Share of declared wealth that is with us: average net assets of 20 days over it; above 1 where too little was declared."),
            MONTH, source=("asset", "client"), why=say("客户未申报金融资产", "the client declared no wealth"),
            build=lambda t: average_net(t, MONTH) / positive(t.figure("declared_wealth", of="client_now"))),
    _assets("wallet_gap", "CNY", say("钱包缺口", "Wealth elsewhere"), say("钱包缺口：申报金融资产中不在本部的部分（申报额减近 20 日日均净资产，不低于 0）。",
            "Declared wealth that isn't with us: what was declared less the average net assets of 20 days; never below 0."),
            MONTH, source=("asset", "client"), why=say("客户未申报金融资产", "the client declared no wealth"), build=_not_with_us),
)  # fmt: skip
