"""How counts and money of segments are written."""

from __future__ import annotations

from zhike_desk.records.queries.segments import Group
from zhike_desk.ui.figures import minus
from zhike_desk.ui.speech import told
from zhike_desk.ui.words import word


def whole(value: int | None) -> str:
    """Write a count; `<5` where it isn't told."""
    return "<5" if value is None else f"{value:,}"


def figure(value: float | None) -> str:
    """Write CNY in 万元 (the unit is in the header); a dash where it isn't told."""
    return "—" if value is None else minus(f"{value / 1e4:,.1f}")


def money(value: float | None) -> str:
    """Write CNY within a sentence."""
    amount = value or 0.0
    if abs(amount) >= 1e8:
        return minus(told(f"{amount / 1e8:,.2f} 亿元", f"CNY {amount / 1e6:,.0f}m"))
    return minus(told(f"{amount / 1e4:,.1f} 万元", f"CNY {amount / 1e6:,.2f}m"))


def text(group: Group, show: str) -> str:
    """Write the figure `show` (clients, assets, revenue) of some clients: `<5` where it isn't told, a point where there is nobody."""
    if group.hidden:
        return "<5"
    if not group.clients:
        return "·"
    return whole(group.clients) if show == "clients" else figure(getattr(group, show))


def class_name(group: str, value: str) -> str:
    """Name a class; what has none isn't told."""
    return word(group, value) if value else told("未判定", "not told")


def figure_name(name: str) -> str:
    """Name a figure of the map."""
    return {
        "clients": told("客户数", "Clients"),
        "assets": told("净资产", "Net assets"),
        "revenue": told("近12月创收", "Revenue, 12 m"),
    }[name]


def unit(show: str) -> str:
    """Name the unit a figure of the map is written in."""
    return told("位", "clients") if show == "clients" else told("万元", "10k CNY")
