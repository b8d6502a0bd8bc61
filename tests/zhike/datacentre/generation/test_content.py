"""Equal rows have one hash, whatever their order, their files and the twelfth digit after."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.datacentre import kernels
from zhike.datacentre.generation.content import Content, content_of

FINITE = st.floats(allow_nan=False, allow_infinity=False)
SEED = np.uint64(1)
ROW = {
    "client_id": "A",
    "n": 3,
    "x": 0.5,
    "money": Decimal("1.5000"),
    "day": date(2025, 4, 30),
    "sure": True,
    "why": "",
}


def table(*rows: dict[str, object]) -> pa.Table:
    kinds = [("client_id", pa.string()), ("n", pa.int64()), ("x", pa.float64()), ("money", pa.decimal128(18, 4)),
             ("day", pa.date32()), ("sure", pa.bool_()), ("why", pa.string())]  # fmt: skip
    return pa.Table.from_pylist(list(rows), schema=pa.schema(kinds))


def digest(rows: pa.Table) -> str:
    return content_of(rows).digest("t", rows.schema)


def hash_of(value: float) -> int:
    return int(kernels.hash_rounded(np.array([value]), SEED)[0])


def test_the_order_of_rows_and_of_columns_does_not_matter() -> None:
    rows = table(ROW, {**ROW, "client_id": "B"})
    assert digest(rows) == digest(rows.take([1, 0]))
    assert digest(rows) == digest(rows.select(sorted(rows.column_names)))


def test_the_content_of_files_adds_up_to_that_of_the_table() -> None:
    rows = table(*({**ROW, "n": n} for n in range(10)))
    assert sum((content_of(rows.slice(a, 3)) for a in (0, 3, 6, 9)), Content()) == content_of(rows)


@pytest.mark.parametrize(
    "other",
    [
        {"client_id": "B"}, {"n": 4}, {"x": 0.5 + 1e-11}, {"money": Decimal("1.5001")}, {"day": date(2025, 5, 1)},
        {"sure": False}, {"why": None}, {"n": None}, {"x": None}, {"x": -0.5}, {"money": None}, {"sure": None},
        {"n": 0, "x": 3.0},
    ],
)  # fmt: skip
def test_any_other_value_shows(other: dict[str, object]) -> None:
    assert digest(table(ROW)) != digest(table({**ROW, **other}))


def test_a_row_that_stands_twice_shows() -> None:
    assert digest(table(ROW)) != digest(table(ROW, ROW))


def test_values_that_changed_places_show() -> None:
    one, two = {**ROW, "n": 1, "x": 1.0}, {**ROW, "n": 2, "x": 2.0}
    assert digest(table(one, two)) != digest(table({**one, "x": 2.0}, {**two, "x": 1.0}))


def test_the_name_and_the_types_belong_to_the_content() -> None:
    rows = table(ROW)
    assert content_of(rows).digest("t", rows.schema) != content_of(rows).digest("u", rows.schema)
    texts = pa.schema([rows.schema.field(0), pa.field("n", pa.int32()), *list(rows.schema)[2:]])
    assert content_of(rows).digest("t", rows.schema) != content_of(rows).digest("t", texts)


def test_floats_are_alike_to_twelve_digits_and_no_further() -> None:
    assert hash_of(1.0) == hash_of(1 + 1e-13)
    assert hash_of(1.0) != hash_of(1 + 1e-11)
    assert hash_of(0.0) == hash_of(-0.0)
    assert hash_of(999999999999.9) == hash_of(1e12)
    assert len({hash_of(v) for v in (1.0, -1.0, 10.0, 0.1, 0.0, 1e-320, 1e308)}) == 7


@given(FINITE)
def test_a_float_has_the_hash_of_what_its_twelve_digits_say(value: float) -> None:
    """Rounding to text goes by the exact value; where that lies next to a half, the neighbour is as good."""
    said = float(f"{value:.11e}")
    step = 10.0 ** (int(f"{value:e}".partition("e")[2]) - 11) if abs(value) > 1e-290 else 0.0
    assert hash_of(value) in {hash_of(said), hash_of(said + step), hash_of(said - step)}


@given(FINITE, FINITE)
def test_floats_that_differ_in_eleven_digits_have_other_hashes(one: float, other: float) -> None:
    if f"{one:.10e}" != f"{other:.10e}" and abs(one - other) > 1e-11 * max(abs(one), abs(other)):
        assert hash_of(one) != hash_of(other)
