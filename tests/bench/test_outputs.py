from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path

import _outputs_data
import _outputs_plain
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from _outputs_compare import Floats, columns_of, differences
from _outputs_data import Data
from _outputs_definitions import NAMES
from _outputs_ours import rounding

TRADES, CLIENTS = 30_000, 200


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    return _outputs_data.made(Path(tmp_path_factory.mktemp("outputs")), TRADES, CLIENTS)


@pytest.fixture(scope="module")
def plain(data: Data) -> pa.Table:
    return pa.Table.from_pylist(_outputs_plain.outputs(data))


@cache
def _of(contender: str, data: Data) -> pa.Table:
    table: pa.Table = importlib.import_module(f"_outputs_{contender}").outputs(data)
    return table


@pytest.mark.parametrize("contender", ["sql", "fold", "polars", "pandas"])
def test_a_contender_gives_what_plain_python_gives(contender: str, data: Data, plain: pa.Table) -> None:
    if contender in ("polars", "pandas"):
        pytest.importorskip(contender)
    assert differences(columns_of(plain), columns_of(_of(contender, data))) == []


def test_the_ledger_gives_what_plain_python_gives_but_for_rounding_of_profit(
    data: Data, plain: pa.Table
) -> None:
    found = differences(columns_of(plain), columns_of(_of("ours", data)), rounding(plain))
    assert found == []


def test_every_output_is_told_apart_where_it_differs(plain: pa.Table) -> None:
    whole = columns_of(plain)
    for name in NAMES:
        spoilt = dict(whole)
        values: Floats = whole[name].copy()
        values *= 1 + 1e-6  # a null is NaN and stays one
        spoilt[name] = values
        assert [line.split(":")[0] for line in differences(whole, spoilt)] == [name]


def test_a_null_isnt_a_nought(plain: pa.Table) -> None:
    spoilt = plain.set_column(plain.column_names.index("hhi"), "hhi", pc.fill_null(plain["hhi"], 0.0))
    assert [line.split(":")[0] for line in differences(columns_of(plain), columns_of(spoilt))] == ["hhi"]


def test_the_data_hold_what_makes_the_outputs_hard(data: Data) -> None:
    trades = data.read("trade")
    assert trades.num_rows == TRADES
    assert len(pc.unique(trades["client_id"])) == CLIENTS * 95 // 100
    assert 0 < trades["commission"].null_count < TRADES // 50
    signed = pc.if_else(pc.equal(trades["side"].cast(pa.string()), "buy"), trades["quantity"], pc.negate(trades["quantity"]))  # fmt: skip
    held: dict[tuple[int, int], int] = {}
    keys = zip(trades["client_id"].to_pylist(), trades["security_id"].to_pylist(), strict=True)
    for key, n in zip(keys, signed.to_pylist(), strict=True):
        held[key] = held.get(key, 0) + n
        assert held[key] >= 0
