"""Why a client's figures and classes are what they are: those of the page's panels, and those a list shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from zhike_desk.pages.client import whys
from zhike_desk.pages.client.expected_view import expected_why
from zhike_desk.pages.client.logic_view import SHOWN, evidence
from zhike_desk.pages.client.money_view import AttributionView
from zhike_desk.pages.client.sums import sized
from zhike_desk.pages.client.value_view import ValueView, value_view
from zhike_desk.pages.client.whys import Ground
from zhike_desk.records.queries.clients import LISTED
from zhike_desk.records.queries.listing import Asked
from zhike_desk.ui.measured import shown_unit, written
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.templatetags.zhike import NOTHING, number
from zhike_desk.ui.why import Explained, Why, driven
from zhike_desk.ui.words import version, word


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why the figures of the panels are what they are."""

    logic: Why
    stage: Why
    value: Why
    expected: Why
    held: Why
    profit: Why | None


def reasons(g: Ground, value: ValueView, profit: AttributionView | None) -> Reasons:
    """Return why the figures of the panels are what they are; `profit` is the window that is shown."""
    return Reasons(
        logic=logic(g),
        stage=whys.stage(g),
        value=scored(value, g),
        expected=expected_why(g),
        held=whys.held(g),
        profit=whys.attribution(profit.chosen, g.night, g.value(whys.HELD)) if profit else None,
    )


def logic(g: Ground) -> Why:
    """Say by which traits the client is held to follow a logic."""
    return whys.logic(g, evidence(g.found)[:SHOWN])


def scored(value: ValueView, g: Ground) -> Why:
    """Say which criteria made the score, and which would raise it most."""
    meaning = told(
        "各准则得分按层次分析法的权重相加，满分 100。下列为得分最多的准则与失分最多的准则。",
        "Points of all criteria, weighted by AHP, of 100. Below: what brought most, and what is lost most.",
    )
    return Why(meaning, g.night.as_of, value.drivers, value.change, version(value.model), "value")


def _score(g: Ground) -> Why:
    return scored(value_view(g.found), g)


def _grade(g: Ground) -> Why:
    value = value_view(g.found)
    rank = told(f"，同类第 {value.rank} 名", f", place {value.rank} of its kind") if value.rank else ""
    since = told(f"，自 {value.since} 起", f", since {value.since}") if value.since else ""
    meaning = told(
        f"等级按同类客户价值得分的名次划定：得分 {number(value.score)}{rank}{since}。下列为得分的来源。",
        f"Grades follow from the place of the score among clients of the kind: {number(value.score)} points{rank}{since}. Below: what made the score.",
    )
    change = told(
        "得分越过该等级的界线：升级当晚生效，降级要持续低于界线一段日子。",
        "a score beyond the grade's border: upwards at once, downwards once it has stayed below for some time.",
    )
    return Why(
        meaning,
        g.night.as_of,
        value.drivers,
        f"{change} {value.change}".strip(),
        version(value.model),
        "value",
    )


def _quadrant(g: Ground) -> Why:
    value = value_view(g.found)
    sides = (
        (told("当前价值", "Current value"), value.current, value.current_high),
        (told("潜在价值", "Potential value"), value.potential, value.potential_high),
    )
    known = [
        (name, now - high, now, high) for name, now, high in sides if now is not None and high is not None
    ]
    change = told("任何一项得分越过界线。", "either score crossing its border.")
    if not known:
        unknown = told("两项得分尚未评出，没有象限。", "Neither score is known, so there is no quadrant.")
        return Why(unknown, g.night.as_of, (), change, version(value.model), "value")
    drivers = driven((name, gap, f"{gap:+.1f}") for name, gap, _, _ in known)
    borders = told("；", "; ").join(
        told(
            f"{name} {now:.1f} 分，{high:.0f} 分起为高",
            f"{name.lower()} {now:.1f} points, high from {high:.0f}",
        )
        for name, _, now, high in known
    )
    meaning = told(
        f"当前价值与潜在价值两项得分各自高或低，合成四个象限。{borders}。下列为距界线的分数。",
        f"Current and potential value, each high or low, make four quadrants: {borders}. Below: points from the border.",
    )
    return Why(meaning, g.night.as_of, drivers, change, version(value.model), "value")


def _overlay(g: Ground) -> Why:
    change = told(
        "持仓、产品与两融交易的比例改变；每夜重新判定。",
        "other shares of products, margin and paired trades; judged anew every night.",
    )
    meaning = told(
        "叠加在盈利逻辑之上的做法：套利、配置或两融，由交易与持仓的比例判定。",
        "What goes beside the logic: arbitrage, allocation or margin, told by shares of trades and holdings.",
    )
    return Why(
        meaning,
        g.night.as_of,
        (),
        change,
        told(f"盈利逻辑模型 · {g.made}", f"profit logic · {g.made}"),
        "logic",
    )


_OF: Mapping[str, Callable[[Ground], Why]] = {
    "score": _score,
    "grade": _grade,
    "quadrant": _quadrant,
    "logic": logic,
    "overlay": _overlay,
    "stage": whys.stage,
    "net_now": whys.net,
    "pnl_3m": whys.profit,
    "twr_12m": whys.rate,
    "revenue_12m": whys.revenue,
    "net_flow_3m": whys.flow,
    "traded_3m": whys.traded,
    "days_since_trade": whys.untraded,
    "days_since_contact": whys.uncontacted,
    "clv_p50": expected_why,
}
"""Columns of the list of clients that are a score, a class or an estimate; the others are what the files say."""


def listed(g: Ground, state: Asked) -> list[Explained]:
    """Return why each figure and class that a list shows of a client is what it is, scores and classes first."""
    shown = [name for name in _OF if name in state.shown]
    return [_asked(g, name) for name in shown] + [
        Explained(said(g.meanings[n].label), *_measured(g, n), whys.habit(g, n, None))
        for n in state.extra
        if n in g.meanings
    ]


def _asked(g: Ground, name: str) -> Explained:
    title = said(LISTED.columns[name].title)
    if LISTED.columns[name].kind == "choice":
        return Explained(title, word(name, getattr(g.found.row, name)), "", _OF[name](g))
    if name == "score":
        return Explained(title, number(g.found.figure(name)), told("分", "points"), _OF[name](g))
    return Explained(title, *_measured(g, name), _OF[name](g))


def _measured(g: Ground, name: str) -> tuple[str, str]:
    """Write a measure and its unit; one that isn't known has neither."""
    value = g.found.figure(name) if name in LISTED.columns else g.found.measure(name)
    unit = g.meanings[name].unit if name in g.meanings else "CNY"
    if value is None:
        return NOTHING, ""
    return sized(value) if unit == "CNY" else (written(value, unit), shown_unit(unit))
