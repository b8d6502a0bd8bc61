"""Why the figures on a client's page are what they are: the parts that add up to each, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zhike_desk.pages.client.money_view import part_names
from zhike_desk.pages.client.sums import money, share, signed_money, signed_share
from zhike_desk.records.book.detailed import Detail
from zhike_desk.records.queries.client import Portrait
from zhike_desk.records.queries.client_money import PARTS, Attribution
from zhike_desk.records.queries.nights import Shown
from zhike_desk.records.queries.reference import Meaning
from zhike_desk.ui.figures import minus
from zhike_desk.ui.measured import written
from zhike_desk.ui.speech import retold, said, told
from zhike_desk.ui.why import Driver, Why, driven, moved

QUARTER = 60
HELD = "stocks_now"
_SWING = 0.01
_ORDER = 100_000.0
_APART: Mapping[str, tuple[str, str]] = {
    "disposition_drawn_12m": ("pgr_drawn_12m", "plr_drawn_12m"),
    "timing_gap_12m": ("mwr_12m", "twr_12m"),
}
"""Measures that are the difference of two others."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the reasons of a client's figures are made from."""

    found: Portrait
    meanings: Mapping[str, Meaning]
    night: Shown

    def says(self, measure: str) -> str:
        """Say what a measure means, over which window, and how sure it is."""
        meaning = self.meanings.get(measure)
        if meaning is None:
            return ""
        text = f"{said(meaning.says)} {told('区间：', 'Window: ')}{said(meaning.window)}{told('。', '.')}"
        detail = self.found.details.get(measure)
        return text if detail is None else f"{text} {sure(detail, meaning.unit)}"

    def why(self, measure: str, drivers: list[Driver], change: str) -> Why:
        """Put the reason of a measure together."""
        return Why(self.says(measure), self.night.as_of, drivers, change, self.made, "measures")

    @property
    def made(self) -> str:
        """Name what made the figures: data, code and settings of a night have one number."""
        return made(self.night)

    def value(self, measure: str) -> float:
        """Return a measure; 0 where it isn't known."""
        return self.found.measure(measure) or 0.0


def made(night: Shown) -> str:
    """Name what made the figures of a night: its data, code and settings have one number."""
    return told(f"夜间结果 {night.generation_id[:8]}", f"night {night.generation_id[:8]}")


def sure(detail: Detail, unit: str) -> str:
    """Say what an estimate rests on, and within which bounds it lies."""
    rests = told(f"依据 {detail.n:,} 个观测", f"From {detail.n:,} observations")
    if detail.low is None or detail.high is None:
        return rests + told("。", ".")
    low, high = written(detail.low, unit), written(detail.high, unit)
    return rests + told(f"，95% 区间 {low} 至 {high}。", f", 95 % interval {low} to {high}.")


def added(*parts: tuple[str, float]) -> list[Driver]:
    """Return parts in CNY (name, amount) that add up to a figure as drivers."""
    return driven((name, amount, signed_money(amount)) for name, amount in parts)


def net(g: Ground) -> Why:
    """Say what net assets consist of."""
    cash, debt, all_ = g.value("cash_now"), g.value("debt_now"), g.value("net_now") + g.value("debt_now")
    funds = g.value("funds_share_now") * all_
    stocks = all_ - cash - funds
    drivers = added(
        (told("证券", "Securities"), stocks),
        (told("资金", "Cash"), cash),
        (told("基金与产品", "Funds and products"), funds),
        (told("负债", "Debt"), -debt),
    )
    moved = money(abs(stocks) * _SWING)
    change = told(f"持仓涨跌 1%，净资产变动 {moved}。", f"a move of 1 % in what is held is {moved}.")
    return g.why(
        "net_now", drivers, change if stocks else told("转入或转出。", "money coming in or going out.")
    )


def profit(g: Ground) -> Why:
    """Say where the quarter's profit came from."""
    parts = next((a for a in g.found.attributions if a.window == QUARTER), None)
    return g.why("pnl_3m", _parts(parts) if parts else [], swing(g.value(HELD)))


def _parts(found: Attribution) -> list[Driver]:
    names = part_names()
    return driven((names[p][0], v, signed_money(v)) for p, v in zip(PARTS, found.parts, strict=True))


def swing(held: float) -> str:
    """Say what a move of the market does to the profit of a client who holds securities of so much, CNY."""
    if not held:
        return told(
            "目前空仓，行情不会改变它；新的交易会。", "nothing is held: new trades would, the market won't."
        )
    moved = money(held * _SWING)
    return told(f"持仓涨跌 1%，盈亏变动 {moved}。", f"a move of 1 % in what is held is {moved}.")


def attribution(chosen: Attribution, night: Shown, held: float) -> Why:
    """Say how a window's profit is taken apart; `held`: the securities the client holds now, CNY."""
    meaning = told(
        "盈亏为净资产变动减去净转入，精确分解为六项，六项之和等于盈亏。",
        "Profit is the change of net assets less what was brought in; the six parts add up to it exactly.",
    )
    return Why(meaning, night.as_of, _parts(chosen), swing(held), made(night), "measures")


def rate(g: Ground) -> Why:
    """Say how the return lies against the index."""
    own, index = g.found.figure("twr_12m"), g.found.measure("index_return_12m")
    parts: list[tuple[str, float | None, str]] = []
    if own is not None and index is not None:
        parts = [
            (told("同期指数", "The index"), index, signed_share(index)),
            (told("超出指数", "Beyond the index"), own - index, signed_share(own - index)),
        ]
    beta = g.found.measure("beta_12m")
    change = swing(g.value(HELD))
    if beta is not None:
        change = told(
            f"按近 12 月贝塔 {minus(f'{beta:.2f}')}，指数涨跌 1%，收益率约变动 {abs(beta):.2f}%。",
            f"by the beta of 12 months, {beta:.2f}, a move of 1 % in the index is about {abs(beta):.2f} %.",
        )
    return g.why("twr_12m", driven(parts), change)


def revenue(g: Ground) -> Why:
    """Say what the year's revenue consists of."""
    drivers = added(
        (told("净佣金", "Net commission"), g.value("commission_net_12m")),
        (told("客户支付利息", "Interest paid"), g.value("interest_paid_12m")),
        (told("产品手续费", "Product fees"), g.value("product_fees_12m")),
        (told("机构业务", "Business"), g.value("business_revenue_12m")),
    )
    commission = g.value("commission_rate_12m") * _ORDER
    change = (
        told(f"每多成交 10 万元，佣金约多 {money(commission)}。", f"CNY 100,000 more traded brings about {money(commission)} of commission.")
        if commission
        else told("第一笔成交。", "a first trade.")
    )  # fmt: skip
    return g.why("revenue_12m", drivers, change)


def flow(g: Ground) -> Why:
    """Say what came in and what went out in the quarter."""
    drivers = added(
        (told("转入", "Brought in"), g.value("flow_in_3m")),
        (told("转出", "Taken out"), -g.value("flow_out_3m")),
    )
    return g.why("net_flow_3m", drivers, told("新的转入或转出。", "money coming in or going out."))


def traded(g: Ground) -> Why:
    """Say how much of the quarter's trading is of the last month."""
    month, quarter = g.value("traded_1m"), g.value("traded_3m")
    drivers = added(
        (told("近 1 月", "The last month"), month),
        (told("此前 2 月", "The two months before"), quarter - month),
    )
    return g.why(
        "traded_3m",
        drivers,
        told("新的成交；三个月前的成交退出区间。", "new trades; those of three months ago leave the window."),
    )


def untraded(g: Ground) -> Why:
    """Say how the pause lies against the client's own usual one."""
    usual = (told("通常的间隔（中位）", "The usual pause (median)"), g.found.measure("gap_median"))
    parts = moved(usual, told("与通常之差", "Beyond it"), g.found.figure("days_since_trade"), ",.0f")
    change = told(
        "下一笔成交归零，否则每个交易日加一。",
        "the next trade sets it to nought; else one more each trading day.",
    )
    return g.why("days_since_trade", parts, change)


def uncontacted(g: Ground) -> Why:
    """Say what sets the days without a contact back."""
    change = told(
        "登记一次联系到的联系归零，否则每天加一；未接通不算。",
        "a contact that reached the client sets it to nought; else one more each day. Attempts don't count.",
    )
    return g.why("days_since_contact", [], change)


def stage(g: Ground) -> Why:
    """Say by which rule the client stands in a stage."""
    row = g.found.row
    since = told(f"自 {row.stage_since} 起。", f"since {row.stage_since}.") if row.stage_since else ""
    change = told(
        "每月末按同一套规则重新判断：资产（剔除行情）、创收或活跃度与自己的高点和同类客户相比越过界线，阶段随之改变。",
        "judged anew at each month's end by the same rules: assets (the market taken out), revenue or activity crossing a border"
        " against the client's own peak and like clients.",
    )
    text = f"{retold(row.stage_reason)}{told('；', '; ') if since else ''}{since}"
    return Why(
        text,
        g.night.as_of,
        (),
        change,
        told(f"生命周期规则 · {g.made}", f"life cycle rules · {g.made}"),
        "lifecycle",
    )


def logic(g: Ground, drivers: list[Driver]) -> Why:
    """Say what the probabilities of the logics rest on, and how far off another verdict is."""
    row = g.found.row
    odds = sorted((p for p in (row.p_value, row.p_trend, row.p_sentiment) if p is not None), reverse=True)
    change = told("更多有行情可比的交易。", "more trades with prices to hold them against.")
    if len(odds) > 1:
        lead = share(odds[0] - odds[1])
        change = told(
            f"领先第二位 {lead}；今后的决策若转向另一种特征，差距缩小后判定会变。",
            f"it leads the second by {lead}; decisions of another kind would close that.",
        )
    model = told(f"盈利逻辑模型 · {g.made}", f"profit logic · {g.made}")
    return Why(retold(row.logic_reason), g.night.as_of, drivers, change, model, "logic")


def held(g: Ground) -> Why:
    """Say what was gained and lost on paper, by security."""
    parts = [(h.name or h.security_id, h.gain, signed_money(h.gain or 0.0)) for h in g.found.held.rows]
    meaning = told(
        "市值为收盘价乘以数量；浮动盈亏为市值减平均成本，未卖出，未计卖出费用。下列为盈亏最大的证券。",
        "Value is the close times the quantity; profit on paper is value less average cost, unsold and before fees."
        " Below are the securities with most of it.",
    )
    return Why(meaning, g.night.as_of, driven(parts), swing(g.value(HELD)), g.made, "ledger")


def _signed(value: float, unit: str) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{written(abs(value), unit)}"


def habit(g: Ground, measure: str, middle: float | None) -> Why:
    """Say how sure a habit is, what it is made of, and how far like clients are."""
    meaning, value = g.meanings.get(measure), g.found.measure(measure)
    unit = meaning.unit if meaning else ""
    parts: list[tuple[str, float | None, str]] = []
    for name, sign in zip(_APART.get(measure, ()), (1, -1), strict=False):
        part = g.found.measure(name)
        title = said(g.meanings[name].title) if name in g.meanings else name
        parts.append((title, None if part is None else sign * part, _signed(sign * (part or 0.0), unit)))
    change = ""
    if value is not None and middle is None:
        change = told(
            "新的交易、资金进出与联系；每夜重新计算。",
            "new trades, flows and contacts; computed anew every night.",
        )
    if value is not None and middle is not None:
        parts = parts or [
            (told("同类中位", "Like clients' median"), middle, written(middle, unit)),
            (told("与同类之差", "Beyond it"), value - middle, _signed(value - middle, unit)),
        ]
        change = told(
            f"新的交易；同类中位为 {written(middle, unit)}。",
            f"new trades; like clients' median is {written(middle, unit)}.",
        )
    return g.why(measure, driven(parts), change)
