"""How names are compared, and that the alias data is sound."""

import subprocess
import sys

import pytest

from zhike.datacentre.mapping.aliases import builtin_aliases
from zhike.datacentre.mapping.evidence import adds_up, cell_text, to_number
from zhike.datacentre.mapping.names import normalise, read_name
from zhike.datacentre.tables import TABLES

UNITS = builtin_aliases().units


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ('="交收日期"', "交收日期"),
        ("\ufeff资金 帐号　", "资金账号"),
        ("ＴＳ＿ＣＯＤＥ", "tscode"),
        ("Trade Date", "tradedate"),
        ("trade_date", "tradedate"),
        ("＊证券代码", "证券代码"),
        ("@币种", "币种"),
        ("", ""),
    ],
)
def test_names_are_compared_without_their_dress(written: str, key: str) -> None:
    assert normalise(written) == key


@pytest.mark.parametrize(
    ("written", "key", "unit"),
    [
        ("成交金额(元)", "成交金额", "元"),
        ("市值（万元）", "市值", "万元"),
        ("成交量【手】", "成交量", "手"),
        ("成交额/亿", "成交额", "亿"),
        ("盈亏比例(%)", "盈亏比例", "%"),
        ("清算费(B股)", "清算费(b股)", ""),
        ("印花税￥/港股印花税HK$", "印花税¥/港股印花税hk$", ""),
    ],
)
def test_a_unit_is_split_off_and_another_bracket_is_kept(written: str, key: str, unit: str) -> None:
    name = read_name(written, UNITS)
    assert (name.key, name.unit) == (key, unit)


def test_every_table_of_the_inbox_can_be_recognised() -> None:
    assert {p.table for p in builtin_aliases().profiles} >= set(TABLES)


@pytest.mark.parametrize("profile", builtin_aliases().profiles, ids=lambda p: p.name)
def test_a_name_stands_in_one_list_of_a_profile_only(profile: object) -> None:
    found = next(p for p in builtin_aliases().profiles if p is profile)
    lists = [set(found.homes), set(found.none), set(found.judged), set(found.scaled)]
    assert sum(map(len, lists)) == len(set().union(*lists))


@pytest.mark.parametrize("profile", builtin_aliases().profiles, ids=lambda p: p.name)
def test_aliases_lead_to_columns_that_exist(profile: object) -> None:
    found = next(p for p in builtin_aliases().profiles if p is profile)
    columns = {h.column for h in found.homes.values()} | {s.column for s in found.scaled.values()}
    columns |= {j.column for js in found.judged.values() for j in js}
    columns |= {j.given for js in found.judged.values() for j in js if j.given}
    assert columns <= set(TABLES[found.table].names if found.table else ())


def test_balances_add_up_forwards_backwards_and_per_security() -> None:
    assert adds_up([100, 90, 120], [0, -10, 30]) is True
    assert adds_up([120, 90, 100], [30, -10, 0]) is True
    assert adds_up([100, 95, 120], [0, -10, 30]) is False
    assert adds_up([100], [0]) is None
    assert adds_up([100, 5, 200, 4], [100, 5, 100, 1], ["A", "B", "A", "B"]) is True


def test_numbers_and_cells_are_read_as_people_write_them() -> None:
    assert to_number("1,234.50") == 1234.5
    assert to_number("(12)") == -12
    assert to_number("-3") == -3
    assert to_number("上海") is None
    assert cell_text('="000001"') == "000001"


def test_importing_the_mapping_pulls_in_no_engine() -> None:
    code = (
        "import sys, zhike.datacentre.mapping; "
        "print(sorted({'duckdb', 'pyarrow', 'numpy', 'openpyxl', 'narwhals'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
