"""Figures inside sentences, in the request's language."""

from __future__ import annotations

from zhike_desk.ui.speech import chinese, told


def money(value: float) -> str:
    """Write CNY in a sentence: 万元 with one decimal in Chinese (元 below a thousand), whole CNY in English."""
    if not chinese():
        return f"CNY {value:,.0f}"
    return f"{value / 1e4:,.1f} 万元" if abs(value) >= 1_000 else f"{value:,.0f} 元"


def signed_money(value: float) -> str:
    """Write CNY in a sentence with its sign."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{money(abs(value))}"


def share(value: float, decimals: int = 0) -> str:
    """Write a fraction as per cent."""
    return f"{value:.{decimals}%}"


def signed_share(value: float, decimals: int = 1) -> str:
    """Write a fraction as per cent with its sign."""
    return f"{value:+.{decimals}%}".replace("-", "−")


def listed(parts: list[str]) -> str:
    """Join parts of a sentence as the language does."""
    return told("、", ", ").join(parts)


def sentences(parts: list[str]) -> str:
    """Join sentences, each with its own full stop already."""
    return told("", " ").join(parts)
