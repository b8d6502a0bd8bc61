"""Recognition by evidence: names, units, sample cells, file names and overrides."""

import time
from decimal import Decimal

import pytest

from zhike.datacentre.mapping import Overrides, Recognition, parse_overrides, recognise
from zhike.datacentre.mapping.aliases import builtin_aliases
from zhike.datacentre.tables import TABLES

STATEMENT = [
    "成交日期",
    "证券代码",
    "证券名称",
    "成交数量",
    "成交价格",
    "成交金额",
    "发生金额",
    "手续费",
    "印花税",
]


def read(
    header: str, *rows: str, path: str = "export.csv", overrides: Overrides | None = None
) -> Recognition:
    return recognise(header.split("|"), [row.split("|") for row in rows], path, overrides)


# Which file it is


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_file_in_the_contracts_own_names_is_contract(table: str) -> None:
    names = TABLES[table].names
    needed = tuple(c.name for c in TABLES[table].columns if not c.nullable)
    for header in (names, needed):
        for path in (f"{table}.csv", f"{table}/2025-03.parquet", "drop/data.csv"):
            found = recognise(header, [], path)
            assert (found.kind, found.table) == ("contract", table)
            assert dict(found.columns) == {name: name for name in header}


@pytest.mark.parametrize("table", [p.table for p in builtin_aliases().profiles if p.kind == "contract"])
def test_a_contract_table_with_chinese_names_is_contract(table: str) -> None:
    profile = next(p for p in builtin_aliases().profiles if p.kind == "contract" and p.table == table)
    usual = {h.column: name for name, h in profile.homes.items() if h.rank == 1}
    found = recognise(list(usual.values()), [], "导出.xlsx")
    assert (found.kind, found.table) == ("contract", table)
    assert {found.columns[name] for name in usual.values()} == set(usual)


def test_staff_exported_in_chinese_is_the_staff_table() -> None:
    found = read("工号|员工姓名|岗位|所属营业部|入职日期|手机号")
    assert (found.kind, found.table) == ("contract", "staff")
    assert dict(found.columns) == {
        "工号": "staff_id", "员工姓名": "name", "岗位": "role", "所属营业部": "branch_id",
        "入职日期": "hired_on", "手机号": None,
    }  # fmt: skip


def test_orders_are_none_of_ours() -> None:
    found = read("委托时间|证券代码|买卖标志|委托价格|委托数量|成交数量|撤单数量|状态说明")
    assert (found.kind, found.table) == ("order", None)
    assert set(found.targets) == {None}


@pytest.mark.parametrize(
    "header",
    [
        "合约编号|合约日期|证券代码|证券名称|委托数量|委托价格|成交数量|成交金额|已偿还数量|合约期限",
        "证券代码|证券名称|股东代码|起始配号|配号数量|日期",
        "科目代码|科目名称|数量|单位成本|成本|市价|市值|估值增值",
    ],
)
def test_margin_contracts_allotments_and_fund_valuations_are_none_of_ours(header: str) -> None:
    found = read(header)
    assert (found.kind, found.table, set(found.targets)) == ("unknown", None, {None})


def test_an_english_order_book_is_no_statement() -> None:
    found = read("Account|OrderId|OrderTime|Ticker|Status|QuantityListed|QuantityExecuted|PriceExecuted")
    assert (found.kind, found.table) == ("order", None)


def test_the_names_of_a_code_are_the_flag_and_not_the_code() -> None:
    found = read("发生日期|银行名称|转账类别|转账类别名称|金额|流水号")
    assert (found.columns["转账类别"], found.columns["转账类别名称"]) == (None, "flag")


def test_the_trade_date_comes_before_the_settlement_date() -> None:
    found = read("Settlement date|Trade date|Symbol|Quantity|Price|Amount|Commission")
    assert (found.columns["Settlement date"], found.columns["Trade date"]) == (None, "date")


def test_prices_named_as_an_index_are_an_index_and_otherwise_a_security() -> None:
    header = "date|open|high|low|close|amount"
    assert read(header, path="market/sse_composite_daily.csv").kind == "index"
    assert read(header, path="market/600519.csv").kind == "quote"


def test_codes_of_indexes_in_the_sample_make_it_an_index() -> None:
    header = "ts_code|trade_date|open|high|low|close"
    index = read(header, "000300.SH|20250331|1|1|1|1", "399001.SZ|20250331|1|1|1|1")
    stock = read(header, "600519.SH|20250331|1|1|1|1")
    assert (index.kind, index.columns["ts_code"]) == ("index", "index_id")
    assert (stock.kind, stock.columns["ts_code"]) == ("quote", "security_id")


def test_money_moves_without_securities_are_cash_flow_and_with_them_a_statement() -> None:
    flow = read("发生日期|业务名称|发生金额|资金余额|币种")
    assert (flow.kind, flow.table, flow.columns["发生金额"]) == ("cash", "cash_flow", "amount")
    statement = read("发生日期|业务名称|证券代码|证券名称|成交数量|发生金额|资金余额|币种")
    assert (statement.table, statement.columns["发生金额"]) == ("trade", "net_amount")


def test_bank_transfers_are_told_from_other_cash_flows() -> None:
    found = read("转账日期|转账时间|银行名称|转账类型|转账金额|币种|转账状态|资金账号")
    assert (found.kind, found.table) == ("transfer", "cash_flow")
    assert found.columns["转账金额"] == "amount"
    assert found.columns["转账类型"] == "flag"


def test_recognition_says_why_in_both_languages() -> None:
    why = recognise(STATEMENT, [], "交割单.xls").why
    assert "trade" in why.zh
    assert "成交日期" in why.en


# Two names for one column, and columns that depend on the rest


def test_the_client_number_wins_over_the_fund_account_as_client() -> None:
    both = read("客户号|资金账号|客户类型|营业部|开户日期|学历")
    assert (both.columns["客户号"], both.columns["资金账号"]) == ("client_id", None)
    alone = read("资金账号|客户类型|营业部|开户日期|学历")
    assert alone.columns["资金账号"] == "client_id"


def test_the_shareholder_code_is_the_account_only_without_a_fund_account() -> None:
    header = "|".join(STATEMENT)
    assert read(header + "|股东代码").columns["股东代码"] == "account_id"
    both = read(header + "|股东代码|资金帐号")
    assert (both.columns["股东代码"], both.columns["资金帐号"]) == (None, "account_id")


def test_gross_fee_wins_over_net_commission() -> None:
    both = read("|".join(STATEMENT) + "|净佣金")
    assert (both.columns["手续费"], both.columns["净佣金"]) == ("commission", None)


def test_a_bare_balance_is_shares_beside_a_cash_balance_and_asked_about_otherwise() -> None:
    header = "|".join(STATEMENT) + "|余额"
    assert read(header + "|资金余额").columns["余额"] == "quantity_after"
    alone = read(header)
    assert alone.columns["余额"] is None
    assert alone.unsure == ("余额",)
    assert {p.column for p in alone.proposals["余额"]} == {"cash_after", "quantity_after"}


def test_available_cash_is_the_balance_where_the_sample_adds_up() -> None:
    header = "成交日期|证券代码|成交数量|成交金额|发生金额|可用金额|印花税"
    adds = [
        "20250303|600000|100|10|-10|90|0",
        "20250304|600000|100|20|20|110|0",
        "20250305|600000|1|30|-30|80|0",
    ]
    assert read(header, *adds).columns["可用金额"] == "cash_after"
    assert read(header, *reversed(adds)).columns["可用金额"] == "cash_after"
    held = [row.replace("|110|", "|50|") for row in adds]
    fails = read(header, *held)
    assert (fails.columns["可用金额"], fails.unsure) == (None, ())
    silent = read(header)
    assert (silent.columns["可用金额"], silent.unsure) == (None, ("可用金额",))


def test_remarks_are_the_flag_only_where_their_cells_are_flags() -> None:
    header = "|".join(STATEMENT) + "|备注"
    row = "20250303|600000|浦发银行|100|10|1000|-1000|5|0|"
    assert read(header, row + "融资买入").columns["备注"] == "flag"
    talk = read(header, row + "客户来电")
    assert (talk.columns["备注"], talk.unsure) == (None, ())
    assert read(header).unsure == ("备注",)


def test_a_side_column_that_holds_business_flags_is_the_flag() -> None:
    header = "|".join(STATEMENT) + "|买卖标志"
    row = "20250303|600000|浦发银行|100|10|1000|-1000|5|0|"
    assert read(header, row + "买入", row + "B").columns["买卖标志"] == "side"
    assert read(header, row + "买入", row + "银行转证券").columns["买卖标志"] == "flag"
    both = read(header + "|业务名称", row + "买入|融资买入")
    assert (both.columns["买卖标志"], both.columns["业务名称"]) == ("side", "flag")


def test_a_time_column_that_holds_dates_gives_the_date_too() -> None:
    found = read(
        "证券代码|买卖方向|成交价格|成交数量|成交金额|成交编号|成交时间",
        "600519|买入|10|1|10|7|2025-03-31 09:31:00",
    )
    assert found.columns["成交时间"] == "date"
    assert found.stamps == ("成交时间",)


def test_two_currencies_are_asked_about_and_one_is_taken() -> None:
    header = "|".join(STATEMENT)
    assert read(header + "|结算币种").columns["结算币种"] == "currency"
    assert set(read(header + "|结算币种|交易币种").unsure) == {"结算币种", "交易币种"}


# What a position cost


def test_cost_per_share_is_marked_and_a_total_is_preferred() -> None:
    header = "证券代码|证券名称|股票余额|可用余额|成本价|市价|市值"
    each = read(header)
    assert (each.columns["成本价"], each.per_unit) == ("cost", ("cost",))
    total = read(header + "|买入成本")
    assert (total.columns["买入成本"], total.columns["成本价"], total.per_unit) == ("cost", None, ())


def test_an_ambiguous_cost_is_told_by_the_market_value_beside_it() -> None:
    header = "证券代码|当前持仓|可用余额|持仓成本|参考市价|参考市值"
    whole = read(header, "600000|1000|1000|9500|10|10000")
    each = read(header, "600000|1000|1000|9.5|10|10000")
    assert (whole.columns["持仓成本"], whole.per_unit) == ("cost", ())
    assert (each.columns["持仓成本"], each.per_unit) == ("cost", ("cost",))
    assert read(header).unsure == ("持仓成本",)


# Units


def test_yuan_and_shares_in_brackets_are_the_plain_column() -> None:
    found = read("成交日期|证券代码|成交数量（股）|成交价格(元)|成交金额/元|印花税(元)|发生金额【元】")
    assert None not in found.targets
    assert found.scale == {}


def test_another_unit_is_asked_about_until_the_scale_is_set() -> None:
    header = "日期|代码|开盘|最高|最低|收盘|成交量(手)|成交额(万元)"
    asked = read(header)
    assert asked.unsure == ("成交量(手)", "成交额(万元)")
    assert asked.scale_found == {"volume": 100, "amount": 10000}
    assert asked.proposals["成交额(万元)"][0].column == "amount"
    told = read(header, overrides=parse_overrides("[quote.scale]\nvolume = 100\namount = 10000\n"))
    assert (told.columns["成交量(手)"], told.columns["成交额(万元)"]) == ("volume", "amount")
    assert told.scale == {"volume": Decimal(100), "amount": Decimal(10000)}
    assert told.unsure == ()


def test_a_foreign_currency_is_no_scale() -> None:
    found = read("|".join(STATEMENT).replace("成交金额", "成交金额(港币)"))
    assert found.columns["成交金额(港币)"] is None
    assert found.unsure == ("成交金额(港币)",)
    assert found.scale_found == {}


def test_a_plain_column_wins_over_the_same_in_another_unit() -> None:
    found = read("日期|代码|开盘|收盘|成交额(万元)|成交金额")
    assert (found.columns["成交金额"], found.columns["成交额(万元)"]) == ("amount", None)
    assert found.unsure == ()


def test_lots_and_thousands_are_found_by_amount_over_volume() -> None:
    header = "trade_date|ts_code|open|high|low|close|vol|amount"
    lots = read(header, "20250331|600519.SH|10|10|10|10|5|5")  # 500 shares for 5000 yuan at 10
    assert lots.scale_found == {"volume": 100, "amount": 1000}
    assert lots.unsure == ("vol", "amount")
    shares = read(header, "20250331|600519.SH|10|10|10|10|500|5000")
    assert (shares.columns["vol"], shares.columns["amount"], shares.unsure) == ("volume", "amount", ())
    told = parse_overrides("[quote.scale]\nvolume = 100\namount = 1000\n")
    scaled = read(header, "20250331|600519.SH|10|10|10|10|5|5", overrides=told)
    assert (scaled.columns["vol"], scaled.scale["volume"]) == ("volume", Decimal(100))


# Names never seen


def test_an_unseen_name_is_proposed_and_never_mapped() -> None:
    found = read("|".join(STATEMENT) + "|成交编号串码")
    assert found.columns["成交编号串码"] is None
    assert found.unsure == ("成交编号串码",)
    best = found.proposals["成交编号串码"][0]
    assert best.column == "trade_id"
    assert 0.5 <= best.confidence < 1


def test_a_sample_that_does_not_fit_weakens_a_proposal() -> None:
    header = "|".join(STATEMENT[1:]) + "|成交发生日期"
    fits = read(header, "600000|浦发银行|100|10|1000|-1000|5|0|20250331").proposals["成交发生日期"][0]
    fails = read(header, "600000|浦发银行|100|10|1000|-1000|5|0|上海").proposals.get("成交发生日期", ())
    assert fits.column == "date"
    assert all(p.confidence < fits.confidence for p in fails if p.column == "date")


def test_a_name_at_home_elsewhere_is_not_asked_about() -> None:
    assert read("|".join(STATEMENT) + "|学历|客户姓名").unsure == ()


# Empty and repeated names


def test_an_empty_name_has_no_home_and_of_equal_names_the_first_counts() -> None:
    header = [*STATEMENT, "", "成交数量", ""]
    found = recognise(header, [], "export.csv")
    assert found.columns[""] is None
    assert found.columns["成交数量"] == "quantity"
    assert found.targets.count("quantity") == 1
    assert found.targets.index("quantity") == STATEMENT.index("成交数量")


# What a mapping file decides


def test_a_mapping_file_wins_over_the_aliases() -> None:
    told = parse_overrides('[trade.columns]\n手续费 = "other_fee"\n印花税 = ""\n客户来源码 = "client_id"\n')
    found = read("|".join(STATEMENT) + "|客户来源码", overrides=told)
    assert (found.columns["手续费"], found.columns["印花税"]) == ("other_fee", None)
    assert found.columns["客户来源码"] == "client_id"
    assert found.unsure == ()


def test_a_mapping_file_makes_a_strange_file_known() -> None:
    told = parse_overrides(
        '[trade.columns]\nwho = "client_id"\nwhat = "security_id"\nway = "side"\n'
        'how_many = "quantity"\nat = "price"\n'
    )
    assert read("who|what|way|how_many|at").kind == "unknown"
    found = read("who|what|way|how_many|at", overrides=told)
    assert (found.table, found.targets) == (
        "trade",
        ("client_id", "security_id", "side", "quantity", "price"),
    )


def test_files_decide_the_table_by_glob_and_leave_files_out() -> None:
    told = parse_overrides('[files]\n"prices_*.csv" = "index_quote"\n"old/*" = "none"\n')
    header = "date|open|high|low|close|amount"
    assert read(header, path="x/prices_a.csv", overrides=told).table == "index_quote"
    left = read(header, path="old/prices.csv", overrides=told)
    assert (left.table, set(left.targets)) == (None, {None})


def test_a_mapped_column_in_another_unit_still_needs_its_scale() -> None:
    mapping = '[trade.columns]\n"交易规模(万元)" = "amount"\n'
    header = "|".join(STATEMENT).replace("成交金额", "交易规模(万元)")
    assert read(header, overrides=parse_overrides(mapping)).unsure == ("交易规模(万元)",)
    told = read(header, overrides=parse_overrides(mapping + "[trade.scale]\namount = 10000\n"))
    assert (told.columns["交易规模(万元)"], told.scale) == ("amount", {"amount": Decimal(10000)})


def _seconds(header: str, row: str) -> float:
    start = time.perf_counter()
    read(header, *[row] * 50)
    return time.perf_counter() - start
