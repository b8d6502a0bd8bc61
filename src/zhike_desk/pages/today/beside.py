"""What stands beside the day's list: what the night changed, large flows, the market in one line."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from zhike_desk.records.queries.overnight import Change, Flow, Market, Overnight, Tendency
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.words import word

CLASS_NAMES = {"stage": ("阶段", "Stage"), "logic": ("逻辑", "Logic"), "grade": ("等级", "Grade")}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A class that the night changed, with where it leads."""

    url: str
    name: str
    group: str
    title: str
    value: str
    why: str


def changes(found: Overnight) -> list[ChangeLine]:
    """Turn the night's changes into lines."""
    return [_change(c) for c in found.changes]


def _change(change: Change) -> ChangeLine:
    return ChangeLine(
        url=reverse("client", args=[change.key]),
        name=change.name,
        group=change.table,
        title=told(*CLASS_NAMES[change.table]),
        value=change.value,
        why=said(change.why),
    )


def flows(found: Overnight) -> list[tuple[str, Flow, str]]:
    """Return the night's large flows, each with where it leads and its sentence."""
    return [(reverse("client", args=[f.key]), f, said(f.text)) for f in found.flows]


def market_line(market: Market) -> str:
    """Say the market in one line: money effect, change, state."""
    if market.money_effect is None:
        return told(
            f"市场状态：{word('state', market.state)}。",
            f"The market is {word('state', market.state).lower()}.",
        )
    moved = "" if market.before is None else _moved(market.money_effect - market.before)
    return told(
        f"赚钱效应 {market.money_effect:.0f}（0–100）{moved}，市场{word('state', market.state)}。",
        f"Money effect {market.money_effect:.0f} of 100{moved}: {word('state', market.state).lower()}.",
    )


def _moved(by: float) -> str:
    if abs(by) < 0.5:
        return told("，与前一日持平", ", as the day before")
    return told(
        f"，较前一日{'升' if by > 0 else '降'} {abs(by):.0f}",
        f", {'up' if by > 0 else 'down'} {abs(by):.0f} on the day before",
    )


def tendency(found: Tendency, state: str) -> str:
    """Say what clients of a logic did while the market was in its present state."""
    bought = told("净买入", "bought net") if found.net_buy >= 0 else told("净卖出", "sold net")
    won = told("盈利", "made") if found.pnl >= 0 else told("亏损", "lost")
    return told(
        f"{word('logic', found.logic)} {found.clients} 位：{word('state', state)}的日子里此类客户{bought} {abs(found.net_buy) / 1e4:,.0f} 万元，{won} {abs(found.pnl) / 1e4:,.0f} 万元。",
        f"{word('logic', found.logic)}, {found.clients} clients here: on such days clients of this logic {bought} {abs(found.net_buy) / 1e6:,.1f}m and {won} {abs(found.pnl) / 1e6:,.1f}m CNY.",
    )
