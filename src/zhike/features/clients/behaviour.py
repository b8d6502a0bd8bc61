"""Behaviour: what a client sells and keeps, what drew the money, how it follows the market."""

from __future__ import annotations

from functools import partial

import narwhals as nw

from zhike.base.measure import Measure, Sums
from zhike.base.text import Said, say
from zhike.datacentre.tables.ledger import MOMENTA, STANDINGS
from zhike.engine.meaning import positive, ratio, root
from zhike.features.clients.arithmetic import around, wilson
from zhike.features.clients.profit import money_weighted, time_weighted
from zhike.features.clients.settings import WINDOWS, YEAR

_act = partial(Measure, group="behaviour", source=("trade", "quote"), window=YEAR)
_NO_SALE = say("区间内没有可计的卖出日", "no day with a sale that counts in the window")
_NO_BUY = say("区间内没有买入", "nothing bought in the window")
_NO_ACT = say("区间内没有名次已知的决策", "no decision in the window whose standing is known")
_FEW_DAYS = say("可用的交易日太少，或市况没有变化", "too few days, or the market didn't change")
_SHORT = {
    "mom5": say("5 日涨势", "rise of 5 days"),
    "mom20": say("20 日涨势", "rise of 20 days"),
    "mom60": say("60 日涨势", "rise of 60 days"),
    "ma20": say("高于 20 日均线", "above 20-day average"),
    "cheap": say("估值便宜度", "cheapness"),
    "attention": say("受关注度", "attention drawn"),
    "lottery": say("博彩性", "lottery-likeness"),
    "low": say("距 60 日高点", "beneath 60-day high"),
}
_UNIFORM_VARIANCE = 1.0 / 12.0  # of a place drawn at random among all


def _year(t: Sums, column: str) -> nw.Expr:
    return t.total(column, YEAR)


def _share_of(
    name: str, title: Said, zh: str, en: str, part: str, whole: str, why: Said = _NO_BUY
) -> Measure:
    return _act(name, "fraction", title, say(zh, en), build=lambda t: ratio(_year(t, part), _year(t, whole)), n=lambda t: _year(t, whole),
                bounds=lambda t: wilson(_year(t, part), _year(t, whole)), why=why)  # fmt: skip


def _taken(t: Sums, kind: str) -> tuple[nw.Expr, nw.Expr]:
    """Return how many gains (or losses) were realised, and how many could have been."""
    realised = _year(t, f"realised_{kind}")
    return realised, realised + _year(t, f"paper_{kind}")


def _realised_share(kind: str) -> Measure:
    name, zh, en = ("pgr", "盈", "gains") if kind == "gains" else ("plr", "亏", "losses")
    return _act(f"{name}_12m", "fraction", say(f"{zh}利实现率" if zh == "盈" else f"{zh}损实现率", f"Share of {en} realised"), say(f"卖出日实现的浮{zh}占比（Odean）。", f"Share of {en} realised, on days with a sale (Odean)."),
                build=lambda t: ratio(*_taken(t, kind)), n=lambda t: _taken(t, kind)[1], bounds=lambda t: wilson(*_taken(t, kind)), why=_NO_SALE)  # fmt: skip


def _disposition(t: Sums) -> nw.Expr:
    return ratio(*_taken(t, "gains")) - ratio(*_taken(t, "losses"))


def _disposition_error(t: Sums) -> nw.Expr:
    """Return Odean's standard error: √(PGR(1−PGR)/(RG+PG) + PLR(1−PLR)/(RL+PL))."""
    parts = []
    for kind in ("gains", "losses"):
        hits, n = _taken(t, kind)
        parts.append(ratio(hits * (n - hits), n * n * n))
    return root(parts[0] + parts[1])


def _momentum(side: str, days: int) -> Measure:
    zh, en, verb = ("买入", "bought", "buying") if side == "buy" else ("卖出", "sold", "selling")
    return _act(
        f"{side}_momentum_{days}_12m", "fraction", say(f"{zh}前 {days} 日超额收益", f"Excess return {days} d before {verb}"),
        say(f"{zh}证券此前 {days} 日超出指数的收益率，按金额加权。", f"Return beyond the index over the {days} days before, of what was {en}, by amount."),
        source=("trade", "quote", "index_quote"), build=lambda t: ratio(_year(t, f"{side}_return{days}"), _year(t, f"{side}_amount")),
        n=lambda t: _year(t, f"{side}s"), why=_NO_ACT,
    )  # fmt: skip


def _place(side: str, standing: str, en: str, zh: str) -> Measure:
    side_zh, side_en = ("买入", "bought") if side == "buy" else ("卖出", "sold")
    n = f"{side}s_valued" if standing == "cheap" else f"{side}s_ranked"

    def mean(t: Sums) -> nw.Expr:
        return ratio(_year(t, f"{side}_{standing}"), _year(t, n))

    return _act(
        f"{side}_{standing}_12m", "places", say(f"{side_zh}：{_SHORT[standing].zh}", f"{'Buys' if side == 'buy' else 'Sales'}: {_SHORT[standing].en}"),
        say(f"{side_zh}决策所涉证券按{zh}的平均名次（−0.5 最低，0 居中，0.5 最高）。",
            f"Mean place of what was {side_en} by {en} (−0.5 lowest, 0 the middle, 0.5 highest)."),
        build=mean, n=lambda t: _year(t, n), why=_NO_ACT,
        bounds=lambda t: around(mean(t), (_UNIFORM_VARIANCE / positive(_year(t, n))).sqrt()),
    )  # fmt: skip


def _held(name: str, title: Said, zh: str, en: str, part: str, whole: str) -> Measure:
    return _act(name, "fraction" if part == "held_followed" else "places", title, say(zh, en),
                build=lambda t: ratio(_year(t, part), _year(t, whole)), why=say("区间内没有持仓", "nothing held in the window"))  # fmt: skip


def _centred(t: Sums, a: str, b: str, pair: str, n: str = "n") -> nw.Expr:
    """Return Σab − Σa Σb / n of the sums by market state."""

    def of(c: str) -> nw.Expr:
        return t.figure(c, of="states")

    return of(pair) - of(a) * of(b) / positive(of(n))


def _slopes(t: Sums, fewest: int) -> tuple[nw.Expr, nw.Expr, nw.Expr]:
    """Return slopes of net buying on the change of money effect and on the market, and the first one's standard error.

    Normal equations of mergeable sums: S₁₁β + S₁₂γ = S₁y, S₁₂β + S₂₂γ = S₂y; variance of β = s²·S₂₂/det.
    """
    s11, s12, s22 = (
        _centred(t, *p) for p in (("x1", "x1", "x1x1"), ("x1", "x2", "x1x2"), ("x2", "x2", "x2x2"))
    )
    s1y, s2y, syy = (_centred(t, *p) for p in (("x1", "y", "x1y"), ("x2", "y", "x2y"), ("y", "y", "yy")))
    raw, n = s11 * s22 - s12 * s12, t.figure("n", of="states")
    det = nw.when((raw > 1e-9 * s11 * s22) & (n >= fewest)).then(raw)
    effect, market = (s1y * s22 - s2y * s12) / det, (s2y * s11 - s1y * s12) / det
    variance = (syy - effect * s1y - market * s2y) / positive(n - 3.0)
    return effect, market, root(variance * s22 / det)


def _tilt(t: Sums, fewest: int) -> nw.Expr:
    """Return the slope of exposure on the money effect."""
    sxx = _centred(t, "me_m", "me_m", "me_mm", "me_n")
    known = (t.figure("me_n", of="states") >= fewest) & (sxx > 1e-9)
    return _centred(t, "me_m", "me_e", "me_me", "me_n") / nw.when(known).then(sxx)


def _tilt_bounds(t: Sums, fewest: int) -> tuple[nw.Expr, nw.Expr]:
    tilt, n = _tilt(t, fewest), t.figure("me_n", of="states")
    sxx, syy = _centred(t, "me_m", "me_m", "me_mm", "me_n"), _centred(t, "me_e", "me_e", "me_ee", "me_n")
    left = syy - tilt * _centred(t, "me_m", "me_e", "me_me", "me_n")
    return around(tilt, root(left / positive(n - 2.0) / positive(sxx)))


def _gap(name: str, days: int) -> Measure:
    return Measure(
        f"timing_gap_{name}", "fraction", say("择时差", "Timing gap"), say("择时差：资金加权收益率减时间加权收益率。", "Money-weighted less time-weighted return: what the timing of the client's money cost or brought."),
        days, "behaviour", ("trade", "asset", "cash_flow"), lambda t: money_weighted(t, days) - time_weighted(t, days),
        also=("custody",), n=lambda t: t.total("return_days", days),
    )  # fmt: skip


def market_measures(fewest: int) -> tuple[Measure, ...]:
    """Return the measures of how a client follows the market; a slope needs `fewest` days."""
    state = partial(Measure, group="behaviour", source=("trade", "market_state", "index_quote"), window=YEAR, why=_FEW_DAYS,
                    n=lambda t: t.figure("n", of="states"))  # fmt: skip
    return (
        state("money_effect_beta_12m", "fraction per 10 points", say("赚钱效应贝塔", "Money-effect beta"), say("赚钱效应贝塔：赚钱效应上升 10 点当日，净买入占资产的变化（控制指数收益）。",
              "Money-effect beta: net buying over assets on a day when the money effect rises by 10 points, the index's return held constant."),
              build=lambda t: _slopes(t, fewest)[0], bounds=lambda t: around(_slopes(t, fewest)[0], _slopes(t, fewest)[2])),
        state("market_beta_of_buying_12m", "ratio", say("净买入对指数贝塔", "Market beta of buying"), say("净买入占资产对指数当日收益率的斜率（控制赚钱效应）。",
              "Slope of net buying over assets on the index's return of the day, the money effect held constant."),
              build=lambda t: _slopes(t, fewest)[1]),
        state("exposure_tilt_12m", "fraction per 10 points", say("仓位对赚钱效应斜率", "Exposure on money effect"), say("仓位对赚钱效应的斜率：赚钱效应高 10 点时仓位高多少。",
              "Slope of exposure on the money effect: how much higher it is where the money effect is 10 points higher."),
              source=("trade", "market_state", "asset"), n=lambda t: t.figure("me_n", of="states"),
              build=lambda t: _tilt(t, fewest), bounds=lambda t: _tilt_bounds(t, fewest)),
    )  # fmt: skip


def _counts() -> tuple[Measure, ...]:
    """Return the counts behind the shares that are drawn towards the branch once all clients are known."""
    told = {"realised_gains": (say("实现的浮盈数", "Gains realised"), say("卖出日实现的浮盈数。", "Gains realised on days with a sale.")),
            "realised_losses": (say("实现的浮亏数", "Losses realised"), say("卖出日实现的浮亏数。", "Losses realised on days with a sale.")),
            "paper_gains": (say("保留的浮盈数", "Gains kept"), say("卖出日保留的浮盈数。", "Gains kept on days with a sale.")),
            "paper_losses": (say("保留的浮亏数", "Losses kept"), say("卖出日保留的浮亏数。", "Losses kept on days with a sale."))}  # fmt: skip
    return tuple(
        _act(f"{column}_12m", "positions", title, meaning, build=partial(_year, column=column), absent=0.0)
        for column, (title, meaning) in told.items()
    )


BEHAVIOUR: tuple[Measure, ...] = (
    *_counts(),
    _realised_share("gains"),
    _realised_share("losses"),
    _act("disposition_12m", "fraction", say("处置效应", "Disposition effect"), say("处置效应：PGR − PLR，区间按 Odean 标准误。", "Disposition effect: PGR − PLR; interval by Odean's standard error."),
         build=_disposition, n=lambda t: _taken(t, "gains")[1] + _taken(t, "losses")[1], why=_NO_SALE,
         bounds=lambda t: around(_disposition(t), _disposition_error(t))),
    *(_momentum(side, days) for side in ("buy", "sell") for days in MOMENTA),
    *(_place(side, *standing) for side in ("buy", "sell") for standing in STANDINGS),
    _share_of("attention_share_12m", say("买入热门证券占比", "Buys that draw attention"), "买入最受关注 5% 证券的决策占比。", "Share of buy decisions among the 5 % of securities that drew most attention.", "buys_hot", "buys"),
    _share_of("after_limit_share_12m", say("涨停后买入占比", "Buys after limit-up"), "涨停后三日内买入的决策占比。", "Share of buy decisions within three days of a close at the upper limit.", "buys_after_limit", "buys"),
    _act("added_below_share_12m", "fraction", say("逆向加仓占比", "Added below cost"), say("加仓决策中低于成本者的占比（逆向加仓）。", "Of the decisions that add to a position, the share below its cost."),
         build=lambda t: ratio(_year(t, "buys_more_below"), _year(t, "buys_more_below") + _year(t, "buys_more_above")),
         n=lambda t: _year(t, "buys_more_below") + _year(t, "buys_more_above"),
         bounds=lambda t: wilson(_year(t, "buys_more_below"), _year(t, "buys_more_below") + _year(t, "buys_more_above")),
         why=say("区间内没有加仓", "no position was added to in the window")),
    _act("sell_gain_12m", "fraction", say("卖出时盈亏率", "Gain when selling"), say("卖出时相对平均成本的平均收益率。", "Mean return over average cost at the time of selling."),
         build=lambda t: ratio(_year(t, "sells_gain"), _year(t, "sells_known")), n=lambda t: _year(t, "sells_known"), why=_NO_ACT),
    _act("sell_age_12m", "trading days", say("卖出时已持有", "Age when selling"), say("卖出时距建仓的平均交易日数。", "Mean trading days since opening at the time of selling."),
         build=lambda t: ratio(_year(t, "sells_held"), _year(t, "sells_known")), n=lambda t: _year(t, "sells_known"), why=_NO_ACT),
    _act("sell_from_peak_12m", "fraction", say("卖出时距高点", "Fall from peak when selling"), say("卖出时较持仓期间最高价的平均回撤。", "Mean fall from the highest close while held at the time of selling."),
         build=lambda t: ratio(_year(t, "sells_from_peak"), _year(t, "sells_known")), n=lambda t: _year(t, "sells_known"), why=_NO_ACT),
    _held("follower_share_12m", say("追随度", "Held among the most traded"), "追随度：持有成交额前 50 证券的市值占比。", "Share of what is held that lies in the 50 securities most traded that day.", "held_followed", "stocks"),
    _held("value_tilt_12m", say("持仓估值便宜度", "Cheapness of what is held"), "持仓按估值便宜程度的平均名次（−0.5 … 0.5），按市值加权。", "Mean place of what is held by cheapness (−0.5 … 0.5), by value.", "held_cheap", "held_valued"),
    _held("lottery_tilt_12m", say("持仓博彩性", "Lottery-likeness held"), "持仓按博彩特征的平均名次（−0.5 … 0.5），按市值加权。", "Mean place of what is held by likeness to a lottery ticket (−0.5 … 0.5), by value.", "held_lottery", "stocks"),
    *(_gap(name, days) for name, days in WINDOWS.items() if days > WINDOWS["1m"]),
)  # fmt: skip
