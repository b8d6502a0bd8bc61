"""What an expression means, once for every engine: the spellings that come out alike where engines differ.

Each has a test on both engines in tests/zhike/engine/test_meaning.py, beside what is alike without our doing. What is settled by
a setting of Spark instead stands in `zhike.engine.spark.starting.MEANING`.
"""

from __future__ import annotations

from typing import Any

import narwhals as nw

Frame = nw.LazyFrame[Any]
_NO_YEAR_ZERO = 719163  # days from 0000-12-31 to 1970-01-01


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
