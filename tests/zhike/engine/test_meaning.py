"""The same expression means the same on both engines, against values worked out by hand; and where the plain spelling wouldn't.

What is said row by row means the same over rows in memory too, where the columns that are summed are made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import narwhals as nw
import pyarrow as pa
import pytest

from on_spark import needs_spark
from zhike.base.errors import StoreError
from zhike.engine import Engine, EngineSettings
from zhike.engine import meaning as mean
from zhike.engine.spark import Spark

Frame = nw.LazyFrame[Any]
Plan = Callable[[Frame], Frame]

col, NAN = nw.col, math.nan

# Three clients' worth of trouble: below zero, zero, nothing, not a number; money with its last digit; a day before 1970.
ROWS = pa.table({
    "o": [1, 2, 3, 4, 5],
    "k": ["A", "A", "A", "B", "B"],
    "i": pa.array([-7, 7, 0, None, 3]),
    "x": pa.array([1.5, NAN, None, 2.5, -2.5]),
    "y": pa.array([0.0, 2.0, None, 0.0, -1.0]),
    "money": pa.array([Decimal("0.1000"), Decimal("99999999999999.9999"), None, Decimal("-3.3333"), Decimal("2.0000")], pa.decimal128(18, 4)),
    "s": ["客户，未接", "100%_\\x", "", None, "ABC É"],
    "day": pa.array([date(1900, 2, 28), date(1969, 12, 31), None, date(2000, 2, 29), date(2026, 3, 1)], pa.date32()),
    "at": pa.array([datetime(1969, 12, 31, 23, 59, 59, 999000), datetime(2026, 3, 1), None, datetime(2026, 2, 28, 23, 59, 59, 999000), datetime(1900, 1, 1)], pa.timestamp("ms")),
    "b": pa.array([True, None, False, None, None]),
})  # fmt: skip


class Both:
    """One engine to ask: collects what a plan makes of ROWS, by `o`, else by client."""

    def __init__(self, rows: Frame, collect: Callable[[Frame], pa.Table]) -> None:
        self.rows, self._collect = rows, collect

    def told(self, plan: Plan) -> list[tuple[Any, ...]]:
        found = self._collect(plan(self.rows))
        return sorted((tuple(r.values()) for r in found.to_pylist()), key=lambda r: (r[0] is None, r[0]))

    def column(self, value: nw.Expr) -> list[Any]:
        """Return what an expression gives row by row."""
        return [r[1] for r in self.told(lambda rows: rows.select("o", value=value))]

    def by_client(self, **values: nw.Expr) -> list[tuple[Any, ...]]:
        """Return what aggregates give for A and for B."""
        return [r[1:] for r in self.told(lambda rows: rows.group_by("k").agg(**values).select("k", *values))]


def where(request: pytest.FixtureRequest) -> Iterator[Both]:
    if request.param == "embedded":
        with Engine(EngineSettings(threads=1)) as engine:
            yield Both(engine.over(ROWS), engine.collect)
    elif request.param == "memory":
        yield Both(nw.from_native(ROWS).lazy(), lambda rows: rows.collect("pyarrow").to_native())
    else:
        yield request.getfixturevalue("on_spark")


@pytest.fixture(scope="module", params=["embedded", pytest.param("spark", marks=needs_spark)])
def engine(request: pytest.FixtureRequest) -> Iterator[Both]:
    yield from where(request)


@pytest.fixture(scope="module", params=["embedded", "memory", pytest.param("spark", marks=needs_spark)])
def on(request: pytest.FixtureRequest) -> Iterator[Both]:
    yield from where(request)


@pytest.fixture(scope="module")
def on_spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("meaning")
    with Spark(EngineSettings(threads=2, on="local-spark"), folder) as started:
        tables = started.tables()
        yield Both(tables.over(ROWS), tables.collect)


def same(found: list[Any], expected: list[Any]) -> bool:
    """Compare values, NaN with NaN; 3 and Decimal(3) are one number."""

    def one(a: Any, b: Any) -> bool:
        if isinstance(a, tuple):
            return len(a) == len(b) and all(map(one, a, b))
        if isinstance(a, float) and isinstance(b, float) and math.isnan(b):
            return math.isnan(a)
        return a is b if None in (a, b) else bool(a == b)

    return len(found) == len(expected) and all(map(one, found, expected))


# Numbers.


def test_a_division_by_nothing_is_null(on: Both) -> None:
    assert same(on.column(mean.ratio(col("x"), col("y"))), [None, NAN, None, None, None])
    assert same(on.column(mean.ratio(nw.lit(1), col("i"))), [None, 1 / 7, None, None, 1 / 3])


def test_whole_numbers_are_divided_downwards(on: Both) -> None:
    assert on.column(col("i") // 4) == [-2, 1, 0, None, 0]
    assert on.column(col("i") % 4) == [1, 3, 0, None, 3]
    assert on.column(col("i") / 2) == [-3.5, 3.5, 0.0, None, 1.5]


def test_a_logarithm_of_what_is_not_above_zero_is_null(on: Both) -> None:
    assert on.column(mean.positive(col("y")).log()) == [None, pytest.approx(math.log(2)), None, None, None]


def test_a_root_below_zero_is_zero(on: Both) -> None:
    assert on.column(mean.root(col("y"))) == [0.0, pytest.approx(math.sqrt(2)), 0.0, 0.0, 0.0]


def test_a_fraction_is_cut_downwards_then_cast(on: Both) -> None:
    halves = nw.when(col("o") != 2).then(col("x"))  # 1.5, 2.5, −2.5
    assert on.column(halves.floor().cast(nw.Int64)) == [1, None, None, 2, -3]


def test_an_exponential_beyond_all_bounds_is_infinite(on: Both) -> None:
    assert on.column((col("y") * 1000.0).exp()) == [1.0, math.inf, None, 1.0, 0.0]


def test_the_least_of_two_is_null_where_one_is(on: Both) -> None:
    assert on.column(mean.least(col("i").cast(nw.Float64), col("y"))) == [-7.0, 2.0, None, None, -1.0]


def test_a_constant_fraction_is_floating_point(on: Both) -> None:
    assert on.column(nw.lit(0.1).cast(nw.Float64) + nw.lit(0.2).cast(nw.Float64))[0] == 0.1 + 0.2
    assert on.column(nw.lit(7) / 2)[0] == 3.5


def test_whole_numbers_beyond_64_bits_are_an_error_and_never_wrap(engine: Both) -> None:
    with pytest.raises(StoreError, match=r"(?i)overflow"):
        engine.column(col("o") * nw.lit(9223372036854775807))


# Nothing, and not a number.


def test_nothing_is_left_out_of_sums_and_extremes(on: Both) -> None:
    found = on.by_client(total=col("i").sum(), most=col("i").max(), rows=nw.len(), known=col("i").count())
    assert found == [(0, 7, 3, 3), (3, 3, 2, 1)]


def test_a_sum_of_nothing_but_nulls_is_zero_and_their_largest_is_null(on: Both) -> None:
    found = on.told(
        lambda rows: (
            rows.filter(col("i").is_null()).group_by("k").agg(col("i").sum(), col("y").max().alias("m"))
        )
    )
    assert found == [("B", 0, 0.0)]
    nothing = on.told(lambda rows: rows.filter(col("o") > 9).select(a=col("i").sum(), b=col("x").max()))
    assert nothing == [(0, None)]


def test_what_is_no_number_is_the_largest_and_spoils_a_sum(engine: Both) -> None:
    found = engine.by_client(most=col("x").max(), least=col("x").min(), total=col("x").sum())
    assert same(found, [(NAN, 1.5, NAN), (2.5, -2.5, 0.0)])


def test_what_is_no_number_is_above_every_number_and_equal_to_itself(engine: Both) -> None:
    assert engine.column(col("x") > 1.0) == [True, True, None, True, False]
    assert engine.column(col("x") == col("x")) == [True, True, None, True, True]


def test_conditions_that_cannot_be_told_follow_three_valued_logic(on: Both) -> None:
    assert on.column(col("b") | nw.lit(True)) == [True] * 5
    assert on.column(col("b") & nw.lit(False)) == [False] * 5
    assert on.column(~col("b")) == [False, None, True, None, None]
    assert on.column(mean.flag(col("b"))) == [1, 0, 0, 0, 0]
    assert on.column(col("s").is_in(["ABC É", "x"])) == [False, False, False, None, True]


def test_the_truest_of_conditions_is_true_where_one_is(on: Both) -> None:
    assert on.by_client(b=col("b").max()) == [(True,), (None,)]


def test_nulls_are_one_group_and_match_nothing_in_a_join(on: Both) -> None:
    groups = on.told(lambda rows: rows.group_by("b").agg(nw.len().alias("n")))
    assert groups == [(False, 1), (True, 1), (None, 3)]
    joined = on.told(
        lambda rows: rows.join(rows.select("i", other=col("o")), on="i", how="left").select("o", "other")
    )
    assert joined == [(1, 1), (2, 2), (3, 3), (4, None), (5, 5)]


# Money.


def test_sums_of_money_are_exact_beyond_the_width_of_a_column(on: Both) -> None:
    found = on.by_client(total=col("money").sum())
    assert found == [(Decimal("100000000000000.0999"),), (Decimal("-1.3333"),)]


def test_whole_units_become_money_exactly(on: Both) -> None:
    money = (col("i") * nw.lit(Decimal("0.0001"))).cast(nw.Decimal(18, 4))
    assert on.column(money) == [Decimal("-0.0007"), Decimal("0.0007"), Decimal(0), None, Decimal("0.0003")]


def test_money_less_money_is_exact(on: Both) -> None:
    money = (col("money") - nw.lit(Decimal("0.0001"))).cast(nw.Decimal(18, 4))
    assert on.column(money)[1] == Decimal("99999999999999.9998")


def test_money_is_divided_as_floating_point(on: Both) -> None:
    assert on.column(col("money").cast(nw.Float64) / 3.0)[3] == pytest.approx(-1.1111, rel=1e-15)


def test_money_too_large_for_its_column_is_an_error_and_never_null(engine: Both) -> None:
    with pytest.raises(StoreError):
        engine.column((col("money") * 1000).cast(nw.Decimal(18, 4)))


# Days.


def test_days_are_numbered_alike_before_and_after_1970(on: Both) -> None:
    assert on.column(mean.day_number(col("day"))) == [-25509, -1, None, 11016, 20513]


def test_the_day_of_a_stamp_is_the_one_written_to_the_last_millisecond(on: Both) -> None:
    days = [date(1969, 12, 31), date(2026, 3, 1), None, date(2026, 2, 28), date(1900, 1, 1)]
    assert on.column(col("at").dt.date()) == days


def test_days_compare_with_a_day(on: Both) -> None:
    assert on.column(col("day") <= nw.lit(date(2000, 2, 29))) == [True, True, None, True, False]


# Windows.


def test_nothing_comes_first_in_an_order(engine: Both) -> None:
    assert engine.column(col("o").shift(1).over("k", order_by="i")) == [None, 3, 1, None, 4]
    assert engine.column(col("o").shift(1).over(order_by="day")) == [3, 1, None, 2, 4]


def test_running_sums_and_peaks_go_row_by_row_and_step_over_nothing(engine: Both) -> None:
    assert engine.column(col("i").cum_sum().over("k", order_by="o")) == [-7, 0, 0, None, 3]
    assert engine.column(col("y").cum_max().over("k", order_by="o")) == [0.0, 2.0, None, 0.0, 0.0]


def test_equal_places_in_an_order_are_rows_of_their_own(engine: Both) -> None:
    alike = engine.told(
        lambda rows: rows.with_columns(one=col("o") * 0 + 1).select(
            "o", n=col("one").cum_sum().over("k", order_by="one")
        )
    )
    assert sorted(n for _, n in alike) == [1, 1, 2, 2, 3]


# Text, and tables one below the other.


def test_text_is_searched_letter_by_letter(on: Both) -> None:
    assert on.column(col("s").str.contains("%_", literal=True)) == [False, True, False, None, False]
    assert on.column(col("s").str.contains("\\", literal=True)) == [False, True, False, None, False]
    assert on.column(col("s").fill_null("").str.contains("未接", literal=True))[0] is True


def test_letters_are_counted_and_made_small_not_bytes(on: Both) -> None:
    assert on.column(col("s").str.len_chars()) == [5, 7, 0, None, 5]
    assert on.column(col("s").str.to_lowercase())[4] == "abc é"


def test_the_largest_text_is_by_code_point(on: Both) -> None:
    assert on.by_client(s=col("s").max()) == [("客户，未接",), ("ABC É",)]


def test_tables_one_below_the_other_keep_every_row_and_unique_drops_the_like(on: Both) -> None:
    found = on.told(
        lambda rows: (
            nw.concat([rows.select("k", v=nw.lit(1)), rows.select("k", v=nw.lit(0))])
            .group_by("k")
            .agg(nw.col("v").sum(), nw.len().alias("n"))
        )
    )
    assert found == [("A", 3, 6), ("B", 2, 4)]
    pairs = on.told(lambda rows: rows.select("k", "b").unique().group_by("k").agg(nw.len().alias("n")))
    assert pairs == [("A", 3), ("B", 1)]


# The plain spellings that aren't alike: should one of these fail, a rule above is no longer needed.


@needs_spark
def test_plain_spellings_do_differ(on_spark: Both) -> None:
    plain = {
        "log": col("y").log(),
        "sqrt": col("y").sqrt(),
        "cast": (col("y") * 1.35).cast(nw.Int64),
        "days": nw.lit(date(2026, 1, 1)) - col("day"),
        "decimals": (col("money") / nw.lit(3)).cast(nw.Decimal(18, 4)),
    }
    with Engine(EngineSettings(threads=1)) as engine:
        embedded = Both(engine.over(ROWS), engine.collect)
        alike = [
            name for name, value in plain.items() if same(embedded.column(value), on_spark.column(value))
        ]
    assert alike == []
    with pytest.raises(NotImplementedError):
        on_spark.by_client(x=col("x").first(order_by="o"))
