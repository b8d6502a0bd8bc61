from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.datacentre.stored import storage_type
from zhike.datacentre.tables.ledger import CLIENT_DAY, POSITION
from zhike.features.ledger.cells import typed

_COLUMNS = {c.name: c for c in (*CLIENT_DAY.columns, *POSITION.columns)}
_WHOLE = st.integers(-(2**53), 2**53)


@given(st.lists(st.one_of(st.none(), _WHOLE), max_size=40))
def test_units_of_money_come_out_as_the_decimals_they_stand_for(units: list[int | None]) -> None:
    values = np.array([np.nan if u is None else u for u in units], np.float64)
    found = typed(values, _COLUMNS["net"])
    assert found.type == pa.decimal128(18, 4)
    assert found.null_count == units.count(None)
    assert found.to_pylist() == [None if u is None else Decimal(u) / 10_000 for u in units]
    found.validate(full=True)


@pytest.mark.parametrize("name", ["trades", "opened_on", "log_return"])
def test_other_columns_keep_their_type_and_what_is_absent(name: str) -> None:
    found = typed(np.array([3.0, np.nan, 0.0]), _COLUMNS[name])
    assert found.type == storage_type(_COLUMNS[name])
    assert found.is_null().to_pylist() == [False, True, False]
    assert found.cast(pa.int32() if name == "opened_on" else pa.float64()).to_pylist() == [3, None, 0]
