"""The pictures of the market's course: money effect with states, the index below its peak, regimes and waves; and the clients beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import StatisticsError, correlation
from typing import Any

from zhike_desk.pages.market.percentiles import percentile, standing
from zhike_desk.records.queries.market import Day
from zhike_desk.ui.speech import told
from zhike_desk.ui.words import word

MOST_POINTS = 520
STATES = ("frozen", "ebbing", "ranging", "warming", "hot")
_STRIPS = 4
_LABEL_BASE, _LABEL_LETTER = 0.04, 0.018  # share of the picture a label needs, on a phone too
_UNDATED = "undated"
_LEFT, _RIGHT = 64, 16
_LAST_DAY_WITHIN: dict[str, Any] = {"axisLabel": {"alignMaxLabel": "right"}}
"""The last day's label ends where the axis does: on a telephone it would be cut."""


@dataclass(frozen=True, slots=True)
class Spell:
    """Days in a row of one class: from, to, how many."""

    name: str
    first: date
    last: date
    days: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart: the sentence above it, its option, the table below it; `note` says what was left out."""

    sentence: str
    option: dict[str, Any]
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


def thinned(days: Sequence[Day]) -> list[Day]:
    """Keep of `days` no more than can be told apart in a picture, the last among them."""
    step = -(-len(days) // MOST_POINTS) or 1
    return list(days[::-1][::step])[::-1]


def spells(days: Sequence[Day], of: Callable[[Day], str]) -> list[Spell]:
    """Return the runs of days whose class is the same; days without one are left out."""
    found: list[Spell] = []
    for at, day in enumerate(days):
        name = of(day)
        if not name:
            continue
        if found and found[-1].name == name and at and of(days[at - 1]) == name:
            found[-1] = Spell(name, found[-1].first, day.date, found[-1].days + 1)
        else:
            found.append(Spell(name, day.date, day.date, 1))
    return found


def market(days: Sequence[Day]) -> Picture:
    """Draw the money effect within its states, the index below its peak, regimes known and dated, and waves."""
    points = thinned(days)
    states = spells(days, lambda d: d.state)
    step = -(-len(days) // len(points))
    return Picture(
        sentence=_course(days, states),
        option=_option(points),
        columns=_heads(),
        rows=[_row(s, days) for s in reversed(states)],
        note=""
        if step == 1
        else told(f"图中每 {step} 个交易日取一点。", f"Every {step}th trading day is drawn."),
    )


def _course(days: Sequence[Day], states: Sequence[Spell]) -> str:
    known = [d for d in days if d.money_effect is not None]
    if not known:
        return told("这段时间没有已知的赚钱效应。", "No money effect is known for this time.")
    top, low = max(known, key=_effect), min(known, key=_effect)
    count = {name: sum(s.days for s in states if s.name == name) for name in STATES}
    most = max(STATES, key=lambda n: count[n])
    share = count[most] / len(known)
    return told(
        f"{len(days)} 个交易日中 {share:.0%} 处于{word('state', most)}；赚钱效应最高 {_effect(top):.0f}（{top.date}），最低 {_effect(low):.0f}（{low.date}）。",
        f"{share:.0%} of {len(days)} trading days were {word('state', most).lower()}; the money effect was highest at {_effect(top):.0f} ({top.date}), lowest at {_effect(low):.0f} ({low.date}).",
    )


def _effect(day: Day) -> float:
    return day.money_effect or 0.0


def _heads() -> list[str]:
    return [
        told("起", "From"),
        told("止", "To"),
        told("状态", "State"),
        told("交易日", "Days"),
        told("赚钱效应 起→止", "Money effect"),
        told("回撤 起→止", "Drawdown"),
    ]


def _row(spell: Spell, days: Sequence[Day]) -> list[str]:
    first = next(d for d in days if d.date == spell.first)
    last = next(d for d in days if d.date == spell.last)
    return [
        spell.first.isoformat(),
        spell.last.isoformat(),
        word("state", spell.name),
        str(spell.days),
        f"{_effect(first):.0f} → {_effect(last):.0f}",
        f"{-(first.drawdown or 0.0):.1%} → {-(last.drawdown or 0.0):.1%}",
    ]


def _option(points: Sequence[Day]) -> dict[str, Any]:
    """Compose three grids over one row of days: the effect, the drawdown, four strips of classes."""
    ends = {"left": _LEFT, "right": _RIGHT}
    return {
        "dataset": {"source": [[d.date.isoformat(), _points(d.money_effect), _below(d)] for d in points]},
        "grid": [
            {**ends, "top": 28, "height": 178},
            {**ends, "top": 226, "height": 72},
            {**ends, "top": 312, "height": 92},
        ],
        "axisPointer": {"link": [{"xAxisIndex": "all"}]},
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0, "left": _LEFT, "data": [_named()[0], _named()[1]]},
        "xAxis": [_days_axis(0, False), _days_axis(1, False), _days_axis(2, True)],
        "yAxis": _value_axes(),
        "graphic": [_strip_name(n, name) for n, name in enumerate(_strip_names())],
        "series": [_effect_line(points), _drawdown_line(), _strips(points)],
    }


def _points(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _below(day: Day) -> float | None:
    return None if day.drawdown is None else round(-day.drawdown, 4)


def _named() -> tuple[str, str]:
    return told("赚钱效应", "Money effect"), told("指数距前高", "Index from its peak")


def _strip_names() -> tuple[str, ...]:
    return (
        told("状态", "State"),
        told("当时判定", "Known"),
        told("事后划定", "Dated"),
        told("浪", "Wave"),
    )


def _days_axis(grid: int, labels: bool) -> dict[str, Any]:
    return {
        "type": "category",
        "gridIndex": grid,
        "boundaryGap": False,
        "axisLabel": _LAST_DAY_WITHIN["axisLabel"] | {"show": labels},
        "splitLine": {"show": False},
        **({} if labels else {"axisPointer": {"label": {"show": False}}}),
    }


def _value_axes() -> list[dict[str, Any]]:
    hidden = {"axisLabel": {"show": False}, "splitLine": {"show": False}, "axisPointer": {"show": False}}
    return [
        {"type": "value", "min": 0, "max": 100, "interval": 20},
        {
            "type": "value",
            "gridIndex": 1,
            "max": 0,
            "splitNumber": 2,
            "axisLabel": {"formatter": "format:percent0"},
        },
        {"type": "value", "gridIndex": 2, "min": 0, "max": _STRIPS, **hidden},
    ]


def _strip_name(n: int, name: str) -> dict[str, Any]:
    return {
        "type": "text",
        "left": 4,
        "top": 317 + n * 23,
        "style": {"text": name, "fill": "token:ink-3", "fontSize": 12},
    }


def _effect_line(points: Sequence[Day]) -> dict[str, Any]:
    bands = [
        [{"xAxis": first, "itemStyle": {"color": f"token:soft-{STATES.index(name) + 1}"}}, {"xAxis": last}]
        for name, first, last, _ in _stretches(points, lambda d: d.state)
    ]
    return {
        "type": "line",
        "name": _named()[0],
        "encode": {"x": 0, "y": 1},
        "showSymbol": False,
        "lineStyle": {"width": 2, "color": "token:ink"},
        "itemStyle": {"color": "token:ink"},
        "markArea": {"silent": True, "itemStyle": {"opacity": 0.28}, "data": bands},
    }


def _drawdown_line() -> dict[str, Any]:
    return {
        "type": "line",
        "name": _named()[1],
        "encode": {"x": 0, "y": 2},
        "xAxisIndex": 1,
        "yAxisIndex": 1,
        "showSymbol": False,
        "lineStyle": {"width": 1.5, "color": "token:c5"},
        "itemStyle": {"color": "token:c5"},
        "areaStyle": {"opacity": 0.18},
        "tooltip": {"valueFormatter": "format:percent"},
    }


def _stretches(points: Sequence[Day], of: Callable[[Day], str]) -> list[tuple[str, str, str, float]]:
    """Return (class, first day, day after its last, share of the picture) of each spell among the points drawn."""
    at = {d.date: n for n, d in enumerate(points)}
    found = []
    for spell in spells(points, of):
        end = min(at[spell.last] + 1, len(points) - 1)
        share = (end - at[spell.first]) / max(len(points) - 1, 1)
        found.append((spell.name, spell.first.isoformat(), points[end].date.isoformat(), share))
    return found


def _strips(points: Sequence[Day]) -> dict[str, Any]:
    """Draw four rows of classes below each other, by areas behind a line that isn't shown."""
    rows: tuple[tuple[Callable[[Day], str], Callable[[str], str], Callable[[str], str]], ...] = (
        (lambda d: d.state, lambda v: f"soft-{STATES.index(v) + 1}", lambda v: word("state", v)),
        (lambda d: d.regime_known, _regime_colour, lambda v: word("regime", v)),
        (lambda d: d.regime_dated or _UNDATED, _regime_colour, _dated),
        (lambda d: d.wave or _UNDATED, _wave_colour, wave_word),
    )
    areas = []
    for n, (of, colour, named) in enumerate(rows):
        top = _STRIPS - n
        for name, first, last, share in _stretches(points, of):
            words = named(name)
            label = {"name": words} if share >= _LABEL_BASE + _LABEL_LETTER * len(words) else {}
            style = {"color": f"token:{colour(name)}", "opacity": 0.55}
            areas.append(
                [
                    {"xAxis": first, "yAxis": top - 0.92, "itemStyle": style, **label},
                    {"xAxis": last, "yAxis": top - 0.08},
                ]
            )
    return {
        "type": "line",
        "encode": {"x": 0, "y": 1},
        "xAxisIndex": 2,
        "yAxisIndex": 2,
        "showSymbol": False,
        "silent": True,
        "lineStyle": {"opacity": 0},
        "tooltip": {"show": False},
        "markArea": {
            "silent": True,
            "data": areas,
            "label": {"position": "inside", "color": "token:ink", "fontSize": 11},
        },
    }


def _regime_colour(name: str) -> str:
    return {"bull": "soft-3", "bear": "soft-1"}.get(name, "sunken")


def _wave_colour(name: str) -> str:
    return "sunken" if name == _UNDATED else "soft-3" if "-up-" in name else "soft-1"


def _dated(name: str) -> str:
    return told("尚未可知", "Not yet known") if name == _UNDATED else word("regime", name)


def wave_word(name: str) -> str:
    """Name a wave (`number-direction-label`): 升 3, up 3; one that isn't dated yet says so."""
    parts = name.split("-")
    if len(parts) != 3:
        return told("尚未可知", "Not yet known")
    way = told("升", "up") if parts[1] == "up" else told("降", "down")
    number = f"{int(parts[0])}·" if parts[0].isdigit() else ""
    return number + told(f"{way}{parts[2]}", f"{way} {parts[2]}")


def clients(days: Sequence[Day], year: Sequence[Day]) -> Picture | None:
    """Draw the share of clients in profit beside the market's money effect; None where no client says anything."""
    points = [d for d in thinned(days) if d.client_money_effect is not None]
    if not points:
        return None
    names = (told("盈利客户占比 %", "Clients in profit, %"), told("市场赚钱效应", "Market's money effect"))
    series = [
        {
            "type": "line",
            "name": name,
            "encode": {"x": 0, "y": n},
            "showSymbol": False,
            "lineStyle": {"width": 2},
        }
        for n, name in enumerate(names, 1)
    ]
    return Picture(
        sentence=_beside(days, year),
        option={
            "dataset": {
                "source": [
                    [
                        d.date.isoformat(),
                        round(100 * (d.client_money_effect or 0.0), 1),
                        _points(d.money_effect),
                    ]
                    for d in points
                ]
            },
            "tooltip": {"trigger": "axis", "valueFormatter": "format:one"},
            "legend": {"top": 0, "left": 0},
            "xAxis": _LAST_DAY_WITHIN
            | {"type": "category", "boundaryGap": False, "splitLine": {"show": False}},
            "yAxis": {"type": "value", "min": 0, "max": 100, "interval": 20},
            "series": series,
        },
        columns=[told("月末", "Month's end"), *names],
        rows=_months(days),
    )


def _months(days: Sequence[Day]) -> list[list[str]]:
    """Return the last day of each month that has clients' share, the newest first."""
    last = {(d.date.year, d.date.month): d for d in days if d.client_money_effect is not None}
    return [
        [d.date.isoformat(), f"{100 * (d.client_money_effect or 0.0):.1f}", f"{_effect(d):.1f}"]
        for d in reversed(last.values())
    ]


def _beside(days: Sequence[Day], year: Sequence[Day]) -> str:
    last = next((d for d in reversed(days) if d.client_money_effect is not None), days[-1])
    share = last.client_money_effect or 0.0
    words = told(
        f"{share:.1%} 的客户近 20 日盈利", f"{share:.1%} of the clients made a profit over the last 20 days"
    )
    ours, theirs = (
        percentile([d.client_money_effect for d in year]),
        percentile([d.money_effect for d in year]),
    )
    if ours is not None and theirs is not None:
        words += told(
            f"，{standing(ours)}；市场赚钱效应{standing(theirs)}",
            f", {standing(ours)}; the market's money effect is {standing(theirs)}",
        )
    together = _together(days)
    if together is not None:
        words += told(f"；两者相关系数 {together:.2f}", f"; they correlate by {together:.2f}")
    return words + told("。", ".")


def _together(days: Sequence[Day]) -> float | None:
    pairs = [
        (d.client_money_effect, d.money_effect)
        for d in days
        if d.client_money_effect is not None and d.money_effect is not None
    ]
    if len(pairs) < 30:
        return None
    try:
        return correlation(*zip(*pairs, strict=True))
    except StatisticsError:  # one of them never moves
        return None
