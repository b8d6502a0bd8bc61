"""Sums by client and band: exact where whole numbers hold them, never wrapped where they don't."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest

from zhike.features.clients.bands import Banded

MOST = Decimal("99999999999999.9999")


def test_a_clients_sum_beyond_whole_numbers_isnt_wrapped_and_others_stay_exact() -> None:
    money = [MOST] * 20 + [Decimal("0.1")] * 3
    rows = pa.table({
        "client_id": ["A"] * 20 + ["B"] * 3, "age": pa.array([1] * 23, pa.int64()),
        "net": pa.array(money, pa.decimal128(18, 4)),
    })  # fmt: skip
    banded = Banded.of(rows, (20, 60))
    found = banded.taken(rows["net"], "sum")
    assert banded.clients.to_pylist() == ["A", "B"]
    assert found[-1, 0] == pytest.approx(2e15, rel=1e-12)
    assert found[-1, 1] == 0.3  # three times 0.1 as floating-point numbers is 0.30000000000000004
