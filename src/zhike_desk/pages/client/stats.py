"""The row of figures above a client: each with what it means, and where it is a score, why it is so."""

from __future__ import annotations

from dataclasses import dataclass

from zhike_desk.pages.client import whys
from zhike_desk.pages.client.expected_view import UNVALUED, YEAR
from zhike_desk.pages.client.sums import between, money, signed_money, signed_share, sized
from zhike_desk.pages.client.value_view import ValueView
from zhike_desk.pages.client.whys import Ground
from zhike_desk.records.queries.client import Portrait
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.templatetags.zhike import direction, number, signed_percent
from zhike_desk.ui.why import Why
from zhike_desk.ui.words import word


@dataclass(frozen=True, slots=True)
class Stat:
    """One figure: its name, as written, its unit, the class of its colour, what stands below it, why."""

    name: str
    value: str
    unit: str = ""
    tone: str = ""
    beside: str = ""
    why: Why | None = None


def stats(g: Ground, value: ValueView, scored: Why, expected: Why) -> list[Stat]:
    """Return the figures above a client, the same six for everybody; what isn't known is a dash. `scored`, `expected`: why the last two are so."""
    found = g.found
    net, pnl, twr = found.figure("net_now"), found.figure("pnl_3m"), found.figure("twr_12m")
    return [
        Stat(_called(g, "net_now"), *sized(net), "", _flow(found), whys.net(g)),
        Stat(_called(g, "pnl_3m"), *sized(pnl, signed=True), direction(pnl), _year(found), whys.profit(g)),
        Stat(_called(g, "twr_12m"), signed_percent(twr), "", direction(twr), _index(found), whys.rate(g)),
        Stat(_called(g, "revenue_12m"), *sized(found.figure("revenue_12m")), "", _lately(found), whys.revenue(g)),
        Stat(told("价值得分", "Value score"), number(value.score), told("分", "points"), "", _graded(value), scored),
        Stat(told("未来12月贡献", "Expected, 12 m"), *sized(found.figure("clv_p50")), "", _range(found), expected),
    ]  # fmt: skip


def _called(g: Ground, measure: str) -> str:
    return said(g.meanings[measure].label) if measure in g.meanings else measure


def _flow(found: Portrait) -> str:
    flow = found.figure("net_flow_3m")
    if flow is None or abs(flow) < 1:
        return told("近 3 月无净流入流出", "No net flow in 3 months")
    return told(
        f"近 3 月净流{'入' if flow > 0 else '出'} {money(abs(flow))}",
        f"3 months: {'in' if flow > 0 else 'out'} {money(abs(flow))}",
    )


def _year(found: Portrait) -> str:
    pnl = found.measure("pnl_12m")
    return told(f"近 12 月 {signed_money(pnl)}", f"12 months {signed_money(pnl)}") if pnl is not None else ""


def _index(found: Portrait) -> str:
    index = found.measure("index_return_12m")
    return (
        told(f"同期指数 {signed_share(index)}", f"Index {signed_share(index)}") if index is not None else ""
    )


def _lately(found: Portrait) -> str:
    cost, revenue = found.measure("cost_to_serve_12m"), found.measure("revenue_3m")
    parts = [told(f"近 3 月 {money(revenue)}", f"3 months {money(revenue)}")] if revenue is not None else []
    parts += [told(f"服务成本 {money(cost)}", f"cost {money(cost)}")] if cost else []
    return told("，", ", ").join(parts)


def _graded(value: ValueView) -> str:
    if not value.grade:
        return told("未评级", "Not graded")
    rank = told(f" · 第 {value.rank} 名", f" · place {value.rank}") if value.rank is not None else ""
    return f"{word('grade', value.grade)}{rank}"


def _range(found: Portrait) -> str:
    if found.row.kind in UNVALUED:
        return told("机构与产品户不推算", "Not for institutions")
    year = next((e for e in found.expected if e.months == YEAR), None)
    if year is None:
        return ""
    low, high = between(year.low, year.high)
    return told(f"八成在 {low} 至 {high}", f"four in five: {low} to {high}")
