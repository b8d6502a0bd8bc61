"""Names nobody listed: read by their words, their initials, their two languages or a shared prefix."""

import pytest

from zhike.datacentre.mapping import recognise
from zhike.datacentre.mapping.aliases import builtin_aliases
from zhike.datacentre.mapping.folding import bare, initials, languages, loose, strict
from zhike.datacentre.mapping.names import normalise
from zhike.datacentre.mapping.vocabulary import vocabulary


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("股票编号", "证券代码"),
        ("股份发生数", "发生证券数量"),
        ("资金帐户", "资金账号"),
        ("投资者编号", "客户号"),
        ("变动后余额", "本次余额"),
        ("tradeqty", "filled volume"),
    ],
)
def test_names_of_the_same_words_in_any_order_are_the_same(one: str, other: str) -> None:
    assert strict(normalise(one)) == strict(normalise(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("成交日期", "成交时间"), ("成本价", "成本金额"), ("可用余额", "余额"), ("冻结数量", "数量")],
)
def test_other_words_make_another_name(one: str, other: str) -> None:
    assert strict(one) != strict(other)


def test_only_the_loose_reading_leaves_idle_words_out() -> None:
    assert strict("当前市值") != strict("市值")
    assert loose("当前市值") == loose("市值")
    assert loose("可用余额") != loose("余额")


def test_a_word_that_tells_nothing_apart_goes_before_one_that_may() -> None:
    assert bare("参考总资产") == bare("总资产")
    assert bare("总资产") != bare("资产")
    assert loose("总资产") == loose("资产") == loose("证券资产")


def test_a_bracket_that_says_the_same_again_is_left_out_and_no_other() -> None:
    known = vocabulary("cash_flow").known
    assert known("后资金额(余额)", in_initials=False)[0] == "后资金额"
    assert known("后资金额(摘要)", in_initials=False) == ("后资金额(摘要)", 0)


def test_a_program_s_member_names_are_read_without_their_types() -> None:
    names = ["m_strInstrumentID", "m_strInstrumentName", "m_nVolume", "m_dMarketValue", "m_dLastPrice"]
    found = recognise(names, [], "position.csv")
    assert found.targets == ("security_id", None, "quantity", "market_value", None)


def test_initials_are_the_first_letters_of_the_reading() -> None:
    assert (initials("证券代码"), initials("成交数量"), initials("成交@")) == ("zqdm", "cjsl", "")


def test_a_name_in_two_languages_is_cut_between_them() -> None:
    assert languages("日期date") == ("日期", "date")
    assert languages("是否st") == ("", "")
    assert languages("date") == ("", "")


def test_words_with_two_meanings_in_a_table_stand_for_neither() -> None:
    assert loose("成交金额") == loose("发生金额")  # the turnover, and the money that moved
    assert loose("成交金额") not in vocabulary("statement").loose
    assert vocabulary("statement").known("确认发生额", in_initials=False) == ("确认发生额", 0)


def test_a_listed_name_is_never_read_otherwise() -> None:
    for profile in builtin_aliases().profiles:
        for key in profile.homes:
            assert vocabulary(profile.name).known(key, in_initials=True) == (key, 0)


def test_a_time_is_not_read_as_the_date_of_a_table_that_keeps_both() -> None:
    assert vocabulary("statement").known("过户时刻", in_initials=False) == ("过户时刻", 0)


def test_a_header_in_initials_is_read_and_a_single_such_name_is_not() -> None:
    found = recognise(["CJRQ", "ZQDM", "MMBZ", "CJSL", "CJJG", "CJJE"], [], "jgd.dbf")
    assert (found.kind, found.targets) == (
        "statement",
        ("date", "security_id", "side", "quantity", "price", "amount"),
    )
    mixed = recognise(["成交日期", "证券代码", "成交数量", "成交价格", "YHS"], [], "a.csv")
    assert mixed.columns["YHS"] is None


def test_a_prefix_that_all_names_share_is_left_out() -> None:
    found = recognise(["HQZQDM", "HQZQJC", "HQJRKP", "HQZJCJ", "HQZGCJ", "HQZDCJ"], [], "a.dbf")
    assert found.targets == ("security_id", None, "open", "close", "high", "low")


def test_the_exports_of_hong_kong_are_read_in_traditional_characters() -> None:
    found = recognise(["成交日期", "證券代碼", "買賣方向", "成交數量", "成交價格"], [], "a.csv")
    assert found.targets == ("date", "security_id", "side", "quantity", "price")


def test_of_two_unlisted_names_the_one_read_by_all_its_words_is_taken() -> None:
    header = ["证券代码", "成交日期", "成交价格", "操作", "成交份数", "实际成交数量"]
    found = recognise(header, [], "a.csv")
    assert (found.columns["成交份数"], found.columns["实际成交数量"]) == ("quantity", None)
    assert found.unsure == ()


def test_two_unlisted_names_for_one_column_are_both_asked_about() -> None:
    header = ["证券代码", "成交日期", "成交价格", "操作", "我的成交数量", "实际成交数量"]
    found = recognise(header, [], "a.csv")
    assert found.columns["我的成交数量"] is None
    assert found.columns["实际成交数量"] is None
    assert set(found.unsure) >= {"我的成交数量", "实际成交数量"}


def test_total_assets_are_not_net_assets_beside_debts() -> None:
    plain = recognise(["资金余额", "证券市值", "总资产"], [], "a.csv")
    indebted = recognise(["资金余额", "证券市值", "总资产", "融资负债"], [], "a.csv")
    assert plain.columns["总资产"] == "net"
    assert indebted.columns["总资产"] is None
    assert "总资产" in indebted.unsure
