"""What an expression means, once for every engine: the spellings that come out alike where engines differ.

Each has a test on both engines in tests/zhike/engine/test_meaning.py, beside what is alike without our doing, and proof that the
plain spelling isn't alike. Where there is no spelling to choose, the rule is:

- a logarithm is taken of `positive`, a square root by `root`: below zero one engine says NaN, the other null;
- a fraction becomes a whole number by `whole` or `floor` before it is cast: one engine rounds, the other cuts off;
- money is cast to floating point before it is divided or averaged: each engine has its own digits for decimals;
- days are subtracted as `day_number`: a date less a date is a number on one engine, a duration on the other;
- a sum of whole numbers is cast where its type matters: it is wider than what was added on one engine;
- first and last are taken by `with_ends`, quantiles by `quantiles`.

What is settled by a setting of Spark instead stands in `zhike.engine.spark.starting.MEANING`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import pyarrow as pa

Frame = nw.LazyFrame[Any]
_NO_YEAR_ZERO = 719163  # days from 0000-12-31 to 1970-01-01


def made(rows: pa.Table, columns: Mapping[str, nw.Expr]) -> pa.Table:
    """Return rows in memory with columns that expressions, each said row by row, make of them."""
    return nw.from_native(rows).with_columns(**columns).to_native()


def with_ends(rows: Frame, by: str, *within: str) -> Frame:
    """Mark the rows that are first and last by a column within groups, for `at_first` and `at_last`; `by` doesn't repeat there.

    Spark's `first` and `last` know no order, so that Narwhals refuses them there.
    """
    place = nw.col(by)
    return rows.with_columns(
        is_first=place == place.min().over(*within), is_last=place == place.max().over(*within)
    )


def at_first(column: str) -> nw.Expr:
    """Return, within a group of rows `with_ends`, what stands in the first of them (null too)."""
    return nw.when(nw.col("is_first")).then(nw.col(column)).max()


def at_last(column: str) -> nw.Expr:
    """Return, within a group of rows `with_ends`, what stands in the last of them (null too)."""
    return nw.when(nw.col("is_last")).then(nw.col(column)).max()


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


def whole(value: nw.Expr) -> nw.Expr:
    """Return the nearest whole number, half to even, by steps that every engine does alike."""
    floor = value.floor()
    rest, odd = value - floor, floor - 2.0 * (floor / 2.0).floor()
    up = (rest > 0.5) | ((rest == 0.5) & (odd == 1.0))
    return nw.when(up).then(floor + 1.0).otherwise(floor)


def day_number(date: nw.Expr) -> nw.Expr:
    """Return the days since 1970-01-01 of a date column, by arithmetic that every engine does alike."""
    past = date.dt.year() - 1
    leap = past // 4 - past // 100 + past // 400
    return past * 365 + leap + date.dt.ordinal_day() - _NO_YEAR_ZERO


def quantiles(values: Frame, shares: dict[str, float]) -> Frame:
    """Return quantiles per client of a frame (client_id, value), and how many values there are as `n`.

    A quantile is the smallest value that at least this share of the values doesn't exceed: one that occurred, on any engine.
    """
    counts = values.group_by("client_id", "value").agg(nw.len().alias("count"))
    running = counts.with_columns(
        upto=nw.col("count").cum_sum().over("client_id", order_by="value"),
        n=nw.col("count").sum().over("client_id"),
    )
    at = {
        name: nw.when(nw.col("upto") + 1e-9 >= share * nw.col("n")).then(nw.col("value"))
        for name, share in shares.items()
    }
    return running.group_by("client_id").agg(
        nw.col("n").max(), *(taken.min().alias(name) for name, taken in at.items())
    )
