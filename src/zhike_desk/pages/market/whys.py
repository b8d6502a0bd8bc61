"""Why the figures at the head of the market page are what they are, and what would change them."""

from __future__ import annotations

from collections.abc import Sequence

from zhike.features.market.settings import MarketSettings
from zhike_desk.pages.market import breadth
from zhike_desk.pages.market.behaviour import Shown
from zhike_desk.pages.market.breadth import Part
from zhike_desk.pages.market.course import STATES
from zhike_desk.records.queries.market import Day
from zhike_desk.ui.figures import minus
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.why import Driver, Why, driven, moved
from zhike_desk.ui.words import word

_USUAL = MarketSettings()
_SHOWN = 5
_LONG = 0.0005
_WITHIN = {"limits": ("limit_up", "limit_down")}
"""Parts of the money effect that are made of two figures."""


def _model() -> str:
    return told("市场模型，默认参数", "market model, default settings")


def effect(year: Sequence[Day], parts: Sequence[Part]) -> Why:
    """Say which parts lift or lower the money effect."""
    mean = 100 * sum(p.percentile for p in parts) / len(parts) if parts else 0.0
    meaning = told(
        f"{len(parts)} 个分项今日在近一年中分位的平均为 {mean:.0f}，再与此前各日平滑；分位高于 50% 的（右）把它拉高，低于的（左）压低。",
        f"The mean of {len(parts)} parts' percentiles of the year is {mean:.0f} today, smoothed with the days before; those above 50 %"
        " (right) lift it, those below (left) lower it.",
    )
    change = told(
        f"分项分位平均高于 {year[-1].money_effect or 0:.0f} 的日子会推高它，低于的会压低它。",
        f"days whose parts stand above {year[-1].money_effect or 0:.0f} on the mean lift it, days below lower it.",
    )
    return Why(meaning, year[-1].date, _drivers(parts), change, _model(), "market")


def _drivers(parts: Sequence[Part]) -> list[Driver]:
    return [
        Driver(p.name, (p.percentile - 0.5) * 2, told(f"{p.percentile:.0%} 分位", f"{p.percentile:.0%}"))
        for p in parts
    ]


def state(year: Sequence[Day], meaning: str) -> Why:
    """Say between which borders the money effect lies."""
    last = year[-1]
    strongest = sorted(breadth.parts(year), key=lambda p: -abs(p.percentile - 0.5))[:_SHOWN]
    return Why(meaning, last.date, _drivers(strongest), _borders(last), _model(), "market")


def _borders(last: Day) -> str:
    if last.state not in STATES or last.money_effect is None:
        return ""
    place, usual = STATES.index(last.state), _USUAL
    parts = []
    if place < len(usual.borders):
        up = usual.borders[place] + usual.margin
        parts.append(
            told(f"赚钱效应高于 {up:.0f} 转为{word('state', STATES[place + 1])}", f"above {up:.0f} it is {word('state', STATES[place + 1]).lower()}")
        )  # fmt: skip
    if place:
        down = usual.borders[place - 1] - usual.margin
        parts.append(
            told(f"低于 {down:.0f} 转为{word('state', STATES[place - 1])}", f"below {down:.0f} it is {word('state', STATES[place - 1]).lower()}")
        )  # fmt: skip
    return told("，", ", ").join(parts) + told("。", ".")


def drawdown(year: Sequence[Day], meaning: str) -> Why:
    """Say what brings the index back to its peak, and how it moved within the year."""
    last, fall = year[-1], year[-1].drawdown
    change = ""
    if fall is not None and fall < 1:
        back = fall / (1 - fall)
        change = (
            told(
                f"指数再涨 {back:.1%} 回到前高。", f"a rise of {back:.1%} brings the index back to its peak."
            )
            if back > _LONG
            else told("任何下跌。", "any fall.")
        )
    before = next((d.drawdown for d in reversed(year[:-20]) if d.drawdown is not None), None)
    was, now = (None if depth is None else -depth for depth in (before, fall))
    parts = moved((told("20 日之前", "20 days before"), was), told("此后", "Since then"), now, ".1%")
    return Why(meaning, last.date, parts, change, _model(), "market")


def regime(last: Day, meaning: str) -> Why:
    """Say what turns the regime."""
    rise, fall = f"{_USUAL.rise:.0%}", f"{_USUAL.fall:.0%}"
    change = (
        told(f"收盘自最高点下跌 {fall}。", f"a close {fall} below the highest.")
        if last.regime_known == "bull"
        else told(f"收盘自最低点上涨 {rise}。", f"a close {rise} above the lowest.")
    )
    return Why(meaning, last.date, (), change, _model(), "market")


def clients(year: Sequence[Day], meaning: str) -> Why:
    """Say how the share of clients in profit moved."""
    last, month = year[-1], year[-21] if len(year) > 20 else None
    now, before = last.client_money_effect, month.client_money_effect if month else None
    parts = moved((told("20 日之前", "20 days before"), before), told("此后", "Since then"), now, ".1%")
    change = told(
        "客户持仓与同期行情：20 个交易日的窗口每天向前移一天。",
        "what clients hold and the market: the window of 20 trading days moves on by one each day.",
    )
    return Why(meaning, last.date, parts, change, told("客户台账", "the clients' ledger"), "market")


def panels(year: Sequence[Day]) -> list[Why]:
    """Say of each figure of breadth where it stands against the year, how it moved, and what it does to the money effect."""
    parts = breadth.parts(year)
    return [_panel(figure, year, parts) for figure in breadth.FIGURES]


def _panel(figure: breadth.Figure, year: Sequence[Day], parts: Sequence[Part]) -> Why:
    values = [breadth.of(day, figure.column) for day in year]
    usual = sorted(v for v in values if v is not None)
    now, before = values[-1], next((v for v in reversed(values[:-1]) if v is not None), None)
    drivers: list[tuple[str, float | None, str]] = []
    if now is not None and before is not None:
        middle, signed = usual[len(usual) // 2], f"±{figure.form.removeprefix('±')}"
        drivers = [
            (told("近一年中位数", "The year's median"), middle, breadth.written(middle, figure.form)),
            (
                told("前一日与中位之差", "The day before, beyond it"),
                before - middle,
                breadth.written(before - middle, signed),
            ),
            (told("今日变化", "Change of the day"), now - before, breadth.written(now - before, signed)),
        ]
    return Why(
        said(figure.meaning),
        year[-1].date,
        driven(drivers),
        _pull(figure.column, parts),
        _model(),
        "market",
    )


def _pull(column: str, parts: Sequence[Part]) -> str:
    """Say what the next day changes, and by how many points a part lifts or lowers the money effect before it is smoothed."""
    part = next((p for p in parts if column in _WITHIN.get(p.column, (p.column,))), None)
    if part is None:  # no part of it, not known, or the index alone is gone by
        return told("明日的行情；它不参与赚钱效应。", "tomorrow's market; it is no part of the money effect.")
    name, by = part.name, minus(f"{100 * (part.percentile - 0.5) / len(parts):+.1f}")
    return told(
        f"明日的行情。分项「{name}」今日使赚钱效应（平滑前）{by} 分；分位回到 50% 就不再有影响。",
        f"tomorrow's market. The part “{name}” is {by} points of today's money effect before smoothing; at its median it would be nothing.",
    )


def phases(found: Shown, last: Day) -> Why:
    """Say what the heat map adds up, and what each logic's figure is in today's state."""
    here = (
        told("下列为今日状态下各类客户的数值。", "Below: each logic in today's state.") if found.today else ""
    )
    change = told(
        "新的交易日进入当前状态；客户的逻辑每夜重新判定，并套用于全部日子。",
        "each new day joins its state; logics are judged anew every night, and hold for all days.",
    )
    return Why(
        told("", " ").join(p for p in (found.meaning, here) if p),
        last.date,
        driven(found.today),
        change,
        told("客户台账与市场模型", "the clients' ledger and the market model"),
        "phases",
    )
