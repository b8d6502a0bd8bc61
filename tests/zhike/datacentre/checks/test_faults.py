"""What a finding of a row check shows: the cells that contradict each other, in the file's own names, masked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from small_drops import CLIENTS, take_in
from typed_rows import problems_of, typed_of
from zhike.datacentre.catalogue import check
from zhike.datacentre.checks.facts import Facts
from zhike.datacentre.checks.faults import Faults
from zhike.datacentre.columns import Problems
from zhike.datacentre.findings import findings
from zhike.datacentre.hashes import hashes_of
from zhike.datacentre.tables import table as table_called
from zhike.datacentre.tables.definition import Level

TRADE = {
    "date": "2025-03-03", "security_id": "600000.SH", "side": "buy", "quantity": "100", "price": "10.50",
    "amount": "1050",
}  # fmt: skip
QUOTE = {
    "date": "2025-03-03", "security_id": "600000.SH", "open": "3.20", "high": "3.30", "low": "3.10",
    "close": "3.2",
}  # fmt: skip
ASSET = {
    "date": "2025-03-03",
    "client_id": "C1",
    "cash": "100",
    "securities": "200",
    "funds": "30",
    "debt": "50",
}


@pytest.mark.parametrize(
    ("name", "row", "found", "shown"),
    [
        ("trade", {"amount": "1051"}, "amount_mismatch", "amount 1051 ≠ price 10.5 × quantity 100"),
        ("trade", {"price": "0"}, "zero_price", "price 0, quantity 100, amount 1050"),
        ("trade", {"quantity": "0"}, "zero_quantity", "quantity 0, price 10.5, amount 1050"),
        ("trade", {"quantity": "-100"}, "negative_quantity", "-100"),
        ("trade", {"net_amount": "1050"}, "sign_mismatch", "side buy, net_amount 1050"),
        # 1050 and a commission of 5.01 go out: -1055.01
        ("trade", {"net_amount": "-1044", "commission": "5.01"}, "net_mismatch", "net_amount -1044 ≠ -1055.01"),
        # 0.3 % of 1050 are 3.15, less than the smallest commission of 5.00
        ("trade", {"commission": "50"}, "fee_unusual", "commission 50 > 5"),
        ("trade", {"date": "2025-03-01"}, "not_a_trading_day", "2025-03-01"),
        ("trade", {"date": "2026-01-05"}, "future_date", "2026-01-05"),
        ("quote", {"open": "3.40"}, "price_order", "open 3.4 > high 3.3"),
        ("quote", {"close": "3.05"}, "price_order", "close 3.05 < low 3.1"),
        ("quote", {"open": "3.15", "high": "3.10", "low": "3.20", "close": ""}, "price_order",
         "high 3.1 < open 3.15 < low 3.2"),
        ("asset", {"net": "280.03"}, "identity_mismatch",
         "net 280.03 ≠ cash 100 + securities 200 + funds 30 - debt 50"),
        ("asset", {"net": "380", "debt": "-50"}, "out_of_bounds", "-50"),
        ("security", {"listed_on": "2020-01-02", "delisted_on": "2020-01-01"}, "end_before_start",
         "delisted_on 2020-01-01 < listed_on 2020-01-02"),
        ("client", {"commission_rate": "0.060"}, "out_of_bounds", "0.06"),
    ],
)  # fmt: skip
def test_each_check_of_rows_shows_the_values_that_contradict_each_other(
    name: str, row: dict[str, str], found: str, shown: str
) -> None:
    whole = {"trade": TRADE, "quote": QUOTE, "asset": ASSET}.get(
        name, {"security_id": "600000.SH", "client_id": "C1", "kind": "stock" if name == "security" else "individual"}
    )  # fmt: skip
    values = [p.values for p in problems_of(name, [{**whole, **row}]) if p.check == found]
    assert values == [[shown]]


def test_each_row_shows_its_own_values_and_a_summed_check_only_the_first() -> None:
    rows = [{**TRADE, "amount": a, "security_id": s} for a, s in (("7", "600001.SH"), ("8", "600002.SH"))]
    facts = Facts({"security": np.sort(hashes_of(pa.array(["600000.SH"])))})
    found = {p.check: (list(p.rows), p.values) for p in problems_of("trade", rows, facts)}
    assert found == {
        "amount_mismatch": (
            [0, 1],
            ["amount 7 ≠ price 10.5 × quantity 100", "amount 8 ≠ price 10.5 × quantity 100"],
        ),
        "unknown_reference": ([0, 1], ["600001.SH"]),
    }
    assert check("unknown_reference").summed


def test_a_value_is_masked_by_the_level_of_its_own_column() -> None:
    client, problems = table_called("client"), Problems(np.arange(1))
    typed = typed_of("client", [{"client_id": "C1", "name": "张三丰", "phone": "13800000001"}])
    assert client.column("phone").level is Level.IDENTITY
    shown = "{client_id}: {name}, {phone}"
    Faults(client, typed, {"name": "姓名"}, problems).add(
        "end_before_start", "client_id", np.array([True]), shown
    )
    Faults(client, typed, {}, problems).add("end_before_start", "phone", np.array([True]))
    assert [p.values for p in problems.found] == [
        ["client_id C1: 姓名 张**, phone *********01"],
        ["*********01"],
    ]


def test_the_findings_of_a_drop_show_them_in_the_files_own_names(tmp_path: Path) -> None:
    statement = (
        "成交日期,证券代码,买卖标志,成交数量,成交价格,成交金额,发生金额,客户号\n"
        "20250303,600000,证券买入,100,10,1001,-1001,A\n"
        "20250303,600000,证券卖出,-100,10,1000,1000,A\n"
        "20250301,600000,证券买入,100,10,1000,-1000,A\n"
        "20250303,600000,证券买入,100,10,1000,-1000,Z\n"
    )
    take_in(tmp_path / "home", tmp_path / "d", {"client.csv": CLIENTS, "交割单.csv": statement})
    found = [r for rows in findings(tmp_path / "home", "en") for r in rows.to_pylist()]
    assert {(r["check"], r["line"], r["value"]) for r in found} == {
        ("amount_mismatch", 2, "成交金额 1001 ≠ 成交价格 10 × 成交数量 100"),
        ("sign_dropped", 3, "-100"),
        ("not_a_trading_day", 4, "2025-03-01"),
        ("unknown_client", 5, "Z"),
    }
