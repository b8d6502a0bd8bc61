"""What the market's page shows, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from zhike.base.text import say
from zhike_desk.pages.market import behaviour, breadth, whys
from zhike_desk.pages.market import course as drawn
from zhike_desk.pages.market.behaviour import Shown
from zhike_desk.pages.market.breadth import Panel
from zhike_desk.pages.market.course import STATES
from zhike_desk.pages.market.percentiles import percentile, placed, standing
from zhike_desk.records.queries.market import Day, Phase
from zhike_desk.records.refusals import Refused
from zhike_desk.ui.figures import minus
from zhike_desk.ui.speech import told
from zhike_desk.ui.why import Why
from zhike_desk.ui.words import word

YEAR = 250
WINDOWS = {"60": 60, "250": 250, "all": 1_000_000}
FIGURES = ("turnover", "net_buy", "pnl")
BY = ("state", "wave")
_DEFAULT = {"days": "250", "figure": "turnover", "by": "state"}


@dataclass(frozen=True, slots=True)
class Asked:
    """The market as its URL asks for it: the window, the figure of the heat map, by what its columns go."""

    days: str = "250"
    figure: str = "turnover"
    by: str = "state"

    @property
    def most(self) -> int:
        """Return how many days are shown at most."""
        return WINDOWS[self.days]

    @property
    def read(self) -> int | None:
        """Return how many days are read: percentiles want a year; None for all."""
        return None if self.days == "all" else max(self.most, YEAR)

    def written(self) -> str:
        """Return the query of this state's URL."""
        parts = {name: getattr(self, name) for name in _DEFAULT}
        return "?" + urlencode({n: v for n, v in parts.items() if v != _DEFAULT[n]})


@dataclass(frozen=True, slots=True)
class Link:
    """A choice of a switch."""

    name: str
    url: str
    here: bool


@dataclass(frozen=True, slots=True)
class Stat:
    """One figure at the head of the page."""

    name: str
    value: str
    unit: str
    beside: str
    meaning: str = ""
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class MarketPage:
    """The page: its sentence, switches, figures, charts, breadth, behaviour."""

    sentence: str
    windows: Sequence[Link]
    stats: Sequence[Stat]
    course: drawn.Picture
    clients: drawn.Picture | None
    breadth: Sequence[tuple[Panel, Why]]
    behaviour: Shown
    phases: Why
    figures: Sequence[Link]
    bys: Sequence[Link]
    days_query: str
    days: int
    states: Sequence[str]
    as_of: Any


def asked(query: Mapping[str, str]) -> Asked:
    """Read the page's state from its URL; raise Refused for what can't be shown."""
    state = Asked(**{name: query.get(name) or default for name, default in _DEFAULT.items()})
    if state.days not in WINDOWS or state.figure not in FIGURES or state.by not in BY:
        raise Refused(say("没有这样的区间或指标。", "There is no such window or figure."))
    return state


def build(state: Asked, days: Sequence[Day], runs: Mapping[str, int], phases: Sequence[Phase]) -> MarketPage:
    """Turn the days (the oldest first, at least one), the runs they end with, and the phases into what the template writes."""
    shown, year, last = days[-state.most :], days[-YEAR:], days[-1]
    done = behaviour.shown(phases, last.state, state.figure, state.by)
    return MarketPage(
        sentence=_sentence(year, runs),
        windows=[_window(name, state) for name in WINDOWS],
        stats=_stats(year, runs),
        course=drawn.market(shown),
        clients=drawn.clients(shown, year),
        breadth=list(zip(breadth.panels(shown, year), whys.panels(year), strict=True)),
        behaviour=done,
        phases=whys.phases(done, last),
        figures=[_link(replace(state, figure=f), behaviour.title(f), state) for f in FIGURES],
        bys=[
            _link(replace(state, by="state"), told("按状态", "By state"), state),
            _link(replace(state, by="wave"), told("按浪", "By wave"), state),
        ],
        days_query=replace(state, figure="turnover", by="state").written(),
        days=len(shown),
        states=STATES,
        as_of=last.date,
    )


def _link(wanted: Asked, name: str, state: Asked) -> Link:
    return Link(name, wanted.written(), wanted == state)


def _window(name: str, state: Asked) -> Link:
    words = told("全部", "All") if name == "all" else told(f"{name} 日", f"{name} days")
    return _link(replace(state, days=name), words, state)


def _sentence(year: Sequence[Day], runs: Mapping[str, int]) -> str:
    last = year[-1]
    if last.money_effect is None:
        return told(
            "已知的交易日还不够，赚钱效应无从判断。", "Too few days are known to tell the money effect."
        )
    state, effect, n = word("state", last.state), f"{last.money_effect:.0f}", runs["state"]
    parts = [
        told(f"赚钱效应 {effect}，{state}第 {n} 天", f"Money effect {effect}, {state.lower()} for {n} days")
    ]
    place = percentile([d.money_effect for d in year])
    if place is not None:
        parts[0] += told(f"，{standing(place)}", f", {standing(place)}")
    if last.drawdown is not None:
        parts.append(
            told(f"指数较前高低 {last.drawdown:.1%}", f"the index is {last.drawdown:.1%} below its peak")
        )
    if last.regime_known:
        regime, long = word("regime", last.regime_known), runs["regime_known"]
        parts.append(
            told(f"当时判定为{regime}第 {long} 天", f"known to be a {regime.lower()} market for {long} days")
        )
    return told("；", "; ").join(parts) + told("。", ".")


def _stats(year: Sequence[Day], runs: Mapping[str, int]) -> list[Stat]:
    last = year[-1]
    fall, ours = last.drawdown, last.client_money_effect
    below = told(
        "指数收盘价低于此前最高收盘价的幅度。", "How far the index closes below its highest close so far."
    )
    profit = told(
        "近 20 个交易日盈利的客户占比，全体客户合计。",
        "Share of clients in profit over 20 trading days, all clients together.",
    )
    peak = told("距前高", "from its peak")
    place = placed(percentile([d.client_money_effect for d in year]))
    return [
        _effect(year),
        _state(year, runs["state"]),
        Stat(
            told("指数回撤", "Index drawdown"),
            _percent(-fall if fall else fall),
            "",
            peak,
            why=whys.drawdown(year, below),
        ),
        _regime(last, runs["regime_known"]),
        Stat(
            told("盈利客户占比", "Clients in profit"),
            _percent(ours),
            "",
            place if ours is not None else "",
            why=whys.clients(year, profit),
        ),
    ]


def _state(year: Sequence[Day], days: int) -> Stat:
    state = year[-1].state
    meaning = told(
        "按赚钱效应由低到高分为冰点、退潮、震荡、回暖、高潮五档；越过界限一定幅度才切换，免得在界限上来回。",
        "Five states by money effect, from frozen over ebbing, ranging and warming to hot; left only some way beyond a border, so that a day on it doesn't flicker.",
    )
    long = told(f"第 {days} 天", f"day {days}") if state else ""
    return Stat(
        told("状态", "State"),
        word("state", state),
        long,
        _before(year, "state"),
        why=whys.state(year, meaning),
    )


def _regime(last: Day, days: int) -> Stat:
    meaning = told(
        "当日就能知道的判断：收盘自最低点上涨够多为牛，自最高点下跌够多为熊。事后划定的牛熊用到之后的行情，两者不可混用。",
        "What could be known on the day: a bull once the close is far enough above its lowest, a bear once far enough below its highest. The dated regime uses later days; the two are never mixed.",
    )
    long = told(f"第 {days} 天", f"day {days}") if last.regime_known else ""
    return Stat(
        told("当时判定", "Regime known"),
        word("regime", last.regime_known),
        long,
        _dated(last),
        why=whys.regime(last, meaning),
    )


def _effect(year: Sequence[Day]) -> Stat:
    last, week = year[-1], year[-6] if len(year) > 5 else None
    value = "—" if last.money_effect is None else f"{last.money_effect:.1f}"
    beside = ""
    if last.money_effect is not None and week is not None and week.money_effect is not None:
        change = last.money_effect - week.money_effect
        by = minus(f"{change:+.1f}")
        beside = told(f"5 日变化 {by}", f"{by} in 5 days")
    parts = breadth.parts(year)
    return Stat(
        told("赚钱效应", "Money effect"),
        value,
        told("分（0–100）", "of 100"),
        beside,
        why=whys.effect(year, parts) if parts else None,
    )


def _before(days: Sequence[Day], column: str) -> str:
    """Say what held before the last run."""
    now = getattr(days[-1], column)
    other = next((getattr(d, column) for d in reversed(days) if getattr(d, column) != now), "")
    return told(f"此前 {word(column, other)}", f"before: {word(column, other).lower()}") if other else ""


def _dated(last: Day) -> str:
    if not last.regime_dated:
        return told("事后划定：尚未可知", "dated later: not yet")
    regime = word("regime", last.regime_dated)
    return told(f"事后划定：{regime}", f"dated later: {regime.lower()}")


def _percent(value: float | None) -> str:
    return "—" if value is None else minus(f"{value:.1%}")
