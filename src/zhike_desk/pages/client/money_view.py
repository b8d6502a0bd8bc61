"""A client's profit, assets and holdings: a sentence, a picture, a table each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from zhike_desk.pages.client.sums import listed, money, share, signed_money
from zhike_desk.records.book.series import AssetDay
from zhike_desk.records.queries.client_money import PARTS, Attribution
from zhike_desk.records.queries.reference import Run
from zhike_desk.records.queries.timeline import Event
from zhike_desk.records.scope import day_of
from zhike_desk.ui.figures import minus
from zhike_desk.ui.speech import chinese, told
from zhike_desk.ui.templatetags.zhike import direction
from zhike_desk.ui.words import word

WINDOWS = (20, 60, 120, 250)
USUAL = 250
_BANDS = {"frozen": "sunken", "ebbing": "sunken", "hot": "accent-soft", "warming": "accent-soft"}
_SMALL = 0.1
_PAUSE = 7
_DRAWN = 10.0
"""Below this amount a picture's scale would repeat 1 and 0: a sentence says it."""
_NAMED_ZH, _NAMED_EN = 0.04, 0.09
"""Parts of a chart's width a state of the market must hold for its name to be written there."""
_SLANTED = {"media": [{"query": {"maxWidth": 420}, "option": {"xAxis": {"axisLabel": {"rotate": 32}}}}]}
"""English names of six parts don't fit side by side on a telephone."""
_LARGE = 10_000.0
"""From this amount on a picture is told in 万元."""


def part_names() -> dict[str, tuple[str, str]]:
    """Return what each part of a profit is called, and what it says."""
    return {
        "benchmark": (told("随大盘", "Market"), told("以平均仓位持有指数的所得。", "What the client's usual share in stocks would have earned in the index.")),
        "timing": (told("择时", "Timing"), told("仓位高于或低于平均时，指数涨跌带来的所得。", "What being more or less in stocks than usual earned while the index moved.")),
        "selection": (told("选股", "Selection"), told("所持证券超出指数的所得。", "What the stocks held earned beyond the index.")),
        "trading": (told("交易", "Trading"), told("成交价至当日收盘的所得，未计费用。", "What trades earned between their price and that day's close, before fees.")),
        "interest": (told("利息", "Interest"), told("资金利息减负债利息。", "Interest on cash less interest on debt.")),
        "cost": (told("费用", "Costs"), told("佣金、税费，为负数。", "Fees and taxes paid, negative.")),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart: its id, the sentence above, the option, the table below."""

    id: str
    sentence: str
    option: dict[str, Any]
    columns: Sequence[str] = field(default_factory=list)
    rows: Sequence[Sequence[str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AttributionView:
    """The waterfall of the window that was chosen, the windows there are, what each part says (name, meaning)."""

    chosen: Attribution
    windows: Sequence[int]
    figure: Figure | None
    meanings: Sequence[tuple[str, str]]

    @property
    def window(self) -> int:
        """Return the trading days it covers."""
        return self.chosen.window

    @property
    def pnl(self) -> float:
        """Return the profit in them."""
        return self.chosen.pnl


@dataclass(frozen=True, slots=True)
class AssetsView:
    """The picture of assets over the market's states; without one, why there is none."""

    figure: Figure | None
    empty: str


def attribution_view(found: Sequence[Attribution], window: int) -> AttributionView | None:
    """Return the waterfall of `window` (the longest one where it isn't there); None where the client has no window at all."""
    if not found:
        return None
    chosen = next((a for a in found if a.window == window), found[-1])
    names = part_names()
    figure = _waterfall(chosen, names) if max(map(abs, chosen.parts)) >= _DRAWN else None
    return AttributionView(chosen, [a.window for a in found], figure, list(names.values()))


def _waterfall(found: Attribution, names: dict[str, tuple[str, str]]) -> Figure:
    titles = [*(names[p][0] for p in PARTS), told("盈亏", "Profit")]
    values = [*found.parts, found.pnl]
    before, steps = 0.0, []
    for value in found.parts:
        steps.append((before, before + value))
        before += value
    steps.append((0.0, found.pnl))
    table = [[t, minus(f"{v:+,.2f}")] for t, v in zip(titles, values, strict=True)]
    return Figure(
        "attribution-option", _explained(found, names), _falling(titles, steps, values),
        [told("部分", "Part"), told("元", "CNY")], table,
    )  # fmt: skip


def _explained(found: Attribution, names: dict[str, tuple[str, str]]) -> str:
    """Say the profit and the parts that made it: those of at least a tenth of all movement, the largest first."""
    parts = sorted(zip(PARTS, found.parts, strict=True), key=lambda pair: -abs(pair[1]))
    moved = sum(abs(v) for _, v in parts) or 1.0
    large = [(names[p][0], v) for p, v in parts if abs(v) / moved >= _SMALL][:3]
    why = listed([f"{name} {signed_money(value)}" for name, value in large])
    verb = told("盈利", "Gained") if found.pnl >= 0 else told("亏损", "Lost")
    return told(
        f"近 {found.window} 个交易日{verb} {money(abs(found.pnl))}：{why}。",
        f"{verb} {money(abs(found.pnl))} over {found.window} trading days: {why}.",
    )


def _falling(
    titles: Sequence[str], steps: Sequence[tuple[float, float]], values: Sequence[float]
) -> dict[str, Any]:
    """Return bars that hang between two sums: an unseen one below, the seen one on it; on either side of zero apart."""
    coloured = [({"color": f"token:{direction(v)}"}, a, b) for (a, b), v in zip(steps, values, strict=True)]
    over = [{"value": _above(a, b), "itemStyle": style} for style, a, b in coloured]
    under = [{"value": -_above(-a, -b), "itemStyle": style} for style, a, b in coloured]
    large = max(abs(v) for step in steps for v in step) >= _LARGE
    labels = [
        {"value": [t, max(a, b, 0.0)], "label": {"formatter": _written(v, large=large)}}
        for t, (a, b), v in zip(titles, steps, values, strict=True)
    ]
    clear = {"type": "bar", "itemStyle": {"color": "transparent"}, "silent": True, "barWidth": "56%"}
    shown = {"type": "bar", "barWidth": "56%", "silent": True}
    return {
        "grid": {"left": 8, "right": 8, "top": 28, "bottom": 4, "containLabel": True},
        **({} if chinese() else _SLANTED),
        "xAxis": {"type": "category", "data": list(titles), "axisLabel": {"interval": 0, "hideOverlap": False}},
        "yAxis": {"type": "value", **_scale(large=large)},
        "series": [
            {**clear, "stack": "all", "data": [_base(a, b) for a, b in steps]},
            {**shown, "stack": "all", "data": over},
            {**clear, "stack": "all", "data": [-_base(-a, -b) for a, b in steps]},
            {**shown, "stack": "all", "data": under},
            {"type": "scatter", "symbolSize": 0.1, "silent": True, "data": labels,
             "label": {"show": True, "position": "top", "color": "token:ink", "fontSize": 12}},
        ],
    }  # fmt: skip


def _base(a: float, b: float) -> float:
    """Return how high the unseen part above zero is below a bar from `a` to `b`."""
    return round(max(min(a, b), 0.0), 2)


def _above(a: float, b: float) -> float:
    """Return how much of a bar from `a` to `b` lies above zero."""
    return round(max(a, b, 0.0) - max(min(a, b), 0.0), 2)


def _scale(*, large: bool) -> dict[str, Any]:
    """Return the scale of an axis of money: 万元, or 元 where nothing is large."""
    name = told("万元", "10k CNY") if large else told("元", "CNY")
    return {"axisLabel": {"formatter": "format:wan" if large else "format:whole"}, "name": name}


def _written(value: float, *, large: bool) -> str:
    text = f"{value / 1e4:+,.1f}" if large else f"{value:+,.0f}"
    return "0" if text in ("+0", "-0", "+0.0", "-0.0") else minus(text)


def assets_view(days: Sequence[AssetDay], runs: Sequence[Run], events: Sequence[Event]) -> AssetsView:
    """Return the picture of a client's assets; no figure where there are fewer than two days or next to nothing on any of them."""
    if len(days) < 2 or max(abs(v) for d in days for v in (d.net, d.debt, d.cash)) < _DRAWN:
        return AssetsView(None, _empty(days))
    first, last = days[0], days[-1]
    peak = max(days, key=lambda d: d.net)
    since = _moved(first, last)
    sentence = told(
        f"净资产 {money(last.net)}{since}；最高 {money(peak.net)}（{peak.date:%Y-%m-%d}）。",
        f"Net assets {money(last.net)}{since}; highest {money(peak.net)} ({peak.date:%Y-%m-%d}).",
    )
    columns = [told("日期", "Date"), told("净资产", "Net"), told("资金", "Cash"), told("证券", "Securities"), told("基金", "Funds"), told("负债", "Debt")]  # fmt: skip
    figure = Figure("assets-option", sentence, _assets(days, runs, events), columns, _month_ends(days))
    return AssetsView(figure, "")


def _empty(days: Sequence[AssetDay]) -> str:
    """Say why there is no picture of assets."""
    if len(days) < 2:
        return told(
            "没有资产记录：账户从未入金，或资产表未导入。",
            "No assets on record: nothing was ever paid in, or the table of assets wasn't delivered.",
        )
    since = f"{days[0].date:%Y-%m}"
    return told(
        f"{since} 以来账户几乎没有资产（始终不足 {_DRAWN:.0f} 元），不画图。",
        f"Next to nothing in the accounts since {since} (never CNY {_DRAWN:.0f}): there is nothing to draw.",
    )


def _moved(first: AssetDay, last: AssetDay) -> str:
    """Say how net assets moved since the first day shown; nothing where there was next to nothing then."""
    if first.net < 1_000:
        return ""
    change = last.net / first.net - 1
    if abs(change) < 0.005:
        return told(f"，与 {first.date:%Y-%m} 基本持平", f", about as in {first.date:%Y-%m}")
    return told(
        f"，较 {first.date:%Y-%m} {'增' if change > 0 else '减'} {share(abs(change))}",
        f", {'up' if change > 0 else 'down'} {share(abs(change))} since {first.date:%Y-%m}",
    )


def _month_ends(days: Sequence[AssetDay]) -> list[list[str]]:
    ends = {f"{d.date:%Y-%m}": d for d in days}
    shown = list(ends.values())[-25:]
    return [
        [f"{d.date:%Y-%m-%d}", *(minus(f"{v:,.2f}") for v in (d.net, d.cash, d.securities, d.funds, d.debt))]
        for d in reversed(shown)
    ]


def _assets(days: Sequence[AssetDay], runs: Sequence[Run], events: Sequence[Event]) -> dict[str, Any]:
    kinds = (
        ("cash", told("资金", "Cash"), "token:c4"),
        ("securities", told("证券", "Securities"), "token:c1"),
        ("funds", told("基金", "Funds"), "token:c3"),
    )
    shown = [kind for kind in kinds if any(getattr(d, kind[0]) for d in days)]
    columns = ["net", *(column for column, _, _ in shown)]
    areas = [
        {
            "name": name, "type": "line", "stack": "gross", "stackStrategy": "all", "symbol": "none", "lineStyle": {"width": 0},
            "itemStyle": {"color": colour}, "areaStyle": {"opacity": 0.35, "color": colour}, "encode": {"x": 0, "y": place},
        }
        for place, (_, name, colour) in enumerate(shown, 2)
    ]  # fmt: skip
    net = {
        "name": told("净资产", "Net assets"), "type": "line", "symbol": "none", "z": 5, "encode": {"x": 0, "y": 1},
        "lineStyle": {"width": 2, "color": "token:ink"}, "itemStyle": {"color": "token:ink"},
        "markArea": {"silent": True, "data": _shades(runs, days[0].date, days[-1].date)},
        "markPoint": {"symbol": "pin", "symbolSize": 30, "data": _flows(days, events)},
    }  # fmt: skip
    large = max(abs(d.net) for d in days) >= _LARGE
    return {
        "dataset": {"source": _points(days, columns), "sourceHeader": False},
        "legend": {"top": 0, "right": 0},
        "grid": {"left": 8, "right": 12, "top": 40, "bottom": 4, "containLabel": True},
        "tooltip": {"trigger": "axis", "valueFormatter": "format:whole"},
        "xAxis": {"type": "time"},
        "yAxis": {"type": "value", **_scale(large=large)},
        "series": [*areas, net],
    }  # fmt: skip


def _points(days: Sequence[AssetDay], columns: Sequence[str]) -> list[list[Any]]:
    """Return the days drawn: of those that follow each other every second, counted from the last; before a pause each."""
    last = len(days) - 1
    kept = [
        day
        for n, day in enumerate(days)
        if (last - n) % 2 == 0 or (days[n + 1].date - day.date).days > _PAUSE
    ]
    return [[str(d.date), *(round(getattr(d, c)) for c in columns)] for d in kept]


def _shades(runs: Sequence[Run], first: date, last: date) -> list[list[dict[str, Any]]]:
    """Return the market's states behind the line: cold ones and warm ones, where they touch the days shown."""
    found, least = [], _NAMED_ZH if chinese() else _NAMED_EN
    for run in runs:
        colour = _BANDS.get(run.state)
        if colour is None or run.last < first or run.first > last:
            continue
        wide = (run.last - run.first).days >= least * max((last - first).days, 1)
        name = word("state", run.state) if wide else ""
        begin: dict[str, Any] = {
            "xAxis": str(max(run.first, first)), "name": name, "itemStyle": {"color": f"token:{colour}", "opacity": 0.7},
            "label": {"color": "token:ink-3", "fontSize": 11, "position": "insideTop"},
        }  # fmt: skip
        found.append([begin, {"xAxis": str(min(run.last, last))}])
    return found


def _flows(days: Sequence[AssetDay], events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return marks where much came in or went out, on the line of net assets."""
    marks = []
    for event in events:
        day = day_of(event.at)
        near = next((d for d in days if d.date >= day), None)
        if near is None or near is days[0]:
            continue
        comes = event.kind == "large_inflow"
        marks.append(
            {
                "coord": [str(near.date), round(near.net)], "value": told("入", "in") if comes else told("出", "out"),
                "symbolRotate": 0 if comes else 180, "itemStyle": {"color": "token:c2" if not comes else "token:c1"},
                "label": {"fontSize": 10, "color": "token:on-accent", "offset": [0, 0] if comes else [0, 6]},
            }
        )  # fmt: skip
    return marks
