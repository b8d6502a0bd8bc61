"""What an expression means, once for every engine: the spellings that come out alike where engines differ.

Each has a test on both engines in tests/zhike/engine/test_meaning.py, beside what is alike without our doing, and proof that the
plain spelling isn't alike. Where there is no spelling to choose, the rule is:

- a logarithm is taken of `positive`, a square root by `root`: below zero one engine says NaN, the other null;
- a fraction becomes a whole number by `floor` before it is cast: one engine rounds, the other cuts off;
- money is cast to floating point before it is divided or averaged: each engine has its own digits for decimals;
- days are subtracted as `day_number`: a date less a date is a number on one engine, a duration on the other;
- a sum of whole numbers is cast where its type matters: it is wider than what was added on one engine.

What must be read in order is no expression but a loop over rows in memory.

What is settled by a setting of Spark instead stands in `zhike.engine.spark.starting.MEANING`.
"""

from __future__ import annotations

from collections.abc import Mapping

import narwhals as nw
import pyarrow as pa

_NO_YEAR_ZERO = 719163  # days from 0000-12-31 to 1970-01-01


def made(rows: pa.Table, columns: Mapping[str, nw.Expr]) -> pa.Table:
    """Return rows in memory with columns that expressions, each said row by row, make of them."""
    return nw.from_native(rows).with_columns(**columns).to_native()


def positive(value: nw.Expr) -> nw.Expr:
    """Return the value where it is above zero, else null."""
    return nw.when(value > 0).then(value)


def ratio(top: nw.Expr, bottom: nw.Expr) -> nw.Expr:
    """Return top ÷ bottom; null where the bottom isn't above zero."""
    return top / positive(bottom)


def least(a: nw.Expr, b: nw.Expr) -> nw.Expr:
    """Return the smaller of two values; null where one is."""
    return nw.when(a < b).then(a).otherwise(nw.when(a >= b).then(b))


def root(value: nw.Expr) -> nw.Expr:
    """Return the square root; 0 below zero, where rounding may lead."""
    return nw.when(value > 0).then(value).otherwise(0.0).sqrt()


def flag(condition: nw.Expr) -> nw.Expr:
    """Return 1 where a condition holds, else 0 (also where it can't be told)."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))


def day_number(date: nw.Expr) -> nw.Expr:
    """Return the days since 1970-01-01 of a date column, by arithmetic that every engine does alike."""
    past = date.dt.year() - 1
    leap = past // 4 - past // 100 + past // 400
    return past * 365 + leap + date.dt.ordinal_day() - _NO_YEAR_ZERO
