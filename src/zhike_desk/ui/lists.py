"""How lists look: the heads of columns, classes to filter by, filters that are set. Each list says only what it calls things."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from zhike_desk.records.queries import listing
from zhike_desk.records.queries.listing import Asked, Column, Listed
from zhike_desk.records.queries.views import saved
from zhike_desk.records.viewer import Viewer
from zhike_desk.ui.speech import said, told


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: its title and unit, what a click on it sorts by (empty: nothing), how it is sorted now."""

    title: str
    unit: str
    meaning: str
    query: str
    sorted: str
    figure: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One class that can be filtered by: its name, its choices as (value, name, chosen)."""

    name: str
    title: str
    options: Sequence[tuple[str, str, bool]]
    chosen: int


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter that is set, in words, and the query without it."""

    words: str
    without: str


def named(title: str, *values: str) -> str:
    """Say what a filter is set to, in the request's language."""
    return told("：", ": ").join((title, told("、", ", ").join(values)))


def head(
    listed: Listed, column: Column, state: Asked, *, unit: str = "", sortable: bool = True, down: bool = True
) -> Head:
    """Return a column's head; the first click sorts downwards where `down`, the next one turns it round."""
    here = column.name == state.sort
    descending = not state.descending if here else down
    wanted = f"{'-' if descending else ''}{column.name}"
    return Head(
        title=said(column.title),
        unit=unit,
        meaning=said(column.meaning),
        query=listing.written(state, listed, sort=wanted) if column.sortable and sortable else "",
        sorted=("descending" if state.descending else "ascending") if here else "",
        figure=column.figure,
    )


def exported(viewer: Viewer) -> bool:
    """Tell whether lists may be taken out row by row."""
    cell = viewer.may("export.small")
    return cell is not None and "aggregate" not in cell.limits


def saving(viewer: Viewer, page: str) -> dict[str, Any]:
    """Return the views that are saved of a page, and whether `viewer` may save more of them, and share them with the branch."""
    cell = viewer.may("view.save")
    return {
        "views": saved(viewer, page),
        "may_save": cell is not None,
        "may_share": cell is not None and cell.scope == "branch",
    }


def choice(name: str, title: str, options: Iterable[tuple[str, str]], state: Asked) -> Choice:
    """Return a class to filter by, with what is chosen of its (value, name) pairs."""
    chosen = state.choices.get(name, ())
    return Choice(name, title, [(value, called, value in chosen) for value, called in options], len(chosen))


def without(listed: Listed, state: Asked, words: str, *names: str) -> Filter:
    """Return a filter that is set, in words, with the query that leaves out the parts called `names`."""
    gone: dict[str, str | None] = dict.fromkeys(names)
    return Filter(words, listing.written(state, listed, **gone))
