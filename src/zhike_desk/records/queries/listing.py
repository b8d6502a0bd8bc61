"""The one list engine: columns, filters, sort, keyset pages, capped counts; its whole state is the URL's query.

A page is read by keyset, never by offset: `a <= x AND (a < x OR key < k)`, whose outer bound lets the index of
(column, key) be entered where the page begins. Sort columns hold no null (`UNKNOWN` sorts last; ascending lists leave
it out). Counts stop at a cap: no page costs more because the branch is larger.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from operator import attrgetter
from typing import Any, Literal
from urllib.parse import urlencode

from django.db.models import F, Func, Q, QuerySet

from zhike.base.text import Said, say
from zhike_desk.records.book import UNKNOWN
from zhike_desk.records.refusals import Refused

Kind = Literal["text", "choice", "money", "yuan", "fraction", "number", "count", "date"]
PAGE = 50
COUNT_CAP = 10_000
MOST_FILTERS = 12
_NAME = re.compile(r"[A-Za-z0-9]{1,60}")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list: what it is called, what it says, how it is written, whether it can be sorted by."""

    name: str
    title: Said
    kind: Kind
    meaning: Said
    sortable: bool = False
    group: str = ""

    @property
    def figure(self) -> bool:
        """Tell whether the column holds a number (right-aligned, filtered by bounds)."""
        return self.kind in ("money", "yuan", "fraction", "number", "count")

    @property
    def scale(self) -> float:
        """Return what one of the unit it is shown in is of its own: 10,000 for money, which lists show in 万元."""
        return {"money": 10_000.0, "fraction": 0.01}.get(self.kind, 1.0)


@dataclass(frozen=True, slots=True)
class Bound:
    """A column held between two ends; None is open."""

    low: float | date | None = None
    high: float | date | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """What a kind of list offers: its columns, the choices of its classes, what it is sorted by unless told."""

    page: str
    key: str
    columns: Mapping[str, Column]
    choices: Mapping[str, tuple[str, ...]]
    shown: tuple[str, ...]
    sort: str
    texts: tuple[str, ...] = ("tag",)
    named: str = ""
    """A unique column by which cursors name rows, where neither key nor sorted value may stand in an address."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as its URL asks for it."""

    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bounds: Mapping[str, Bound] = field(default_factory=dict)
    measures: Mapping[str, Bound] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    sort: str = ""
    descending: bool = True
    after: tuple[Any, str] | None = None
    before: tuple[Any, str] | None = None

    @property
    def filtered(self) -> int:
        """Count the filters that are set."""
        return len(self.choices) + len(self.bounds) + len(self.measures) + len(self.texts)


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of rows, and the cursors of the pages beside it (empty where there is none)."""

    rows: tuple[Any, ...]
    newer: str
    older: str


def asked(listed: Listed, query: Mapping[str, Sequence[str]], measures: Iterable[str] = ()) -> Asked:
    """Read a list's state from the query of its URL; raise Refused, naming the part, for what can't be understood.

    `logic=value,trend` classes · `net_now.min=100000`, `opened_on.max=2024-12-31` bounds · `m.turnover_3m.min=2` bounds of a
    measure (its name must be among `measures`) · `units=shown`: bounds of columns are in the units these are shown in · `tag=…` · `sort=-score` · `cols=…`, `col=m.…` columns · `after=`, `before=` cursors.
    """
    known = frozenset(measures)
    found = _filters(listed, query, known)
    sort = _one(query, "sort") or listed.sort
    name, descending = sort.lstrip("-"), sort.startswith("-")
    if name not in listed.columns or not listed.columns[name].sortable:
        raise _cant("sort", sort)
    chosen = ",".join(query.get("cols", ())).split(",")
    shown = tuple(dict.fromkeys(c for c in chosen if c in listed.columns)) or listed.shown
    extra = tuple(c[2:] for c in query.get("col", ()) if c.startswith("m.") and c[2:] in known)[:6]
    return replace(
        found,
        shown=shown,
        extra=extra,
        sort=name,
        descending=descending,
        after=_cursor(query, "after", listed, listed.columns[name]),
        before=_cursor(query, "before", listed, listed.columns[name]),
    )


def _filters(listed: Listed, query: Mapping[str, Sequence[str]], known: frozenset[str]) -> Asked:
    choices: dict[str, tuple[str, ...]] = {}
    ends: dict[str, dict[str, float | date | None]] = {}
    scaled = _one(query, "units") == "shown"
    texts: dict[str, str] = {}
    for name, values in query.items():
        value = values[-1].strip() if values else ""
        stem, _, end = name.rpartition(".")
        if not value:
            continue
        if name in listed.choices:
            wanted = tuple(dict.fromkeys(v for part in values for v in part.split(",") if v))
            if set(wanted) - set(listed.choices[name]):
                raise _cant(name, value)
            choices[name] = wanted
        elif end in ("min", "max"):
            ends.setdefault(stem, {})[end] = _end(listed, stem, value, known, scaled)
        elif name in listed.texts:
            texts[name] = value[:40]
    bounds = {stem: Bound(pair.get("min"), pair.get("max")) for stem, pair in ends.items()}
    if len(choices) + len(bounds) + len(texts) > MOST_FILTERS:
        raise Refused(say(f"最多 {MOST_FILTERS} 个筛选条件。", f"No more than {MOST_FILTERS} filters."))
    return Asked(
        choices=choices,
        bounds={s: b for s, b in bounds.items() if not s.startswith("m.")},
        measures={s[2:]: b for s, b in bounds.items() if s.startswith("m.")},
        texts=texts,
    )


def _end(listed: Listed, stem: str, value: str, known: frozenset[str], scaled: bool = False) -> float | date:
    column = listed.columns.get(stem)
    if stem.startswith("m.") and stem[2:] in known:
        kind: Kind = "number"
    elif column is not None and (column.figure or column.kind == "date"):
        kind = column.kind
    else:
        raise _cant(stem, value)
    if kind == "date":
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise _cant(stem, value) from error
    if not _NUMBER.fullmatch(value):
        raise _cant(stem, value)
    return round(float(value) * column.scale, 9) if scaled and column is not None else float(value)


def _one(query: Mapping[str, Sequence[str]], name: str) -> str:
    values = query.get(name) or ("",)
    return values[-1]


def _cant(name: str, value: str) -> Refused:
    return Refused(
        say(
            f"筛选条件 {name} = {value[:40]} 无法理解，请清除后重试。",
            f"The filter {name} = {value[:40]} can't be understood; clear it and try again.",
        )
    )


class Seen(Func):
    """A column that is looked at and never entered by: SQLite takes no index for it. PostgreSQL knows from statistics what pays."""

    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Write it with the sign that hides a column from SQLite's planner."""
        return self.as_sql(compiler, connection, template="+%(expressions)s", **more)


def matching(rows: QuerySet[Any], state: Asked, by: str | None = None) -> QuerySet[Any]:
    """Keep of `rows` what classes and bounds of the columns ask for (texts and measures are the list's own matter).

    `by` names the only bound whose index may be entered, "" none of them; None leaves it to the database.
    """
    for name, wanted in state.choices.items():
        rows = rows.filter(**({f"{name}__in": wanted} if len(wanted) > 1 else {name: wanted[0]}))
    for name, bound in state.bounds.items():
        column = name
        if by not in (None, name):
            column = f"seen_{name}"
            rows = rows.alias(**{column: Seen(F(name))})
        if bound.low is not None:
            rows = rows.filter(**{f"{column}__gte": bound.low})
        if bound.high is not None:
            rows = rows.filter(**{f"{column}__lte": bound.high})
            if bound.low is None and not isinstance(bound.high, date):
                rows = rows.filter(**{f"{column}__gt": UNKNOWN})
    return rows


def sliced(
    listed: Listed,
    rows: QuerySet[Any],
    state: Asked,
    size: int = PAGE,
    *,
    gathered: bool = False,
    also: QuerySet[Any] | None = None,
) -> Slice:
    """Read one page of `rows`, in one query of `size` + 1 rows, entered by the index of (sort, key); `gathered`: few fit, they are sorted.

    Rows of another table that stand in the same list (`also`, with columns of the same names, keys told apart) take another.
    """
    backwards = state.before is not None
    state = _placed(rows, listed, state)
    read = list(entered(listed, rows, state, size + 1, gathered=gathered))
    if also is not None:
        both = [*read, *entered(listed, also, state, size + 1)]
        read = sorted(both, key=attrgetter(state.sort, listed.key), reverse=state.descending != backwards)
    more, read = len(read) > size, read[:size]
    if backwards:
        read.reverse()
    newer = more if backwards else state.after is not None
    older = True if backwards else more
    return Slice(
        tuple(read),
        _mark(read[0], state, listed) if read and newer else "",
        _mark(read[-1], state, listed) if read and older else "",
    )


def entered(
    listed: Listed, rows: QuerySet[Any], state: Asked, most: int, *, gathered: bool = False
) -> QuerySet[Any]:
    """Return the first `most` of `rows` beyond the mark of `state`, from there on in its direction."""
    descending = state.descending != (state.before is not None)
    found = _beyond(rows, listed.key, state, descending)
    if not state.descending and listed.columns[state.sort].figure:
        found = found.filter(**{f"{state.sort}__gt": UNKNOWN})
    places: list[F | Func] = [F(name) for name in (state.sort, listed.key)]
    if gathered:
        places = [Seen(place) for place in places]
    return found.order_by(*(place.desc() if descending else place.asc() for place in places))[:most]


def _beyond(rows: QuerySet[Any], key: str, state: Asked, descending: bool) -> QuerySet[Any]:
    mark = state.before if state.before is not None else state.after
    if mark is None:
        return rows
    value, last = mark
    way = "lt" if descending else "gt"
    return rows.filter(**{f"{state.sort}__{way}e": value}).filter(
        Q(**{f"{state.sort}__{way}": value}) | Q(**{f"{key}__{way}": last})
    )


def _placed(rows: QuerySet[Any], listed: Listed, state: Asked) -> Asked:
    """Look up where a row stands that a cursor only names; one query, by a unique index."""
    mark = state.before if state.before is not None else state.after
    if not listed.named or mark is None:
        return state
    found = rows.model._default_manager.filter(**{listed.named: mark[1]}).values_list(state.sort, listed.key)
    place = found.first()
    if place is None:
        raise _cant("after", mark[1])
    return replace(state, before=place) if state.before is not None else replace(state, after=place)


def _mark(row: Any, state: Asked, listed: Listed) -> str:
    if listed.named:
        return str(getattr(row, listed.named))
    value = getattr(row, state.sort)
    plain = value.isoformat() if isinstance(value, date) else value
    text = json.dumps([plain, str(getattr(row, listed.key))], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _cursor(
    query: Mapping[str, Sequence[str]], name: str, listed: Listed, column: Column
) -> tuple[Any, str] | None:
    text = _one(query, name)
    if not text:
        return None
    if listed.named:
        if not _NAME.fullmatch(text):
            raise _cant(name, text)
        return None, text
    try:
        value, key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if column.kind == "date":
            value = date.fromisoformat(value)
        elif column.figure != isinstance(value, int | float) or not isinstance(key, str):
            raise _cant(name, text)
    except (ValueError, TypeError, binascii.Error) as error:
        raise _cant(name, text) from error
    return value, key


def counted(rows: QuerySet[Any], cap: int = COUNT_CAP) -> tuple[int, bool]:
    """Count rows up to `cap`; tell whether there are more."""
    found = rows.order_by()[: cap + 1].count()
    return min(found, cap), found > cap


def beside(listed: Listed, state: Asked, found: Slice) -> tuple[str, str]:
    """Return the queries of the pages before and after one that was read; empty where there is none."""
    newer = written(state, listed, before=found.newer) if found.newer else ""
    return newer, written(state, listed, after=found.older) if found.older else ""


def written(state: Asked, listed: Listed, **changed: str | None) -> str:
    """Write a list's state as a query string, with parts changed (None takes a part out)."""
    parts: list[tuple[str, str]] = [(name, ",".join(values)) for name, values in state.choices.items()]
    for stem, bound in [*state.bounds.items(), *((f"m.{n}", b) for n, b in state.measures.items())]:
        for end, value in (("min", bound.low), ("max", bound.high)):
            if value is not None:
                parts.append(
                    (f"{stem}.{end}", value.isoformat() if isinstance(value, date) else f"{value:.15g}")
                )
    parts += list(state.texts.items())
    sort = f"{'-' if state.descending else ''}{state.sort}"
    if sort != listed.sort:
        parts.append(("sort", sort))
    if state.shown != listed.shown:
        parts.append(("cols", ",".join(state.shown)))
    parts += [("col", f"m.{name}") for name in state.extra]
    parts = [(n, v) for n, v in parts if n not in changed]
    parts += [(n, v) for n, v in changed.items() if v]
    return urlencode(parts)
