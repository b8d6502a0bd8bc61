"""Figures inside sentences, in the request's language."""

from __future__ import annotations

from django.utils.html import format_html

from zhike_desk.ui.figures import minus
from zhike_desk.ui.speech import chinese, told
from zhike_desk.ui.templatetags.zhike import NOTHING


def money(value: float) -> str:
    """Write CNY in a sentence: 万元 with one decimal in Chinese (元 below a thousand), whole CNY in English."""
    sign = "−" if value < 0 else ""
    if not chinese():
        return f"{sign}CNY {abs(value):,.0f}"
    return f"{sign}{abs(value) / 1e4:,.1f} 万元" if abs(value) >= 1_000 else f"{sign}{abs(value):,.0f} 元"


def between(low: float, high: float) -> tuple[str, str]:
    """Write two ends of a range in CNY, both in the unit that the larger one takes."""
    if chinese() and max(abs(low), abs(high)) < 10_000:
        return minus(f"{low:,.0f}"), minus(f"{high:,.0f} 元")
    return money(low), money(high)


def signed_money(value: float) -> str:
    """Write CNY in a sentence with its sign."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{money(abs(value))}"


def sized(value: float | None, *, signed: bool = False) -> tuple[str, str]:
    """Write CNY as a large figure and its unit: 万元 with one decimal, below 10,000 whole 元; the exact value on hover."""
    if value is None:
        return NOTHING, ""
    small = abs(value) < 10_000
    sign = "−" if value < 0 else "+" if signed and value > 0 else ""
    text = f"{sign}{abs(value):,.0f}" if small else f"{sign}{abs(value) / 1e4:,.1f}"
    exact = format_html('<data value="{}" title="{}">{}</data>', value, minus(f"{value:,.2f}"), text)
    return exact, told("元", "CNY") if small else told("万元", "10k CNY")


def share(value: float, decimals: int = 0) -> str:
    """Write a fraction as per cent."""
    return minus(f"{value:.{decimals}%}")


def chance(value: float) -> str:
    """Write a probability as per cent: one that rounds to all or nothing is told as more than 99 % or less than 1 %."""
    if value > 0.99:
        return ">99%"
    return "<1%" if value < 0.01 else share(value)


def signed_share(value: float, decimals: int = 1) -> str:
    """Write a fraction as per cent with its sign."""
    return minus(f"{value:+.{decimals}%}")


def listed(parts: list[str]) -> str:
    """Join parts of a sentence as the language does."""
    return told("、", ", ").join(parts)


def sentences(parts: list[str]) -> str:
    """Join sentences, each with its own full stop already."""
    return told("", " ").join(parts)
