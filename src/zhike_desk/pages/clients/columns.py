"""Columns of the list beyond its own: which can be chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zhike_desk.records.queries import clients
from zhike_desk.records.queries.listing import Asked
from zhike_desk.records.queries.reference import Meaning
from zhike_desk.ui.speech import said


def chooser(state: Asked, measures: Mapping[str, Meaning]) -> Sequence[tuple[str, str, str, bool]]:
    """Return the columns that can be shown, as (field, value, title, chosen): those of the list, then measures that are shown."""
    own = [
        ("cols", c.name, said(c.title), c.name in state.shown)
        for c in clients.LISTED.columns.values()
        if c.name != "sort_key"
    ]
    return own + [("col", f"m.{name}", said(measures[name].label), True) for name in state.extra]
