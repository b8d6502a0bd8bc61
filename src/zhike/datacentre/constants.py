"""A constant that a mapping file gives: read as a cell of its column would be, and refused at once where a cell would be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from zhike.base.errors import InputRejected, UsageError
from zhike.base.finding import Severity
from zhike.base.text import Said, say
from zhike.datacentre.catalogue import check
from zhike.datacentre.columns import Problems, Reading, constant_column
from zhike.datacentre.domains import SecurityCode, beyond
from zhike.datacentre.mapping import Overrides
from zhike.datacentre.mapping.checking import Place, refuse, unknown
from zhike.datacentre.masks import masked
from zhike.datacentre.planning import codes_of, reading_of
from zhike.datacentre.tables import TABLES
from zhike.datacentre.tables.definition import Column

_INSTEAD = say("请改正，或删去这一行。", "Correct it, or take the line out.")


def check_constants(own: Overrides, layered: Overrides, where: str) -> None:
    """Raise UsageError for the first constant of the mapping file `where` that can't be a value of its column.

    `layered` is that file over those below it: their profile says how a value is written. An empty constant is no value: it
    takes back what a lower layer says, which a column that every row must have can't bear.
    """
    for name, mine in own.tables.items():
        for key, text in mine.constant.items():
            column = TABLES[name].column(key)
            _check(Place(where, f"{name}.constant", key), name, column, text, _reading(layered, name, column))


def _reading(layered: Overrides, table: str, column: Column) -> Reading:
    mine = layered.of(table)
    recode = SecurityCode(codes_of(mine), False) if column.name == "security_id" else None
    return replace(reading_of(layered.profile), width=mine.width.get(column.name, 0), recode=recode)


def _check(place: Place, table: str, column: Column, text: str, how: Reading) -> None:
    problems = Problems(np.zeros(1, np.int64))
    try:
        typed = constant_column(text, 1, table, column, how, problems)
    except InputRejected as rejected:
        raise refuse(place, rejected.what, rejected.next) from rejected
    problems.add("out_of_bounds", column.name, beyond(column, typed))
    fails = [p.check for p in problems.found if check(p.check).severity is Severity.ERROR]
    if fails:
        raise _refused(place, column, text, fails[0])
    if not column.nullable and typed.absent[0]:
        raise refuse(place, check("missing_value").said, _INSTEAD)


def _refused(place: Place, column: Column, text: str, fails: str) -> UsageError:
    if fails == "not_a_choice":
        return unknown(place, text, column.choices)
    shown, said = masked(text, column.level), check(fails).said
    return refuse(
        place,
        say(
            f"“{shown}”不能作 {column.name} 的值：{said.zh}",
            f"'{shown}' can't be a value of {column.name}: {said.en}",
        ),
        _bounds(column) if fails == "out_of_bounds" else check(fails).next_,
    )


def _bounds(column: Column) -> Said:
    low = "" if column.low is None else f"≥ {column.low:g}"
    high = "" if column.high is None else f"≤ {column.high:g}"
    both = ", ".join(b for b in (low, high) if b)
    return say(f"允许的范围：{both}。", f"It may be {both}.")
