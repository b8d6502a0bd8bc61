"""Columns of the list beyond its own: how measures are headed and written, and which columns can be chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.html import escape

from zhike_desk.records.queries import clients
from zhike_desk.records.queries.listing import Asked
from zhike_desk.records.queries.reference import Meaning
from zhike_desk.ui.lists import Head
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.templatetags import zhike as writing

_UNITS: Mapping[str, tuple[str, str]] = {
    "CNY": ("万元", "10k CNY"),
    "fraction": ("%", "%"),
    "fraction a year": ("%/年", "% a year"),
    "fraction per 10 points": ("%/10 分", "% per 10 points"),
    "fraction of the scale": ("占满分 %", "% of the scale"),
    "places": ("位次", "places"),
    "days": ("天", "days"),
    "calendar days": ("自然日", "calendar days"),
    "trading days": ("交易日", "trading days"),
    "ratio": ("比", "ratio"),
    "times": ("倍", "times"),
    "round trips": ("轮", "round trips"),
    "log per day": ("对数/日", "log per day"),
    "trades": ("笔", "trades"),
    "orders": ("笔", "orders"),
    "positions": ("只", "positions"),
    "securities": ("只", "securities"),
    "products": ("只", "products"),
    "logins": ("次", "logins"),
    "contacts": ("次", "contacts"),
    "complaints": ("次", "complaints"),
    "decisions": ("次", "decisions"),
    "years": ("年", "years"),
    "months": ("月", "months"),
    "per month": ("每月", "per month"),
    "minutes": ("分钟", "minutes"),
    "people": ("人", "people"),
    "clients": ("位", "clients"),
    "accounts": ("户", "accounts"),
    "leads": ("条", "leads"),
    "groups": ("类", "groups"),
    "grade": ("级", "grade"),
    "yes or no": ("是 1 否 0", "yes 1, no 0"),
}


def measure_head(name: str, meaning: Meaning | None) -> Head:
    """Return the head of a measure: its name, its unit, what it says."""
    if meaning is None:
        return Head(name, "", "", "", "", True)
    unit = told(*_UNITS.get(meaning.unit, (meaning.unit, meaning.unit)))
    return Head(name, unit, said(meaning.says), "", "", True)


def measure_cell(value: float | None, meaning: Meaning | None) -> str:
    """Write a measure as its unit asks, the exact value on hover."""
    unit = meaning.unit if meaning else ""
    if not writing.known(value) or value is None:
        return writing.NOTHING
    if unit == "CNY":
        return writing.wan(value)
    if unit.startswith("fraction"):
        shown = f"{value * 100:z,.1f}"
    else:
        shown = writing.number(value, 0 if "days" in unit else 2)
    return f'<data value="{value:.15g}" title="{value:,.15g}">{escape(shown)}</data>'


def chooser(state: Asked) -> Sequence[tuple[str, str, str, bool]]:
    """Return the columns that can be shown, as (field, value, title, chosen): those of the list, then measures that are shown."""
    own = [
        ("cols", c.name, said(c.title), c.name in state.shown)
        for c in clients.LISTED.columns.values()
        if c.name != "sort_key"
    ]
    return own + [("col", f"m.{name}", name, True) for name in state.extra]
