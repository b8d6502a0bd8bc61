"""Decimals as numbers: the nearest there is, whatever Arrow's cast makes of them."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa

from zhike_desk.records.rows.decimals import numbers, wholes

AMOUNTS = [Decimal("-12.8889"), None, Decimal("0.1000"), Decimal("99999999999999.9999"), Decimal("7.0000")]


def test_a_decimal_becomes_the_nearest_number() -> None:
    values = pa.chunked_array([pa.array(AMOUNTS, pa.decimal128(18, 4))])
    assert numbers(values).to_pylist() == [None if v is None else float(v) for v in AMOUNTS]
    assert values.cast(pa.float64()).to_pylist() != numbers(values).to_pylist()  # why it isn't Arrow's cast


def test_a_slice_of_several_chunks_is_read_where_it_lies() -> None:
    whole = pa.array([Decimal(n) for n in range(6)], pa.decimal128(18, 2))
    values = pa.chunked_array([whole.slice(1, 2), whole.slice(5)])
    assert wholes(values).tolist() == [100, 200, 500]
    assert wholes(pa.chunked_array([], pa.decimal128(18, 2))).tolist() == []
