"""Rows of text, typed and checked as those of a delivered file are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from zhike.base.period import day_no
from zhike.datacentre.checks import rows as row_checks
from zhike.datacentre.checks.facts import Facts
from zhike.datacentre.columns import Problem, Problems, Reading, TextCells, Typed, empty_column, read_column
from zhike.datacentre.tables import table as table_called

TODAY = day_no(date(2025, 12, 31))


def typed_of(name: str, rows: Sequence[dict[str, str]]) -> dict[str, Typed]:
    """Type rows of text."""
    table, problems = table_called(name), Problems(np.arange(len(rows)))
    typed: dict[str, Typed] = {}
    for column in table.columns:
        if any(column.name in row for row in rows):
            cells = pa.array([row.get(column.name, "").encode() for row in rows], pa.binary())
            typed[column.name] = read_column(TextCells(cells, column.name), name, column, Reading(), problems)
        else:
            typed[column.name] = empty_column(len(rows), column)
    assert problems.found == []
    return typed


def problems_of(name: str, rows: Sequence[dict[str, str]], facts: Facts | None = None) -> list[Problem]:
    """Run the checks of a table over rows; return what they found."""
    problems = Problems(np.arange(len(rows)))
    row_checks.run(table_called(name), typed_of(name, rows), {}, {}, facts or Facts(), TODAY, problems)
    return problems.found
