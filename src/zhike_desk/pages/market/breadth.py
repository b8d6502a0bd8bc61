"""Breadth in small pictures: each figure's course, what it says, where it stands within the year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zhike.base.text import Said, say
from zhike_desk.pages.market.percentiles import percentile, placed
from zhike_desk.records.queries.market import Day
from zhike_desk.ui.figures import minus
from zhike_desk.ui.speech import said, told

_WIDE, _HIGH, _EDGE = 440, 104, 8
_MOST_POINTS = 250


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of breadth: its column, name, what it says, how it is written (`%`, `±%`, `n`, `±n`)."""

    column: str
    name: Said
    meaning: Said
    form: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One small picture: the value, where it stands, its course as points of lines, the year's middle as a height."""

    name: str
    value: str
    place: str
    lines: Sequence[str]
    end: tuple[str, str] | None
    middle: str
    summary: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the money effect: its column, what it is called, its percentile of the year, turned round where much of it is bad."""

    column: str
    name: str
    percentile: float


FIGURES = (
    Figure("up_share", say("上涨占比", "Risers"), say("上涨股票占当日交易股票的比例。", "Share of traded stocks that rose."), "%"),
    Figure("above_ma20", say("站上 20 日线", "Above 20-day mean"), say("收盘价高于 20 日均线的股票占比。", "Share of stocks closing above their 20-day average."), "%"),
    Figure("above_ma60", say("站上 60 日线", "Above 60-day mean"), say("收盘价高于 60 日均线的股票占比。", "Share of stocks closing above their 60-day average."), "%"),
    Figure("limit_up", say("涨停家数", "Limit-ups"), say("收盘涨停的股票数。", "Stocks that closed at their upper price limit."), "n"),
    Figure("limit_down", say("跌停家数", "Limit-downs"), say("收盘跌停的股票数。", "Stocks that closed at their lower price limit."), "n"),
    Figure("prev_limit_up_return", say("昨日涨停今日收益", "Yesterday's limit-ups"), say("昨日涨停股今日的平均收益率：追高还赚不赚钱。", "Mean return today of stocks that closed limit-up the day before: whether chasing pays."), "±%"),
    Figure("broken_limit_share", say("炸板率", "Broken limits"), say("触及涨停而收盘未封住的比例。", "Of stocks that touched their upper limit, the share that closed below it."), "%"),
    Figure("new_high_low", say("新高减新低", "New highs less lows"), say("创 60 日新高家数减新低家数。", "Stocks at a 60-day high less stocks at a 60-day low."), "±n"),
    Figure("turnover_pct", say("换手分位", "Turnover percentile"), say("全市场换手率在近 250 日中的分位。", "Where the market's turnover stands among the last 250 days."), "%"),
    Figure("dispersion", say("个股离散度", "Dispersion"), say("个股收益率的标准差：分化有多大。没有好坏方向。", "Standard deviation of stocks' returns: how far they part. It has no good or bad side."), "%"),
)  # fmt: skip

PARTS = (
    ("up_share", say("上涨占比", "Risers"), False),
    ("median_return", say("个股收益中位数", "Median return"), False),
    ("above_ma20", say("站上 20 日线", "Above 20-day mean"), False),
    ("above_ma60", say("站上 60 日线", "Above 60-day mean"), False),
    ("limits", say("涨停减跌停", "Limit-ups less downs"), False),
    ("prev_limit_up_return", say("昨日涨停今日收益", "Yesterday's limit-ups"), False),
    ("new_high_low", say("新高减新低", "Highs less lows"), False),
    ("turnover_pct", say("换手", "Turnover"), False),
    ("broken_limit_share", say("炸板率（反向）", "Broken limits (reversed)"), True),
    ("drawdown", say("指数回撤（反向）", "Drawdown (reversed)"), True),
)


def panels(days: Sequence[Day], year: Sequence[Day]) -> list[Panel]:
    """Draw each figure's course over `days`; places are those among the days of `year`."""
    return [_panel(figure, days, year) for figure in FIGURES]


def parts(year: Sequence[Day]) -> list[Part]:
    """Return the parts of the money effect known on the last day of `year`, those that pull furthest first; none where only an index is known."""
    found = []
    for column, name, against in PARTS:
        place = percentile([of(day, column) for day in year])
        if place is not None:
            found.append(Part(column, said(name), 1 - place if against else place))
    if 2 * len(found) < len(PARTS):
        return []
    return sorted(found, key=lambda p: -abs(p.percentile - 0.5))


def of(day: Day, column: str) -> float | None:
    """Return a column of a day; `limits` is limit-ups less limit-downs."""
    if column != "limits":
        found: float | None = getattr(day, column)
        return found
    if day.limit_up is None or day.limit_down is None:
        return None
    return day.limit_up - day.limit_down


def _panel(figure: Figure, days: Sequence[Day], year: Sequence[Day]) -> Panel:
    values = [of(day, figure.column) for day in days]
    among = [of(day, figure.column) for day in year]
    known, usual = [v for v in values if v is not None], sorted(v for v in among if v is not None)
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    middle = usual[len(usual) // 2] if usual else None
    points = _drawn(values, middle or 0.0)
    ends = [written(v, figure.form) for v in (low, high)] if known else ["—", "—"]
    return Panel(
        name=said(figure.name),
        value=written(values[-1], figure.form),
        place=_place(figure.column, percentile(among)),
        lines=_lines(points, low, high),
        end=_at(len(points) - 1, points[-1], len(points), low, high),
        middle="" if middle is None else f"{_height(middle, low, high):.0f}",
        summary=told(f"最低 {ends[0]}，最高 {ends[1]}", f"from {ends[0]} to {ends[1]}"),
    )


def _drawn(values: Sequence[float | None], middle: float) -> list[float | None]:
    """Keep of many values, of each few, the one furthest from the middle, so that no peak is lost; and the last."""
    step = -(-len(values) // _MOST_POINTS)
    if step <= 1:
        return list(values)
    few = (values[at : at + step] for at in range(0, len(values) - 1, step))
    known = ([v for v in part if v is not None] for part in few)
    return [max(part, key=lambda v: abs(v - middle)) if part else None for part in known] + [values[-1]]


def _place(column: str, place: float | None) -> str:
    if column == "turnover_pct":
        return told("本身即分位", "a percentile itself")
    return placed(place)


def written(value: float | None, form: str) -> str:
    """Write a figure by its form."""
    if value is None:
        return "—"
    forms = {"%": f"{value:.1%}", "±%": f"{value:+.1%}", "n": f"{value:,.0f}", "±n": f"{value:+,.0f}"}
    return minus(forms[form])


def _height(value: float, low: float, high: float) -> float:
    share = (value - low) / (high - low) if high > low else 0.5
    return _HIGH - _EDGE - min(max(share, 0.0), 1.0) * (_HIGH - 2 * _EDGE)


def _at(n: int, value: float | None, count: int, low: float, high: float) -> tuple[str, str] | None:
    if value is None:
        return None
    x = _EDGE + n / max(count - 1, 1) * (_WIDE - 2 * _EDGE)
    return f"{x:.0f}", f"{_height(value, low, high):.0f}"


def _lines(values: Sequence[float | None], low: float, high: float) -> list[str]:
    """Return the points of each unbroken stretch of known values."""
    found: list[list[str]] = [[]]
    for n, value in enumerate(values):
        at = _at(n, value, len(values), low, high)
        if at is None:
            found.append([])
        else:
            found[-1].append(",".join(at))
    return [" ".join(points) for points in found if points]
