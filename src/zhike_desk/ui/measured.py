"""How a measure is written: its figure as its unit asks, its unit in words."""

from __future__ import annotations

from collections.abc import Mapping

from zhike.base.measure import UNITS
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.templatetags.zhike import NOTHING, number, percent, wan

_DECIMALS: Mapping[str, int] = {
    "times": 2,
    "ratio": 2,
    "per month": 2,
    "places": 2,
    "years": 1,
    "securities": 1,
    "groups": 0,
}


def written(value: float | None, unit: str) -> str:
    """Write a figure as its unit asks; money in 万元, whose unit stands beside it (`shown_unit`)."""
    if value is None:
        return NOTHING
    if unit == "CNY":
        return wan(value)
    if unit == "log per day" or unit.startswith("fraction per"):
        return percent(value, 2)
    if unit.startswith("fraction"):
        return percent(value)
    return number(value, _DECIMALS.get(unit, 0))


def shown_unit(unit: str) -> str:
    """Name the unit that `written` writes in, as a column's head has it; nothing where the figure has it already."""
    if unit == "CNY":
        return told("万元", "10k CNY")
    if unit in ("fraction", "ratio"):
        return ""
    return asked_unit(unit)


def asked_unit(unit: str) -> str:
    """Name the unit a figure is given in where one types it, or takes it out in a file."""
    if unit == "fraction":
        return told("小数，0.1 即 10%", "0.1 is 10 %")
    return said(UNITS[unit]) if unit in UNITS else unit
