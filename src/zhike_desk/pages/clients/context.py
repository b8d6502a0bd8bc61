"""What the list of clients shows, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString

from zhike_desk.records.queries import clients, listing
from zhike_desk.records.queries.listing import Asked, Bound, Column
from zhike_desk.records.queries.reference import Meaning
from zhike_desk.records.viewer import Viewer
from zhike_desk.ui import lists, marks, measured
from zhike_desk.ui.acts import who
from zhike_desk.ui.lists import Choice, Filter, Head
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.templatetags import zhike as writing
from zhike_desk.ui.words import word

LISTED = clients.LISTED
_KEY = "0key0"
_RETURNS = frozenset({"twr_12m", "pnl_3m"})
_UNITS = {
    "money": ("万元", "10k CNY"),
    "yuan": ("元", "CNY"),
    "fraction": ("%", "%"),
    "count": ("天", "days"),
    "number": ("分", "points"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One client's line: where it leads, where its reasons are asked for, the name, the number, the cells."""

    key: str
    url: str
    why_url: str
    name: str
    number: str
    cells: SafeString
    mark: SafeString
    opt_out: bool


@dataclass(frozen=True, slots=True)
class Range:
    """One figure that can be filtered by bounds."""

    name: str
    title: str
    unit: str
    low: str
    high: str
    type: str


@dataclass(frozen=True, slots=True)
class ClientsPage:
    """The page: heads, lines, the filters, the pages beside it."""

    heads: Sequence[Head]
    lines: Sequence[Line]
    filters: Sequence[Filter]
    choices: Sequence[Choice]
    ranges: Sequence[Range]
    newer_url: str
    older_url: str
    query: str
    hidden: Sequence[tuple[str, str]]
    order: str
    texts: Mapping[str, str]
    can_save: bool
    can_share: bool
    can_care: bool
    can_move: bool
    can_export: bool


def build(state: Asked, page: clients.Page, viewer: Viewer, measures: Mapping[str, Meaning]) -> ClientsPage:
    """Turn a page of clients into what the template writes."""
    pseudonym = viewer.need("client.list").pseudonym
    saving = viewer.may("view.save")
    # one address for all rows, whose keys are letters and digits: to reverse each costs more than to write the row
    where = f"{reverse('client', args=[_KEY])}?{urlencode({'in': _query(state)})}"
    asks = reverse("client_why", args=[_KEY])
    columns = [LISTED.columns[name] for name in state.shown]
    return ClientsPage(
        heads=[
            *(_head(c, state, pseudonym) for c in columns),
            *(_measure_head(measures[n]) for n in state.extra),
        ],
        lines=[_line(row, columns, [measures[n] for n in state.extra], where, asks) for row in page.rows],
        filters=_filters(state, measures),
        choices=[_choice(name, state) for name in LISTED.choices],
        ranges=[_range(c, state) for c in LISTED.columns.values() if c.figure or c.kind == "date"],
        newer_url=_beside(state, before=page.newer),
        older_url=_beside(state, after=page.older),
        query=_query(state),
        hidden=hidden(state),
        order=_order(state),
        texts={name: state.texts.get(name, "") for name in LISTED.texts},
        can_save=saving is not None,
        can_share=saving is not None and saving.scope != "self",
        can_care=viewer.may("care.write") is not None,
        can_move=viewer.may("client.move") is not None,
        can_export=lists.exported(viewer),
    )


def _beside(state: Asked, **cursor: str) -> str:
    return f"{reverse('clients')}?{_query(state, **cursor)}" if any(cursor.values()) else ""


def _order(state: Asked) -> str:
    column = LISTED.columns[state.sort]
    way = told("从高到低", "highest first") if state.descending else told("从低到高", "lowest first")
    if column.name == "sort_key":
        way = told("拼音", "by pinyin")
    return told(f"按{said(column.title)}排列，{way}", f"Sorted by {said(column.title).lower()}, {way}")


def hidden(state: Asked, *, all_of_it: bool = False) -> list[tuple[str, str]]:
    """Return the parts of a list's state that a form must carry along: those it has no field for."""
    fields = (
        set()
        if all_of_it
        else {
            *LISTED.choices,
            *LISTED.texts,
            *(f"{n}.{end}" for n in LISTED.columns for end in ("min", "max")),
        }
    )
    return [(name, value) for name, value in parse_qsl(_query(state)) if name not in fields]


def _query(state: Asked, **changed: str | None) -> str:
    return listing.written(state, LISTED, **changed)


def _unit(column: Column) -> str:
    said_already = column.name == "score" or column.name.startswith("days_")  # in its title
    return told(*_UNITS[column.kind]) if column.kind in _UNITS and not said_already else ""


def _head(column: Column, state: Asked, pseudonym: bool) -> Head:
    named = not (pseudonym and column.name == "sort_key")
    return lists.head(LISTED, column, state, unit=_unit(column), sortable=named)


def _measure_head(measure: Meaning) -> Head:
    meaning = f"{said(measure.says)} {told('区间：', 'Window: ')}{said(measure.window)}"
    return Head(said(measure.label), measured.shown_unit(measure.unit), meaning, "", "", True)


def _line(
    row: clients.Row, columns: Sequence[Column], measures: Sequence[Meaning], where: str, asks: str
) -> Line:
    cells = [_cell(c, row) for c in columns if c.name != "sort_key"]
    cells += [
        f'<td class="n">{escape(measured.written(row.measures.get(m.name), m.unit))}</td>' for m in measures
    ]
    url = where.replace(_KEY, row.key, 1)  # with the list they stand in, for the clients beside them
    why = asks.replace(_KEY, row.key, 1)
    return Line(row.key, url, why, row.name, row.number, SafeString("".join(cells)), _mark(row), row.opt_out)


def _mark(row: clients.Row) -> SafeString:
    """Tell institutions and products apart beside the name: their scores are on scales of their own."""
    kind = "" if row.kind == "individual" else row.kind
    return SafeString(f" {marks.chip('kind', kind)}") if kind else SafeString("")


def _cell(column: Column, row: clients.Row) -> str:
    """Write one cell; numbers, days and known classes need no escaping, and a list has hundreds of them."""
    value = row.values[column.name]
    if column.kind == "choice":
        return f"<td>{marks.chip(column.name, value)}</td>"
    if column.kind == "date":
        return f'<td class="n">{writing.day(value)}</td>'
    if column.name == "staff_id":
        return f"<td>{escape(row.staff)}</td>"
    coloured = f" {writing.direction(value)}" if column.name in _RETURNS else ""
    return f'<td class="n{coloured}">{_figure(column, value)}</td>'


def _figure(column: Column, value: Any) -> SafeString | str:
    if column.name in _RETURNS:
        return (
            writing.signed_percent(value).removesuffix("%")
            if column.kind == "fraction"
            else writing.signed_wan(value)
        )
    if column.kind == "money":
        return writing.wan(value)
    if column.kind == "yuan":
        return writing.whole(value)
    if column.kind == "fraction":
        return writing.percent(value).removesuffix("%")  # the sign is in the heading
    return writing.whole(value) if column.kind == "count" else writing.number(value)


def _filters(state: Asked, measures: Mapping[str, Meaning]) -> list[Filter]:
    found = []
    for name, wanted in state.choices.items():
        words = lists.named(said(LISTED.columns[name].title), *(word(name, v) for v in wanted))
        found.append(lists.without(LISTED, state, words, name))
    for name, bound in state.bounds.items():
        column = LISTED.columns[name]
        words = f"{said(column.title)} {_ends(bound, column.scale)} {_unit(column)}".strip()
        found.append(lists.without(LISTED, state, words, f"{name}.min", f"{name}.max"))
    for name, bound in state.measures.items():
        words = f"{said(measures[name].label)} {_ends(bound)}"
        found.append(lists.without(LISTED, state, words, f"m.{name}.min", f"m.{name}.max"))
    return found + [lists.without(LISTED, state, _text(n, v), n) for n, v in state.texts.items()]


def _text(name: str, value: str) -> str:
    if name == "opt_out":
        return (
            told("拒绝营销", "No marketing") if value == "1" else told("未拒绝营销", "Marketing not refused")
        )
    if name == "staff_id":
        value = who(value)
    titles = {
        "tag": told("标签", "Tag"),
        "staff_id": told("客户经理", "Manager"),
        "q": told("查找", "Looked for"),
    }
    return lists.named(titles[name], value)


def _ends(bound: Bound, scale: float = 1.0) -> str:
    low, high = _end(bound.low, scale), _end(bound.high, scale)
    if low and high:
        return f"{low} – {high}"
    return f"≥ {low}" if low else f"≤ {high}"


def _end(value: float | date | None, scale: float = 1.0) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else f"{value / scale:,.12g}"


def _choice(name: str, state: Asked) -> Choice:
    title = said(LISTED.columns[name].title)
    return lists.choice(name, title, [(v, word(name, v)) for v in LISTED.choices[name]], state)


def _range(column: Column, state: Asked) -> Range:
    bound = state.bounds.get(column.name, Bound())
    low, high = (
        ("" if e is None else e.isoformat() if isinstance(e, date) else f"{e / column.scale:.12g}")
        for e in (bound.low, bound.high)
    )
    type_ = "date" if column.kind == "date" else "number"
    return Range(column.name, said(column.title), _unit(column), low, high, type_)
