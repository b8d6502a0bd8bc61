"""Activity: how often, how lately, and how lately for this client."""

from __future__ import annotations

from functools import partial

import narwhals as nw

from zhike.base.measure import Measure, Sums
from zhike.base.text import say
from zhike.engine.meaning import positive
from zhike.features.clients.settings import RHYTHM, WINDOWS

_trade = partial(Measure, group="activity", source=("trade",))
_login = partial(Measure, group="activity", source=("login",))
EVER = say("全部历史", "all that is known")
_FEW = say("交易间隔太少，看不出节奏", "too few gaps between trades to tell a rhythm")
_NEVER = say("从未发生", "it never happened")


def _of_window(name: str, days: int) -> tuple[Measure, ...]:
    return (
        _trade(f"trading_days_{name}", "days", say("交易天数", "Days traded"), say("有成交的交易日数。", "Days with a trade."), days,
               build=lambda t: t.total("trading_days", days), absent=0.0),
        _trade(f"decisions_{name}", "decisions", say("决策次数", "Decisions"), say("买卖决策数：一日一证券一方向为一次。", "Decisions: one a day, security and side."), days,
               build=lambda t: t.total("buys", days) + t.total("sells", days), absent=0.0),
        _login(f"logins_{name}", "logins", say("登录次数", "Logins"), say("登录次数。", "Logins."), days,
               build=lambda t: t.total("count", days, of="login"), absent=0.0),
        _login(f"login_days_{name}", "days", say("登录天数", "Days logged in"), say("有登录的交易日数（非交易日归入下一交易日的日期各计一日）。", "Dates with a login."), days,
               build=lambda t: t.total("login_days", days, of="login"), absent=0.0),
    )  # fmt: skip


def _enough(t: Sums, value: nw.Expr, fewest: int) -> nw.Expr:
    return nw.when(t.figure("n", of="rhythm") >= fewest).then(value)


def _rhythm(column: str, fewest: int) -> Measure:
    return _trade(
        f"gap_{column}", "trading days",
        say("交易间隔中位数", "Usual gap of trades") if column == "median" else say("交易间隔九成分位", "Long gap of trades"),
        say("交易日之间间隔的中位数。", "Median gap between days with a trade.") if column == "median"
        else say("交易日之间间隔的 90% 分位。", "90 % quantile of the gaps between days with a trade."),
        RHYTHM, build=lambda t: _enough(t, t.figure(column, of="rhythm"), fewest), n=lambda t: t.figure("n", of="rhythm"), why=_FEW,
    )  # fmt: skip


def _against(column: str, fewest: int) -> Measure:
    return _trade(
        f"gap_ratio_{column}", "ratio",
        say("沉默对通常间隔", "Silence to usual gap") if column == "median" else say("沉默对长间隔", "Silence to long gap"),
        say("距最近成交的交易日数除以自身间隔中位数。", "Days since the last trade over the client's own median gap.") if column == "median"
        else say("距最近成交的交易日数除以自身间隔的 90% 分位；大于 1 即异常沉默。",
                 "Days since the last trade over the 90 % quantile of the client's own gaps; above 1 the silence is unusual."),
        RHYTHM, n=lambda t: t.figure("n", of="rhythm"), why=_FEW,
        build=lambda t: _enough(t, t.least("trade_age", None) / positive(t.figure(column, of="rhythm")), fewest),
    )  # fmt: skip


def rhythm_measures(fewest: int) -> tuple[Measure, ...]:
    """Return the measures against a client's own rhythm, which takes `fewest` gaps at least."""
    return tuple(make(column, fewest) for make in (_rhythm, _against) for column in ("median", "long"))


ACTIVITY: tuple[Measure, ...] = (
    *(m for name, days in WINDOWS.items() for m in _of_window(name, days)),
    _trade("days_since_trade", "trading days", say("未交易（交易日）", "Trading days without a trade"), say("距最近一次成交的交易日数。", "Trading days since the last trade."), EVER, why=_NEVER,
           build=lambda t: t.least("trade_age", None)),
    _login("days_since_login", "trading days", say("未登录天数", "Days without a login"), say("距最近一次登录的交易日数。", "Trading days since the last login."), EVER, why=_NEVER,
           build=lambda t: t.least("login_age", None, of="login")),
    _trade("months_active_12m", "months", say("有交易的月数", "Months with a trade"), say("最近十二个完整月份中有成交的月数。", "Months with a trade, of the last twelve whole ones."),
           say("最近 12 个完整自然月", "the last 12 whole calendar months"), absent=0.0,
           build=lambda t: t.figure("active", of="months").fill_null(0.0)),
)  # fmt: skip
