"""How counts and money of segments are written."""

from __future__ import annotations

from zhike_desk.ui.figures import minus
from zhike_desk.ui.speech import told


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
