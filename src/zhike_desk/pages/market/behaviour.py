"""What clients of each logic did in each state of the market or wave: a heat map, a table, and sentences derived from both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zhike.models.phases import UNDATED
from zhike_desk.pages.market.course import STATES, wave_word
from zhike_desk.records.queries.market import Phase
from zhike_desk.ui.figures import minus
from zhike_desk.ui.speech import told
from zhike_desk.ui.words import word

LOGICS = ("value", "trend", "sentiment", "mixed", "insufficient")
LEAST_CLIENTS, LEAST_DAYS, LEAST_TRADES = 5, 20, 30
_SHADES = 5


@dataclass(frozen=True, slots=True)
class Sums:
    """What clients of a logic did over some phases; `clients` is exact for one phase, else the most of any (there are no fewer).

    `turnover` is a day's, in times of average assets; money in CNY over all of the `days` that the clients' ledger covers.
    """

    logic: str
    of: str
    days: int
    clients: int
    exact: bool
    trades: int
    net_buy: float
    pnl: float
    turnover: float

    @property
    def few(self) -> bool:
        """Tell whether too few clients traded for their money to be told."""
        return self.clients < LEAST_CLIENTS

    def figure(self, name: str) -> float | None:
        """Return a day's turnover (fraction), net buying or profit (CNY)."""
        if self.few or not self.days:
            return None
        return {"turnover": self.turnover, "net_buy": self.net_buy / self.days, "pnl": self.pnl / self.days}[
            name
        ]


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell of the heat map: its text, how deep its shade is (0…5), to which side, what stands beside it."""

    text: str
    shade: str
    beside: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the heat map."""

    logic: str
    spots: Sequence[Spot]


@dataclass(frozen=True, slots=True)
class Shown:
    """The heat map (`heads`: name, days, whether it holds today), its unit and meaning, the table, the sentences."""

    title: str
    unit: str
    meaning: str
    heads: Sequence[tuple[str, str, bool]]
    lines: Sequence[Line]
    rows: Sequence[Sequence[str]]
    words: Sequence[tuple[str, str]]
    now: str
    today: Sequence[tuple[str, float, str]]
    """Each logic's figure in the state that holds today: its name, value, as written."""


def title(figure: str) -> str:
    """Name a figure of the heat map."""
    return {
        "turnover": told("日均换手", "Turnover a day"),
        "net_buy": told("日均净买入", "Net buying a day"),
        "pnl": told("日均盈亏", "Profit a day"),
    }[figure]


def shown(phases: Sequence[Phase], state: str, figure: str, by: str) -> Shown:
    """Compose the heat map of `figure` by state or wave, and what `state` means for each logic."""
    sums = gathered(phases, by)
    columns = _columns(phases, by)
    logics = [name for name in LOGICS if any((name, of) in sums for of in columns)]
    by_state = sums if by == "state" else gathered(phases, "state")
    return Shown(
        title=title(figure),
        unit="%" if figure == "turnover" else told("万元", "10k CNY"),
        meaning=_meaning(figure),
        heads=[(_column(of, by), _days(of, by, phases), by == "state" and of == state) for of in columns],
        lines=[Line(name, _spots(name, columns, sums, figure)) for name in logics],
        rows=[_row(sums[name, of], by) for name in logics for of in columns if (name, of) in sums],
        words=[(name, _sentence(name, state, by_state)) for name in logics] if state else [],
        now=word("state", state),
        today=[
            (word("logic", name), value, _written(value, figure))
            for name in logics
            if (name, state) in by_state and (value := by_state[name, state].figure(figure)) is not None
        ],
    )


def gathered(phases: Sequence[Phase], by: str) -> dict[tuple[str, str], Sums]:
    """Add phases up by logic and state (or wave, or all of them: `by` empty).

    A day's turnover over several phases is their mean, weighted by the days that the clients' ledger covers.
    """
    groups: dict[tuple[str, str], list[Phase]] = {}
    for phase in phases:
        groups.setdefault((phase.logic, getattr(phase, by) if by else ""), []).append(phase)
    return {key: _added(*key, rows) for key, rows in groups.items()}


def _added(logic: str, of: str, rows: Sequence[Phase]) -> Sums:
    days = sum(p.seen for p in rows)
    return Sums(
        logic=logic,
        of=of,
        days=days,
        clients=max(p.clients for p in rows),
        exact=sum(p.clients > 0 for p in rows) <= 1,
        trades=sum(p.trades for p in rows),
        net_buy=sum(p.net_buy for p in rows),
        pnl=sum(p.pnl for p in rows),
        turnover=sum(p.turnover / p.days * p.seen for p in rows if p.days) / days if days else 0.0,
    )


def _columns(phases: Sequence[Phase], by: str) -> list[str]:
    there = {getattr(p, by) for p in phases}
    if by == "state":
        return [s for s in STATES if s in there]
    return sorted(there, key=lambda wave: (wave == UNDATED, wave))


def _column(of: str, by: str) -> str:
    return word("state", of) if by == "state" else wave_word(of)


def _days(of: str, by: str, phases: Sequence[Phase]) -> str:
    days = sum({(p.state, p.wave): p.seen for p in phases if getattr(p, by) == of}.values())
    return told(f"{days} 日", f"{days} days")


def _spots(logic: str, columns: Sequence[str], sums: dict[tuple[str, str], Sums], figure: str) -> list[Spot]:
    row = [sums.get((logic, of)) for of in columns]
    values = [s.figure(figure) if s else None for s in row]
    most = max((abs(v) for v in values if v is not None), default=0.0)
    return [_spot(s, v, most, figure) for s, v in zip(row, values, strict=True)]


def _spot(sums: Sums | None, value: float | None, most: float, figure: str) -> Spot:
    if sums is None:
        return Spot("—", "", "")
    if value is None:
        return Spot(told("不足 5 位", "< 5 clients"), "", "")
    depth = round(abs(value) / most * _SHADES) if most else 0
    side = "minus" if value < 0 else "plus"
    if figure == "pnl":
        side = "loss" if value < 0 else "gain"
    at_least = "" if sums.exact else "≥"
    beside = told(
        f"{at_least}{sums.clients:,} 位 · {sums.trades:,} 笔",
        f"{at_least}{sums.clients:,} clients · {sums.trades:,} trades",
    )
    return Spot(_written(value, figure), f"{side}-{depth}" if depth else "", beside)


def _written(value: float, figure: str) -> str:
    if figure == "turnover":
        return f"{100 * value:.2f}"  # its unit is in the heading
    return minus(f"{value / 1e4:+,.1f}")


def _row(sums: Sums, by: str) -> list[str]:
    count = f"{'' if sums.exact else '≥'}{sums.clients:,}"
    money = ["—"] * 3
    if not sums.few:
        money = [f"{sums.turnover:.2%}", *(minus(f"{m / 1e4:+,.1f}") for m in (sums.net_buy, sums.pnl))]
    names = [word("logic", sums.logic), _column(sums.of, by)]
    return [*names, f"{sums.days:,}", count, f"{sums.trades:,}", *money]


def _meaning(figure: str) -> str:
    return {
        "turnover": told(
            "每交易日成交金额与该类客户平均净资产之比；各浪按天数平均。颜色在每一行内比较，越深越高。",
            "Value traded a trading day over the average net assets of that logic's clients; waves averaged by their days. Shades compare within a row: deeper is more.",
        ),
        "net_buy": told(
            "该类客户合计，每交易日平均，买入减卖出。蓝为净买入，橙为净卖出，在每一行内比较。",
            "Bought less sold, a trading day on average, all clients of the logic. Blue is net buying, orange net selling, compared within a row.",
        ),
        "pnl": told(
            "该类客户合计，每交易日平均，不论当时有无交易。颜色在每一行内比较。",
            "All clients of the logic together, a trading day on average, trading or not. Shades compare within a row.",
        ),
    }[figure]


def _sentence(logic: str, state: str, sums: dict[tuple[str, str], Sums]) -> str:
    """Say in words what the numbers say of a logic in a state; say so where there is too little to tell."""
    here = sums.get((logic, state))
    others = [s for (name, of), s in sums.items() if name == logic and of != state]
    if here is None or here.few or here.days < LEAST_DAYS or here.trades < LEAST_TRADES:
        count = here.trades if here else 0
        return told(f"只有 {count} 笔成交，说不出规律。", f"Only {count} trades: too few to tell.")
    parts = [_turned(here, others), _bought(here), _earned(here, others)]
    return told("；", "; ").join(p for p in parts if p) + told("。", ".")


def _turned(here: Sums, others: Sequence[Sums]) -> str:
    words = told(f"日均换手 {here.turnover:.2%}", f"turned over {here.turnover:.2%} of assets a day")
    days = sum(s.days for s in others)
    rest = sum(s.turnover * s.days for s in others) / days if days else 0.0
    if not rest:
        return words
    change = here.turnover / rest - 1
    if abs(change) < 0.05:
        return words + told("，与其他状态相当", ", about as in other states")
    if change > 0:
        return words + told(f"，比其他状态高 {change:.0%}", f", {change:.0%} more than in other states")
    return words + told(f"，比其他状态低 {-change:.0%}", f", {-change:.0%} less than in other states")


def _bought(here: Sums) -> str:
    a_day = _money(abs(here.net_buy) / here.days)
    if here.net_buy < 0:
        return told(f"日均净卖出 {a_day}", f"sold {a_day} net a day")
    return told(f"日均净买入 {a_day}", f"bought {a_day} net a day")


def _earned(here: Sums, others: Sequence[Sums]) -> str:
    rest = sum(s.pnl for s in others)
    ours, theirs = _money(abs(here.pnl)), _money(abs(rest))
    return told(
        f"这些日子合计{'亏损' if here.pnl < 0 else '盈利'} {ours}，其余日子合计{'亏损' if rest < 0 else '盈利'} {theirs}",
        f"{'lost' if here.pnl < 0 else 'made'} {ours} on such days in all, {'lost' if rest < 0 else 'made'} {theirs} on the others",
    )


def _money(value: float) -> str:
    """Write CNY in a sentence."""
    if value >= 1e8:
        return told(f"{value / 1e8:,.2f} 亿元", f"CNY {value / 1e6:,.0f}m")
    chinese = f"{value / 1e4:,.0f} 万元" if value >= 1e6 else f"{value / 1e4:,.1f} 万元"
    return told(chinese, f"CNY {value / 1e6:,.1f}m" if value >= 1e6 else f"CNY {value / 1e3:,.0f}k")
